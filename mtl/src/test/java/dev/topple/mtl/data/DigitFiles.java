// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** Writes folders in the form of MNIST. Pixel (y, x) of picture i is {@link #level}, its label {@code i % 10}. */
final class DigitFiles {

    private DigitFiles() {}

    static int level(int i, int y, int x, int salt) {
        return (i * 31 + y * 7 + x * 3 + salt) & 255;
    }

    static Path write(Path folder, int train, int test, int salt, boolean packed) {
        try {
            Files.createDirectories(folder);
            split(folder, "train", train, salt, packed);
            split(folder, "t10k", test, salt, packed);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void split(Path folder, String prefix, int count, int salt, boolean packed) throws IOException {
        byte[] pixels = new byte[count * 28 * 28];
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) (i % 10);
            for (int p = 0; p < 28 * 28; p++) {
                pixels[i * 28 * 28 + p] = (byte) level(i, p / 28, p % 28, salt);
            }
        }
        idx(folder.resolve(prefix + "-images-idx3-ubyte" + (packed ? ".gz" : "")), packed, pixels, count, 28, 28);
        idx(folder.resolve(prefix + "-labels-idx1-ubyte" + (packed ? ".gz" : "")), packed, labels, count);
    }

    static void idx(Path file, boolean packed, byte[] elements, int... dims) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream raw = packed ? new GZIPOutputStream(bytes) : bytes;
                DataOutputStream out = new DataOutputStream(raw)) {
            out.writeInt(0x800 | dims.length);
            for (int dim : dims) {
                out.writeInt(dim);
            }
            out.write(elements);
        }
        Files.write(file, bytes.toByteArray());
    }
}
