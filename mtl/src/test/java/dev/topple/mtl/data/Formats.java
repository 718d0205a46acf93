// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/** Writes files in the formats that others write, byte by byte where that matters, and damages them. */
final class Formats {

    private Formats() {}

    /** The value of a pixel in a band. */
    @FunctionalInterface
    interface Level {
        int of(int x, int y, int band);
    }

    /** A PNG file: {@link BufferedImage#TYPE_BYTE_GRAY}, {@link BufferedImage#TYPE_USHORT_GRAY} or TYPE_INT_RGB. */
    static Path png(Path file, int type, int height, int width, Level level) {
        BufferedImage image = new BufferedImage(width, height, type);
        WritableRaster raster = image.getRaster();
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int band = 0; band < raster.getNumBands(); band++) {
                    raster.setSample(x, y, band, level.of(x, y, band));
                }
            }
        }
        try {
            Files.createDirectories(file.getParent());
            ImageIO.write(image, "png", file.toFile());
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What {@code numpy.save} writes.
     *
     * @param descr of the elements: {@code <f4}, {@code <f8}, {@code |i1}, {@code <i8}
     * @param fortran whether the first axis varies fastest
     * @param value by the index in row-major order
     */
    static Path npy(Path file, String descr, boolean fortran, int[] shape, IntToDoubleFunction value) {
        String dims = Arrays.stream(shape).mapToObj(Integer::toString).collect(Collectors.joining(", "));
        String header = "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': ("
                + dims + (shape.length == 1 ? ",), }" : "), }");
        header += " ".repeat(64 - (10 + header.length() + 1) % 64) + "\n";
        int count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        int bytes = descr.charAt(2) - '0';
        ByteBuffer elements = ByteBuffer.allocate(count * bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            double element = value.applyAsDouble(fortran ? transposed(i, shape) : i);
            switch (descr.substring(1)) {
                case "f4" -> elements.putFloat((float) element);
                case "f8" -> elements.putDouble(element);
                case "i1", "u1" -> elements.put((byte) element);
                default -> elements.putLong((long) element);
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length(),
            (byte) (header.length() >> 8)});
        out.writeBytes(header.getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(elements.array());
        try {
            Files.createDirectories(file.getParent());
            return Files.write(file, out.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The row-major index of element i in column-major order. */
    private static int transposed(int i, int[] shape) {
        int index = 0;
        int rest = i;
        int stride = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        for (int dim : shape) {
            stride /= dim;
            index += rest % dim * stride;
            rest /= dim;
        }
        return index;
    }

    /** Content with some bits flipped, or cut off, or with something added, or with a stretch of other bytes. */
    static byte[] damaged(byte[] content, Random random) {
        byte[] damaged = content.clone();
        switch (random.nextInt(4)) {
            case 0 -> damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
            case 1 -> {
                for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                    damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            case 2 -> {
                // Where formats say how much of what there is.
                damaged[random.nextInt(Math.min(128, damaged.length))] = (byte) random.nextInt(256);
            }
            default -> {
                int at = random.nextInt(damaged.length);
                for (int i = at; i < Math.min(damaged.length, at + 1 + random.nextInt(64)); i++) {
                    damaged[i] = (byte) random.nextInt(256);
                }
            }
        }
        return damaged;
    }
}
