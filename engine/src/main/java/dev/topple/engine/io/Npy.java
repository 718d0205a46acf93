// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Reads and writes NumPy's npy files: versions 1.0 to 3.0; floats of 16, 32 and 64 bits, integers of 8 to 64 bits and
 * truth values, in either byte order; row-major, or column-major (Fortran), which is transposed while reading. Objects
 * (pickles), texts, complex numbers and records are refused. {@link StoredType} says which types reading gives.
 */
public final class Npy {

    private Npy() {
    }

    /**
     * Reads a file.
     *
     * @throws FormatException if it is malformed, truncated, longer than its header says, or an element does not fit
     * @throws UncheckedIOException if it cannot be read
     */
    public static Tensor read(Path file) {
        String source = file.toString();
        NpyHeader header;
        try (InputStream in = Files.newInputStream(file)) {
            header = NpyHeader.read(in, source);
        } catch (IOException e) {
            throw Messages.cannot("read", file, e);
        }
        try (Arena arena = Arena.ofConfined(); FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long rest = channel.size() - header.dataOffset();
            checkLength(header, rest, source);
            return decode(header, channel.map(MapMode.READ_ONLY, header.dataOffset(), rest, arena), source);
        } catch (IOException e) {
            throw Messages.cannot("read", file, e);
        }
    }

    /**
     * The shape that a file says it has, without a look at its elements but at how many there are.
     *
     * @throws FormatException if its header is malformed, or it is truncated or longer than its header says
     * @throws UncheckedIOException if it cannot be read
     */
    public static Shape shape(Path file) {
        String source = file.toString();
        try (InputStream in = Files.newInputStream(file)) {
            NpyHeader header = NpyHeader.read(in, source);
            checkLength(header, Files.size(file) - header.dataOffset(), source);
            return header.shape();
        } catch (IOException e) {
            throw Messages.cannot("read", file, e);
        }
    }

    /** Reads a file in memory; {@code source} is what messages call it. */
    public static Tensor parse(byte[] bytes, String source) {
        try {
            NpyHeader header = NpyHeader.read(new ByteArrayInputStream(bytes), source);
            int rest = bytes.length - header.dataOffset();
            checkLength(header, rest, source);
            return decode(header, MemorySegment.ofArray(bytes).asSlice(header.dataOffset(), rest), source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a stream to its end.
     *
     * @param maxBytes the most bytes of elements, unpacked or as a tensor; more are refused before they are read
     */
    static Tensor read(InputStream in, long maxBytes, String source) throws IOException {
        NpyHeader header = NpyHeader.read(in, source);
        if (header.memoryBytes() > maxBytes) {
            throw new FormatException(source,
                    header.memoryBytes() + " bytes of elements pass the limit of " + maxBytes + " bytes");
        }
        if (header.dataBytes() > Integer.MAX_VALUE - 64) {
            throw new FormatException(source, header.dataBytes() + " bytes of elements are too many for a stream");
        }
        byte[] bytes = in.readNBytes((int) header.dataBytes());
        checkLength(header, bytes.length + (in.read() < 0 ? 0 : 1), source);
        return decode(header, MemorySegment.ofArray(bytes), source);
    }

    private static void checkLength(NpyHeader header, long rest, String source) {
        if (rest < header.dataBytes()) {
            throw new FormatException(source, "truncated: " + rest + " of the " + header.dataBytes() + " bytes of "
                    + header.stored() + header.shape());
        }
        if (rest > header.dataBytes()) {
            throw new FormatException(source, "something follows the " + header.dataBytes() + " bytes of "
                    + header.stored() + header.shape());
        }
    }

    private static Tensor decode(NpyHeader header, MemorySegment data, String source) {
        Tensor tensor = ElementCodec.decode(header.stored(), data, header.shape(), header.order(), source);
        return header.fortran() && header.shape().rank() > 1 ? rowMajor(tensor) : tensor;
    }

    /** The same elements, that stand with the first axis fastest, in row-major order. */
    private static Tensor rowMajor(Tensor columns) {
        Shape shape = columns.shape();
        int rank = shape.rank();
        int[] dims = shape.dims();
        int[] strides = new int[rank];
        int stride = 1;
        for (int axis = 0; axis < rank; axis++) {
            strides[axis] = stride;
            stride *= dims[axis];
        }
        Tensor rows = Tensor.zeros(columns.type());
        int[] index = new int[rank];
        int from = 0;
        for (int to = 0; to < shape.size(); to++) {
            switch (columns.dtype()) {
                case F32 -> rows.floats()[to] = columns.floats()[from];
                case I32 -> rows.ints()[to] = columns.ints()[from];
                case BOOL -> rows.booleans()[to] = columns.booleans()[from];
            }
            int axis = rank - 1;
            while (axis >= 0 && ++index[axis] == dims[axis]) {
                from -= strides[axis] * (dims[axis] - 1);
                index[axis--] = 0;
            }
            from += axis >= 0 ? strides[axis] : 0;
        }
        return rows;
    }

    /** Writes a file {@linkplain AtomicFiles in one step}: version 1.0, row-major, little-endian, f4, i4 or b1. */
    public static void write(Path file, Tensor tensor) {
        write(file, tensor, StoredType.of(tensor.dtype()));
    }

    /**
     * Writes a file {@linkplain AtomicFiles in one step}.
     *
     * @param stored F32 or F16 for f32, I32 or U8 for i32, BOOL for bool; an element that does not fit is refused
     */
    public static void write(Path file, Tensor tensor, StoredType stored) {
        check(tensor, stored, file.toString());
        AtomicFiles.write(file, out -> encode(tensor, stored, out));
    }

    static void check(Tensor tensor, StoredType stored, String where) {
        if (stored.numpy().isEmpty()) {
            throw new IllegalArgumentException("NumPy has no type " + stored);
        }
        ElementCodec.checkStorable(tensor, stored, where);
    }

    static void encode(Tensor tensor, StoredType stored, OutputStream out) throws IOException {
        out.write(NpyHeader.encode(stored, tensor.shape()));
        ElementCodec.encode(tensor, stored, out);
    }
}
