// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;

/**
 * A tensor in less memory: integers from 0 to 255 as bytes, floats that are whole 255ths as bytes, other floats as
 * float16. Everything but the last comes back exactly.
 */
final class Compact {

    private final Shape shape;
    private final Object data;
    private final boolean integers;

    private Compact(Shape shape, Object data, boolean integers) {
        this.shape = shape;
        this.data = data;
        this.integers = integers;
    }

    static Compact of(Tensor tensor) {
        if (tensor.dtype() == DType.I32) {
            int[] values = tensor.ints();
            byte[] bytes = new byte[values.length];
            for (int i = 0; i < values.length; i++) {
                if (values[i] < 0 || values[i] > 255) {
                    return new Compact(tensor.shape(), values.clone(), true);
                }
                bytes[i] = (byte) values[i];
            }
            return new Compact(tensor.shape(), bytes, true);
        }
        float[] values = tensor.floats();
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            int level = Math.round(values[i] * 255);
            if (level < 0 || level > 255 || level / 255f != values[i]) {
                return new Compact(tensor.shape(), halves(values), false);
            }
            bytes[i] = (byte) level;
        }
        return new Compact(tensor.shape(), bytes, false);
    }

    private static short[] halves(float[] values) {
        short[] halves = new short[values.length];
        for (int i = 0; i < values.length; i++) {
            halves[i] = Float.floatToFloat16(values[i]);
        }
        return halves;
    }

    Tensor tensor() {
        if (integers) {
            return Tensor.of(shape, switch (data) {
                case byte[] bytes -> {
                    int[] values = new int[bytes.length];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = bytes[i] & 255;
                    }
                    yield values;
                }
                default -> ((int[]) data).clone();
            });
        }
        float[] values = new float[shape.size()];
        switch (data) {
            case byte[] bytes -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = (bytes[i] & 255) / 255f;
                }
            }
            default -> {
                short[] halves = (short[]) data;
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.float16ToFloat(halves[i]);
                }
            }
        }
        return Tensor.of(shape, values);
    }
}
