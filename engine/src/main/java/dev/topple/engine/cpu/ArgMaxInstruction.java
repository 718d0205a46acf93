// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.tensor.Shape;
import java.util.List;

/** The index of the first largest along an axis; a NaN counts as largest. */
final class ArgMaxInstruction extends CpuInstruction {

    private final String name;
    private final Slot from;
    private final Slot to;
    private final int outer;
    private final int size;
    private final int inner;
    private final int perOuter;
    private final Scratch scratch;

    ArgMaxInstruction(Slot from, Shape shape, int axis, Slot to, Scratch scratch) {
        super(List.of(from), List.of(to));
        this.name = "ArgMax " + shape + " over " + axis;
        this.from = from;
        this.to = to;
        this.scratch = scratch;
        outer = shape.product(0, axis);
        size = shape.dim(axis);
        inner = shape.product(axis + 1, shape.rank());
        perOuter = (inner + Scratch.BLOCK - 1) / Scratch.BLOCK;
        scratch.require(1, 0, 0);
    }

    @Override
    int items() {
        return outer * perOuter;
    }

    @Override
    long steps() {
        return from.size();
    }

    @Override
    public void item(int item, int worker) {
        int start = item % perOuter * Scratch.BLOCK;
        int n = Math.min(Scratch.BLOCK, inner - start);
        float[] x = from.floats();
        int[] index = to.ints();
        float[] best = scratch.floatBlocks(worker)[0];
        int base = from.offset() + item / perOuter * size * inner + start;
        int target = to.offset() + item / perOuter * inner + start;
        System.arraycopy(x, base, best, 0, n);
        java.util.Arrays.fill(index, target, target + n, 0);
        for (int c = 1; c < size; c++) {
            int row = base + c * inner;
            for (int i = 0; i < n; i++) {
                float value = x[row + i];
                if (value > best[i] || (value != value && best[i] == best[i])) {
                    best[i] = value;
                    index[target + i] = c;
                }
            }
        }
    }

    @Override
    String describe() {
        return name;
    }
}
