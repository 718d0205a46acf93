// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.kernel.LaneKernels;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * The sum or the largest over some axes. Runs of neighbours are reduced in a fixed tree of 16 lanes, longer ones piece
 * by piece; the pieces and the outer axes follow in ascending order, in float64. Where the innermost axes stay, blocks
 * of results grow side by side, again in ascending order. What belongs to different images is never mixed before the
 * end.
 */
final class ReductionInstruction extends CpuInstruction {

    /** Elements whose lanes are folded at once; bounds the rounding error of a long run. */
    private static final int PIECE = 4096;

    /** Elements of a run that one item of work reduces. */
    private static final int CHUNK = 16 * PIECE;

    /** Rows that are added up in one block before it is added to the total. */
    private static final int ROWS = 128;

    private final String name;
    private final boolean max;
    private final Slot from;
    private final Slot to;
    private final int[] keptSizes;
    private final int[] keptStrides;
    private final int[] reducedSizes;
    private final int[] reducedStrides;
    private final boolean innerReduced;
    private final int inner;
    private final int keptCount;
    private final int reducedCount;
    private final int groups;
    private final int chunks;
    private final double[] partials;
    private final LaneKernels lanes;
    private final Scratch scratch;

    /**
     * A reduction.
     *
     * @param max whether the largest is wanted instead of the sum
     */
    ReductionInstruction(boolean max, Slot from, Shape shape, List<Integer> axes, Slot to, LaneKernels lanes,
            Scratch scratch) {
        super(List.of(from), List.of(to));
        this.name = (max ? "Max " : "Sum ") + shape + " over " + axes;
        this.max = max;
        this.from = from;
        this.to = to;
        this.lanes = lanes;
        this.scratch = scratch;
        scratch.require(2, 0, 0);
        int rank = shape.rank();
        int[] dims = shape.dims();
        int[] strides = shape.strides();
        int first = rank;
        // The innermost axes that share a fate become one; those further out are walked one by one.
        boolean reducedInside = rank > 0 && axes.contains(rank - 1);
        int innerSize = 1;
        while (first > 0 && (axes.contains(first - 1) == reducedInside || dims[first - 1] == 1)
                && !(first == 1 && rank > 1 && reducedInside && axes.contains(0))) {
            first--;
            innerSize *= dims[first];
        }
        int[] kept = outer(dims, axes, first, false);
        int[] reduced = outer(dims, axes, first, true);
        keptSizes = pick(dims, kept);
        keptStrides = pick(strides, kept);
        reducedSizes = pick(dims, reduced);
        reducedStrides = pick(strides, reduced);
        innerReduced = reducedInside;
        inner = innerSize;
        keptCount = product(keptSizes);
        reducedCount = product(reducedSizes);
        groups = innerReduced && reducedSizes.length > 0 ? reducedSizes[0] : 1;
        chunks = innerReduced ? Math.max(1, (inner + CHUNK - 1) / CHUNK) : (inner + Scratch.BLOCK - 1) / Scratch.BLOCK;
        partials = innerReduced ? new double[keptCount * groups * chunks] : new double[0];
    }

    private static int[] outer(int[] dims, List<Integer> axes, int end, boolean reduced) {
        return java.util.stream.IntStream.range(0, end)
                .filter(axis -> axes.contains(axis) == reduced && dims[axis] != 1).toArray();
    }

    private static int[] pick(int[] values, int[] which) {
        return Arrays.stream(which).map(i -> values[i]).toArray();
    }

    private static int product(int[] sizes) {
        int product = 1;
        for (int size : sizes) {
            product *= size;
        }
        return product;
    }

    @Override
    int items() {
        return innerReduced ? partials.length : keptCount * chunks;
    }

    @Override
    long steps() {
        return from.size() / 2;
    }

    @Override
    void run(Workers workers) {
        super.run(workers);
        if (innerReduced) {
            int each = groups * chunks;
            for (int k = 0; k < keptCount; k++) {
                double total = max ? Double.NEGATIVE_INFINITY : 0;
                for (int i = k * each; i < (k + 1) * each; i++) {
                    total = max ? Math.max(total, partials[i]) : total + partials[i];
                }
                to.floats()[to.offset() + k] = (float) total;
            }
        }
    }

    @Override
    public void item(int item, int worker) {
        if (innerReduced) {
            int kept = item / (groups * chunks);
            int group = item / chunks % groups;
            int start = item % chunks * CHUNK;
            partials[item] = reduceRuns(kept, group, start, Math.min(CHUNK, inner - start), scratch.lanes(worker));
        } else {
            int start = item % chunks * Scratch.BLOCK;
            int n = Math.min(Scratch.BLOCK, inner - start);
            float[][] blocks = scratch.floatBlocks(worker);
            reduceBlock(item / chunks, start, n, blocks[0], blocks[1]);
            System.arraycopy(blocks[0], 0, to.floats(), to.offset() + item / chunks * inner + start, n);
        }
    }

    private double reduceRuns(int kept, int group, int start, int n, float[] laneMemory) {
        int base = from.offset() + start + offset(kept, keptSizes, keptStrides);
        int each = reducedCount / groups;
        double total = max ? Double.NEGATIVE_INFINITY : 0;
        for (int r = group * each; r < (group + 1) * each; r++) {
            int row = base + offset(r, reducedSizes, reducedStrides);
            for (int done = 0; done < n; done += PIECE) {
                int piece = Math.min(PIECE, n - done);
                if (max) {
                    total = Math.max(total, lanes.max(from.floats(), row + done, piece, laneMemory));
                } else {
                    total += lanes.sum(from.floats(), row + done, piece, laneMemory);
                }
            }
        }
        return total;
    }

    private void reduceBlock(int kept, int start, int n, float[] total, float[] part) {
        int base = from.offset() + start + offset(kept, keptSizes, keptStrides);
        Arrays.fill(total, 0, n, max ? Float.NEGATIVE_INFINITY : 0);
        if (reducedCount <= ROWS) {
            reduceRows(base, 0, reducedCount, total, n);
            return;
        }
        for (int first = 0; first < reducedCount; first += ROWS) {
            int end = Math.min(first + ROWS, reducedCount);
            Arrays.fill(part, 0, n, max ? Float.NEGATIVE_INFINITY : 0);
            reduceRows(base, first, end, part, n);
            if (max) {
                lanes.accumulateMax(total, part, 0, n);
            } else {
                lanes.accumulate(total, part, 0, n);
            }
        }
    }

    private void reduceRows(int base, int first, int end, float[] to, int n) {
        for (int r = first; r < end; r++) {
            int row = base + offset(r, reducedSizes, reducedStrides);
            if (max) {
                lanes.accumulateMax(to, from.floats(), row, n);
            } else {
                lanes.accumulate(to, from.floats(), row, n);
            }
        }
    }

    private static int offset(int index, int[] sizes, int[] strides) {
        int offset = 0;
        int rest = index;
        for (int axis = sizes.length - 1; axis >= 0; axis--) {
            offset += rest % sizes[axis] * strides[axis];
            rest /= sizes[axis];
        }
        return offset;
    }

    @Override
    String describe() {
        return name;
    }
}
