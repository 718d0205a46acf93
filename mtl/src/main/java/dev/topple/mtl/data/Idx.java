// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.io.FormatException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Unsigned bytes of an idx file, the format of MNIST, plain or packed by gzip: two zero bytes, the type 8, the number
 * of axes, each axis' size as a big-endian integer, the elements.
 *
 * @param dims the size of each axis
 * @param elements row-major
 */
record Idx(int[] dims, byte[] elements) {

    private static final int UNSIGNED_BYTES = 8;

    /** A third of a million pictures of 28x28; a damaged header that promises more is not believed. */
    private static final long MOST_BYTES = 256L << 20;

    /**
     * Reads a file.
     *
     * @param rank how many axes there must be
     * @throws FormatException naming the file, if it is damaged, cut off, longer than it says, or something else
     * @throws UncheckedIOException if it cannot be read
     */
    static Idx read(Path file, int rank) {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            raw.mark(2);
            boolean packed = raw.read() == 0x1F && raw.read() == 0x8B;
            raw.reset();
            try (InputStream in = packed ? new GZIPInputStream(raw, 1 << 16) : raw) {
                return read(in, rank, file.toString());
            }
        } catch (EOFException e) {
            throw new FormatException(file.toString(), "the file is empty or cut off", e);
        } catch (ZipException e) {
            throw new FormatException(file.toString(), "the file is damaged: gzip says " + e.getMessage(), e);
        } catch (IOException e) {
            throw LabelFiles.unusable(file, e);
        }
    }

    private static Idx read(InputStream stream, int rank, String source) throws IOException {
        DataInputStream in = new DataInputStream(stream);
        int magic = in.readInt();
        if (magic != (UNSIGNED_BYTES << 8 | rank)) {
            throw new FormatException(source, String.format("it begins with %08x; an idx file of bytes with %d %s"
                    + " begins with %08x", magic, rank, rank == 1 ? "axis" : "axes", UNSIGNED_BYTES << 8 | rank));
        }
        int[] dims = new int[rank];
        long size = 1;
        for (int axis = 0; axis < rank; axis++) {
            dims[axis] = in.readInt();
            if (dims[axis] < 1 || dims[axis] > MOST_BYTES || size * dims[axis] > MOST_BYTES) {
                throw new FormatException(source, "axis " + axis + " cannot have the size " + dims[axis]
                        + "; the file is damaged, or has more than " + (MOST_BYTES >> 20) + " MiB");
            }
            size *= dims[axis];
        }
        // What is not there is not allocated.
        byte[] elements = in.readNBytes((int) size);
        if (elements.length < size) {
            throw new FormatException(source, "the file is cut off: it has " + elements.length + " bytes of " + size);
        }
        if (in.read() >= 0) {
            throw new FormatException(source, "something follows the " + size + " bytes that it should have");
        }
        return new Idx(dims, elements);
    }
}
