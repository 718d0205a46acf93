// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;

/** Left and right exchanged. */
public final class Mirror {

    private Mirror() {}

    /** A copy of floats or integers with the last axis reversed. */
    public static Tensor columns(Tensor tensor) {
        Shape shape = tensor.shape();
        int width = shape.dim(-1);
        return switch (tensor.dtype()) {
            case F32 -> {
                float[] from = tensor.floats();
                float[] to = new float[from.length];
                for (int i = 0; i < from.length; i++) {
                    to[i] = from[mirrored(i, width)];
                }
                yield Tensor.of(shape, to);
            }
            case I32 -> {
                int[] from = tensor.ints();
                int[] to = new int[from.length];
                for (int i = 0; i < from.length; i++) {
                    to[i] = from[mirrored(i, width)];
                }
                yield Tensor.of(shape, to);
            }
            case BOOL -> throw new IllegalArgumentException("truth values are not mirrored: " + tensor);
        };
    }

    private static int mirrored(int i, int width) {
        int column = i % width;
        return i - column + (width - 1 - column);
    }
}
