// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.Arrays;

/** Memory that elementwise steps read or write in blocks of the result's elements, broadcast if it is smaller. */
final class BlockOperand {

    /** For steps that touch no memory. */
    static final BlockOperand NONE = new BlockOperand(Slot.constant(Tensor.scalar(0)), Shape.scalar(), Shape.scalar());

    private final Slot slot;
    private final int[] sizes;
    private final int[] strides;

    /**
     * A value as seen from a result.
     *
     * @param shape the value's own shape
     * @param result the shape that it is broadcast to
     */
    BlockOperand(Slot slot, Shape shape, Shape result) {
        this.slot = slot;
        int[] strides = shape.broadcastStrides(result);
        int[] sizes = result.dims();
        int kept = 0;
        // Neighbouring axes that are walked as one become one.
        for (int axis = 0; axis < sizes.length; axis++) {
            if (sizes[axis] == 1) {
                continue;
            }
            boolean merges = kept > 0 && strides[kept - 1] == strides[axis] * sizes[axis];
            if (merges) {
                sizes[kept - 1] *= sizes[axis];
                strides[kept - 1] = strides[axis];
            } else {
                sizes[kept] = sizes[axis];
                strides[kept] = strides[axis];
                kept++;
            }
        }
        this.sizes = kept == 0 ? new int[] {1} : Arrays.copyOf(sizes, kept);
        this.strides = kept == 0 ? new int[] {0} : Arrays.copyOf(strides, kept);
    }

    Slot slot() {
        return slot;
    }

    boolean isFloat() {
        return slot.dtype() == DType.F32;
    }

    /** Whether every element of the result sees the same one. */
    boolean isUniform() {
        return sizes.length == 1 && strides[0] == 0;
    }

    /** Whether it has the result's elements in the result's order. */
    boolean isWhole() {
        return sizes.length == 1 && (strides[0] == 1 || sizes[0] == 1);
    }

    /** Fills a block with the elements that the result's {@code from … from + n - 1} see. */
    void load(float[] block, int from, int n) {
        float[] array = slot.floats();
        int last = sizes.length - 1;
        int inner = sizes[last];
        boolean repeats = strides[last] == 0;
        for (int done = 0; done < n;) {
            int position = (from + done) % inner;
            int source = source((from + done) / inner);
            int run = Math.min(inner - position, n - done);
            if (repeats) {
                Arrays.fill(block, done, done + run, array[source]);
            } else {
                System.arraycopy(array, source + position, block, done, run);
            }
            done += run;
        }
    }

    /** Fills a block with the integers or truth values that the result's {@code from … from + n - 1} see. */
    void load(int[] block, int from, int n) {
        int[] array = slot.ints();
        int last = sizes.length - 1;
        int inner = sizes[last];
        boolean repeats = strides[last] == 0;
        for (int done = 0; done < n;) {
            int position = (from + done) % inner;
            int source = source((from + done) / inner);
            int run = Math.min(inner - position, n - done);
            if (repeats) {
                Arrays.fill(block, done, done + run, array[source]);
            } else {
                System.arraycopy(array, source + position, block, done, run);
            }
            done += run;
        }
    }

    private int source(int outer) {
        int source = slot.offset();
        int rest = outer;
        for (int axis = sizes.length - 2; axis >= 0; axis--) {
            source += rest % sizes[axis] * strides[axis];
            rest /= sizes[axis];
        }
        return source;
    }
}
