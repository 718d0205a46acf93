// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.reference;

import dev.topple.engine.graph.Layout;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.Arrays;
import java.util.List;

/** Layout ops: which element of the operand each element of the result is. */
final class Layouts {

    private Layouts() {}

    static Array evaluate(Layout op, List<Array> x, Shape result) {
        Array first = x.get(0);
        int[] strides = first.shape().strides();
        return switch (op) {
            case Layout.Reshape reshape -> first.reshape(result);
            case Layout.BroadcastTo broadcast -> first.broadcastTo(result);
            case Layout.Transpose transpose -> {
                int[] ordered = transpose.order().stream().mapToInt(axis -> strides[axis]).toArray();
                yield first.select(result, Array.sources(result, ordered, 0));
            }
            case Layout.Slice slice -> {
                int offset = 0;
                for (int axis = 0; axis < strides.length; axis++) {
                    offset += slice.starts().get(axis) * strides[axis];
                }
                yield first.select(result, Array.sources(result, strides, offset));
            }
            case Layout.Pad pad -> {
                double[] y = new double[result.size()];
                Arrays.fill(y, pad.value());
                int offset = 0;
                for (int axis = 0; axis < strides.length; axis++) {
                    offset += pad.before().get(axis) * result.strides()[axis];
                }
                int[] targets = Array.sources(first.shape(), result.strides(), offset);
                for (int i = 0; i < targets.length; i++) {
                    y[targets[i]] = first.doubles()[i];
                }
                yield Array.of(result, y);
            }
            case Layout.Concat concat -> concat(concat.axis(), x, result);
        };
    }

    /** Lays all operands end to end, then selects. */
    private static Array concat(int axis, List<Array> x, Shape result) {
        int[] sources = new int[result.size()];
        int start = 0;
        int offset = 0;
        for (Array part : x) {
            int[] targets = Array.sources(part.shape(), result.strides(), start * result.strides()[axis]);
            for (int i = 0; i < targets.length; i++) {
                sources[targets[i]] = offset + i;
            }
            start += part.shape().dim(axis);
            offset += part.size();
        }
        return endToEnd(x, offset).select(result, sources);
    }

    private static Array endToEnd(List<Array> x, int size) {
        TensorType type = x.get(0).type().withShape(Shape.of(size));
        Object all = switch (type.dtype()) {
            case F32 -> new double[size];
            case I32 -> new int[size];
            case BOOL -> new boolean[size];
        };
        int offset = 0;
        for (Array part : x) {
            Object values = switch (type.dtype()) {
                case F32 -> part.doubles();
                case I32 -> part.ints();
                case BOOL -> part.booleans();
            };
            System.arraycopy(values, 0, all, offset, part.size());
            offset += part.size();
        }
        return switch (type.dtype()) {
            case F32 -> Array.of(type.shape(), (double[]) all);
            case I32 -> Array.of(type.shape(), (int[]) all);
            case BOOL -> Array.of(type.shape(), (boolean[]) all);
        };
    }
}
