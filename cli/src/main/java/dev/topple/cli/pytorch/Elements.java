// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.pytorch;

import dev.topple.cli.pytorch.PickleValue.View;
import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.StoredType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.function.IntConsumer;

/**
 * The bytes of a storage.
 *
 * @param where what messages call it
 * @param bytes from position 0 to the limit, in the byte order of the file
 */
record Elements(String where, ByteBuffer bytes) {

    /** Copies the elements of a view, first axis slowest. */
    Tensor tensor(View view) {
        Shape shape;
        try {
            shape = Shape.of(view.size());
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new FormatException(where, "a tensor of size " + view.size() + " is too large", e);
        }
        StoredType type = view.type();
        return switch (type.dtype()) {
            case F32 -> {
                float[] values = new float[shape.size()];
                each(view, new Filler(values, this, type)::put);
                yield Tensor.of(shape, values);
            }
            case I32 -> {
                int[] values = new int[shape.size()];
                int[] next = new int[1];
                each(view, at -> values[next[0]++] = whole(type, at));
                yield Tensor.of(shape, values);
            }
            case BOOL -> {
                boolean[] values = new boolean[shape.size()];
                int[] next = new int[1];
                each(view, at -> values[next[0]++] = bytes.get(at) != 0);
                yield Tensor.of(shape, values);
            }
        };
    }

    /** Floats in the order in which they come. */
    private static final class Filler {

        private final float[] values;
        private final Elements elements;
        private final StoredType type;
        private int next;

        Filler(float[] values, Elements elements, StoredType type) {
            this.values = values;
            this.elements = elements;
            this.type = type;
        }

        void put(int at) {
            values[next++] = elements.real(type, at);
        }
    }

    /** Visits the places of a view's elements, counted in elements. */
    private static void each(View view, IntConsumer visitor) {
        int count = view.elements();
        int axes = view.size().size();
        int[] size = view.size().stream().mapToInt(Integer::intValue).toArray();
        long[] stride = view.stride().stream().mapToLong(Long::longValue).toArray();
        int[] index = new int[axes];
        long at = view.offset();
        for (int i = 0; i < count; i++) {
            visitor.accept((int) at);
            for (int axis = axes - 1; axis >= 0; axis--) {
                at += stride[axis];
                if (++index[axis] < size[axis]) {
                    break;
                }
                at -= stride[axis] * size[axis];
                index[axis] = 0;
            }
        }
    }

    private float real(StoredType type, int at) {
        return switch (type) {
            case F32 -> bytes.getFloat(4 * at);
            case F16 -> Float.float16ToFloat(bytes.getShort(2 * at));
            case BF16 -> Float.intBitsToFloat(bytes.getShort(2 * at) << 16);
            case F64 -> (float) bytes.getDouble(8 * at);
            default -> throw new IllegalStateException(type + " holds no floats");
        };
    }

    private int whole(StoredType type, int at) {
        long value = switch (type) {
            case I64 -> bytes.getLong(8 * at);
            case U64 -> bytes.getLong(8 * at) < 0 ? Long.MAX_VALUE : bytes.getLong(8 * at);
            case I32 -> bytes.getInt(4 * at);
            case U32 -> bytes.getInt(4 * at) & 0xFFFFFFFFL;
            case I16 -> bytes.getShort(2 * at);
            case U16 -> bytes.getShort(2 * at) & 0xFFFF;
            case I8 -> bytes.get(at);
            case U8 -> bytes.get(at) & 0xFF;
            default -> throw new IllegalStateException(type + " holds no integers");
        };
        if (value != (int) value) {
            throw new FormatException(where, "element " + at + " is " + value + " and does not fit a 32-bit integer");
        }
        return (int) value;
    }
}
