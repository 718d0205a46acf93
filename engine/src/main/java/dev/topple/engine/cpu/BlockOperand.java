// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.blocked.Blocks;
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
    private final int stretch;

    /**
     * A value as seen from a result.
     *
     * @param shape the value's own shape
     * @param result the shape that it is broadcast to
     */
    BlockOperand(Slot slot, Shape shape, Shape result) {
        this(slot, result.dims(), shape.broadcastStrides(result));
    }

    private BlockOperand(Slot slot, int[] sizes, int[] strides) {
        this.slot = slot;
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
        stretch = stretch(this.sizes, this.strides);
    }

    /** How many neighbouring elements of the result see nothing but repetitions that divide a block; 0 for none. */
    private static int stretch(int[] sizes, int[] strides) {
        int last = sizes.length - 1;
        if (strides[last] == 0) {
            return sizes[last];
        }
        boolean repeats = last > 0 && strides[last - 1] == 0 && Scratch.BLOCK % sizes[last] == 0;
        return repeats ? sizes[last - 1] * sizes[last] : 0;
    }

    /**
     * A value as seen from blocked images: itself images of the same shape in blocks, or smaller and in the plain order
     * of its elements, see {@link #servesBlocks}.
     *
     * @param result the images' shape {@code [N, C, H, W]}
     */
    static BlockOperand inBlocks(Slot slot, Shape shape, Shape result) {
        Shape memory = memory(result);
        if (shape.equals(result)) {
            return new BlockOperand(slot, memory, memory);
        }
        int[] plain = shape.broadcastStrides(result);
        int[] strides = {plain[0], Blocks.WIDTH * plain[1], plain[2], plain[3], plain[1]};
        return new BlockOperand(slot, memory.dims(), strides);
    }

    /** The shape of the memory of blocked images. */
    static Shape memory(Shape images) {
        return Shape.of(images.dim(0), Blocks.count(images.dim(1)), images.dim(2), images.dim(3), Blocks.WIDTH);
    }

    /** Whether a value, smaller than images that it is broadcast to, can be read from among their blocks. */
    static boolean servesBlocks(Shape shape, Shape images) {
        return shape.broadcastStrides(images)[1] <= 1;
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

    /** Whether some blocks in a row are the same, such as those of an image's plane for a value per channel. */
    boolean isSteady() {
        return stretch >= 2 * Scratch.BLOCK;
    }

    /** Whether the block of n elements that starts here is the beginning of the whole block before it. */
    boolean isSame(int start, int n) {
        return isSteady() && (start - Scratch.BLOCK) / stretch == (start + n - 1) / stretch;
    }

    /** Fills a block with the elements that the result's {@code from … from + n - 1} see. */
    void load(float[] block, int from, int n) {
        float[] array = slot.floats();
        int last = sizes.length - 1;
        int inner = sizes[last];
        for (int done = 0; done < n;) {
            int position = (from + done) % inner;
            int outer = (from + done) / inner;
            int source = source(outer);
            int run = Math.min(inner - position, n - done);
            if (strides[last] == 0) {
                Arrays.fill(block, done, done + run, array[source]);
            } else {
                System.arraycopy(array, source + position, block, done, within(run, source + position, array.length));
            }
            int start = done;
            done += run;
            if (run == inner && repeats(outer) > 1) {
                int end = Math.min(n, start + inner * repeats(outer));
                while (done < end) {
                    int copied = Math.min(done - start, end - done);
                    System.arraycopy(block, start, block, done, copied);
                    done += copied;
                }
            }
        }
    }

    /** Fills a block with the integers or truth values that the result's {@code from … from + n - 1} see. */
    void load(int[] block, int from, int n) {
        int[] array = slot.ints();
        int last = sizes.length - 1;
        int inner = sizes[last];
        for (int done = 0; done < n;) {
            int position = (from + done) % inner;
            int source = source((from + done) / inner);
            int run = Math.min(inner - position, n - done);
            if (strides[last] == 0) {
                Arrays.fill(block, done, done + run, array[source]);
            } else {
                System.arraycopy(array, source + position, block, done, within(run, source + position, array.length));
            }
            done += run;
        }
    }

    /** What of a run can be read: where the last block of channels is not full, its last lanes may lie past the end. */
    private static int within(int run, int from, int length) {
        return Math.max(0, Math.min(run, length - from));
    }

    /** How often in a row the innermost run from one place on is seen: as often as the axis around it is left to go. */
    private int repeats(int outer) {
        int axis = sizes.length - 2;
        return axis >= 0 && strides[axis] == 0 ? sizes[axis] - outer % sizes[axis] : 1;
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
