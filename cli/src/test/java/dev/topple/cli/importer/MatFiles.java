// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.importer;

import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import io.jhdf.api.DatasetCreationOptions;
import io.jhdf.checksum.ChecksumUtils;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** Writes small files of NYUv2 as MATLAB does: the images (7.3, HDF5 behind a text) and the table of classes (5). */
public final class MatFiles {

    private MatFiles() {}

    /** The class from 1 to 894 of a pixel in image {@code n}, 0 for none. */
    static int label(int n, int x, int y) {
        return x < 320 ? 1 + (n + y) % 894 : 0;
    }

    /** The depth there, in metres. */
    static float depth(int x, int y) {
        return 1 + x / 1000f + y / 500f;
    }

    /** The red, green or blue there. */
    static int colour(int n, int band, int x, int y) {
        return (n + 50 * band + x + 2 * y) & 255;
    }

    /** {@code nyu_depth_v2_labeled.mat} with so many images, its arrays compressed in chunks, as the real ones are. */
    public static Path nyuV2(Path file, int count) {
        byte[][][][] images = new byte[count][3][640][480];
        float[][][] depths = new float[count][640][480];
        short[][][] labels = new short[count][640][480];
        for (int n = 0; n < count; n++) {
            for (int x = 0; x < 640; x++) {
                for (int y = 0; y < 480; y++) {
                    for (int band = 0; band < 3; band++) {
                        images[n][band][x][y] = (byte) colour(n, band, x, y);
                    }
                    depths[n][x][y] = depth(x, y);
                    labels[n][x][y] = (short) label(n, x, y);
                }
            }
        }
        Path plain = file.resolveSibling(file.getFileName() + ".h5");
        try (WritableHdfFile hdf = HdfFile.write(plain)) {
            hdf.putDataset("images", images, packed(1, 3, 64, 480).unsigned().build());
            hdf.putDataset("depths", depths, packed(1, 160, 480).build());
            hdf.putDataset("labels", labels, packed(1, 320, 240).unsigned().build());
        }
        try {
            byte[] header = Arrays.copyOf(("MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Sun Aug 5 14:32:06 2012"
                    + " HDF5 schema 1.00 .").getBytes(StandardCharsets.US_ASCII), 512);
            Arrays.fill(header, 78, 124, (byte) ' ');
            header[125] = 2;
            header[126] = 'I';
            header[127] = 'M';
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(header);
            out.writeBytes(behind(512, Files.readAllBytes(plain)));
            Files.write(file, out.toByteArray());
            Files.delete(plain);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DatasetCreationOptions.Builder packed(int... chunk) {
        return DatasetCreationOptions.builder().chunkDimensions(chunk).deflate(3);
    }

    /** An HDF5 file whose addresses count from so many bytes before it: the superblock says so. */
    private static byte[] behind(int bytes, byte[] hdf) {
        ByteBuffer superblock = ByteBuffer.wrap(hdf).order(ByteOrder.LITTLE_ENDIAN);
        superblock.putLong(12, bytes);
        superblock.putInt(44, ChecksumUtils.checksum(Arrays.copyOf(hdf, 44)));
        return hdf;
    }

    /** {@code classMapping40.mat}: a cell, then the table, of bytes, each compressed. */
    public static Path mapping(Path file, int[] table) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] header = Arrays.copyOf("MATLAB 5.0 MAT-file, Platform: GLNXA64".getBytes(StandardCharsets.US_ASCII),
                128);
        header[125] = 1;
        header[126] = 'I';
        header[127] = 'M';
        out.writeBytes(header);
        byte[] numbers = new byte[table.length];
        for (int i = 0; i < table.length; i++) {
            numbers[i] = (byte) table[i];
        }
        out.writeBytes(compressed(matrix(1, "className", 0, new byte[0])));
        out.writeBytes(compressed(matrix(6, "mapClass", table.length, numbers)));
        try {
            return Files.write(file, out.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] matrix(int kind, String name, int columns, byte[] numbers) {
        byte[] letters = name.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer body = ByteBuffer.allocate(16 + 16 + 8 + padded(letters.length) + 8 + padded(numbers.length))
                .order(ByteOrder.LITTLE_ENDIAN);
        body.putInt(6).putInt(8).putInt(kind).putInt(0);
        body.putInt(5).putInt(8).putInt(1).putInt(columns);
        body.putInt(1).putInt(letters.length).put(Arrays.copyOf(letters, padded(letters.length)));
        body.putInt(2).putInt(numbers.length).put(Arrays.copyOf(numbers, padded(numbers.length)));
        return ByteBuffer.allocate(8 + body.capacity()).order(ByteOrder.LITTLE_ENDIAN).putInt(14)
                .putInt(body.capacity()).put(body.flip()).array();
    }

    private static int padded(int length) {
        return (length + 7) / 8 * 8;
    }

    private static byte[] compressed(byte[] element) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(packed, new Deflater())) {
            out.write(element);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ByteBuffer.allocate(8 + packed.size()).order(ByteOrder.LITTLE_ENDIAN).putInt(15).putInt(packed.size())
                .put(packed.toByteArray()).array();
    }
}
