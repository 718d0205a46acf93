// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.io;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Elements of any stored type from and to bytes. */
final class ElementCodec {

    private static final int CHUNK = 1 << 16;

    private ElementCodec() {
    }

    /**
     * Reads a tensor.
     *
     * @param data holds exactly its elements
     * @param where names the tensor in messages
     */
    static Tensor decode(StoredType type, MemorySegment data, Shape shape, ByteOrder order, String where) {
        int size = shape.size();
        if (data.byteSize() != (long) size * type.bytes()) {
            throw new IllegalArgumentException("a segment of the wrong size: " + data.byteSize());
        }
        return switch (type.dtype()) {
            case F32 -> Tensor.of(shape, floats(type, data, size, order, where));
            case I32 -> Tensor.of(shape, integers(type, data, size, order, where));
            case BOOL -> Tensor.of(shape, booleans(data, size, where));
        };
    }

    private static float[] floats(StoredType type, MemorySegment data, int size, ByteOrder order, String where) {
        float[] values = new float[size];
        switch (type) {
            case F32 -> MemorySegment.copy(data, ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(order), 0, values, 0, size);
            case F16 -> {
                ValueLayout.OfShort layout = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order);
                for (int i = 0; i < size; i++) {
                    values[i] = Float.float16ToFloat(data.get(layout, 2L * i));
                }
            }
            case BF16 -> {
                ValueLayout.OfShort layout = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order);
                for (int i = 0; i < size; i++) {
                    values[i] = Float.intBitsToFloat(data.get(layout, 2L * i) << 16);
                }
            }
            case F64 -> {
                ValueLayout.OfDouble layout = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(order);
                for (int i = 0; i < size; i++) {
                    double value = data.get(layout, 8L * i);
                    values[i] = (float) value;
                    if (Float.isInfinite(values[i]) && !Double.isInfinite(value)) {
                        throw misfit(where, i, Double.toString(value), "a 32-bit floating-point number");
                    }
                }
            }
            default -> throw new IllegalArgumentException(type + " does not store floats");
        }
        return values;
    }

    private static int[] integers(StoredType type, MemorySegment data, int size, ByteOrder order, String where) {
        int[] values = new int[size];
        ValueLayout.OfShort shorts = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order);
        ValueLayout.OfInt ints = ValueLayout.JAVA_INT_UNALIGNED.withOrder(order);
        ValueLayout.OfLong longs = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order);
        switch (type) {
            case I32 -> MemorySegment.copy(data, ints, 0, values, 0, size);
            case U32 -> {
                MemorySegment.copy(data, ints, 0, values, 0, size);
                for (int i = 0; i < size; i++) {
                    require(values[i] >= 0, where, i, Integer.toUnsignedString(values[i]));
                }
            }
            case I64, U64 -> {
                for (int i = 0; i < size; i++) {
                    long value = data.get(longs, 8L * i);
                    boolean signed = type == StoredType.I64;
                    boolean fits = value == (int) value && (signed || value >= 0);
                    if (!fits) {
                        require(false, where, i, signed ? Long.toString(value) : Long.toUnsignedString(value));
                    }
                    values[i] = (int) value;
                }
            }
            case I16, U16 -> {
                int mask = type == StoredType.U16 ? 0xFFFF : -1;
                for (int i = 0; i < size; i++) {
                    values[i] = data.get(shorts, 2L * i) & mask;
                }
            }
            case I8, U8 -> {
                int mask = type == StoredType.U8 ? 0xFF : -1;
                for (int i = 0; i < size; i++) {
                    values[i] = data.get(ValueLayout.JAVA_BYTE, i) & mask;
                }
            }
            default -> throw new IllegalArgumentException(type + " does not store integers");
        }
        return values;
    }

    private static boolean[] booleans(MemorySegment data, int size, String where) {
        boolean[] values = new boolean[size];
        for (int i = 0; i < size; i++) {
            int value = data.get(ValueLayout.JAVA_BYTE, i);
            if (value != 0 && value != 1) {
                throw misfit(where, i, Integer.toString(value & 0xFF), "a truth value, which is 0 or 1");
            }
            values[i] = value == 1;
        }
        return values;
    }

    private static void require(boolean fits, String where, int index, String value) {
        if (!fits) {
            throw misfit(where, index, value, "a 32-bit integer");
        }
    }

    private static FormatException misfit(String where, int index, String value, String type) {
        return new FormatException(where, "element " + index + " is " + value + " and does not fit " + type);
    }

    /**
     * Refuses a tensor that cannot be stored so: another kind of type, or an element that does not fit. Floats are
     * rounded to nearest, but a finite one never becomes infinite.
     *
     * @param where names the tensor in messages
     */
    static void checkStorable(Tensor tensor, StoredType type, String where) {
        boolean known = switch (type) {
            case F32, F16, BF16, I32, U8, BOOL -> true;
            default -> false;
        };
        if (!known || type.dtype() != tensor.dtype()) {
            throw new IllegalArgumentException(
                    Messages.line(where + ": " + tensor.type() + " cannot be stored as " + type));
        }
        int size = tensor.shape().size();
        for (int i = 0; i < size; i++) {
            if (!fits(tensor, i, type)) {
                String value = type == StoredType.U8
                        ? Integer.toString(tensor.ints()[i])
                        : Float.toString(tensor.floats()[i]);
                throw new IllegalArgumentException(
                        Messages.line(where + ": element " + i + " is " + value + " and does not fit " + type));
            }
        }
    }

    private static boolean fits(Tensor tensor, int index, StoredType type) {
        if (type == StoredType.U8) {
            int value = tensor.ints()[index];
            return (value & 0xFF) == value;
        }
        if (type != StoredType.F16 && type != StoredType.BF16) {
            return true;
        }
        float value = tensor.floats()[index];
        float stored = type == StoredType.F16
                ? Float.float16ToFloat(Float.floatToFloat16(value))
                : Float.intBitsToFloat(bf16(value) << 16);
        return Float.isFinite(stored) || !Float.isFinite(value);
    }

    /** The upper half of a float in the lower 16 bits, rounded to nearest, ties to even; NaN stays NaN. */
    private static int bf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.isNaN(value) ? bits >>> 16 | 0x40 : bits + 0x7FFF + (bits >>> 16 & 1) >>> 16;
    }

    /** Writes the elements in little-endian order; the tensor must have been {@linkplain #checkStorable checked}. */
    static void encode(Tensor tensor, StoredType type, OutputStream out) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        int size = tensor.shape().size();
        int step = CHUNK / type.bytes();
        for (int from = 0; from < size; from += step) {
            chunk.clear();
            put(tensor, type, from, Math.min(step, size - from), chunk);
            out.write(chunk.array(), 0, chunk.position());
        }
    }

    private static void put(Tensor tensor, StoredType type, int from, int count, ByteBuffer chunk) {
        for (int i = from; i < from + count; i++) {
            switch (type) {
                case F32 -> chunk.putFloat(tensor.floats()[i]);
                case F16 -> chunk.putShort(Float.floatToFloat16(tensor.floats()[i]));
                case BF16 -> chunk.putShort((short) bf16(tensor.floats()[i]));
                case I32 -> chunk.putInt(tensor.ints()[i]);
                case U8 -> chunk.put((byte) tensor.ints()[i]);
                case BOOL -> chunk.put((byte) (tensor.booleans()[i] ? 1 : 0));
                default -> throw new IllegalArgumentException(type + " cannot be written");
            }
        }
    }
}
