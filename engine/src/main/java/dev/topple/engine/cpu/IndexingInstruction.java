// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.graph.Indexing;
import dev.topple.engine.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * Choosing slices by indices, adding slices to where indices say, and one-hot vectors. An item of work is what lies
 * under one position of the axes before the indexed one.
 */
final class IndexingInstruction extends CpuInstruction {

    private final Indexing op;
    private final Slot values;
    private final Slot indices;
    private final Slot out;
    private final Shape result;
    private final int outer;
    private final int size;
    private final int inner;
    private final int count;

    /**
     * One op of the family.
     *
     * @param values what is indexed or scattered; of a one-hot the indices again
     * @param shape of the values
     */
    IndexingInstruction(Indexing op, Slot values, Shape shape, Slot indices, Slot out, Shape result) {
        super(List.of(values, indices), List.of(out));
        this.op = op;
        this.values = values;
        this.indices = indices;
        this.out = out;
        this.result = result;
        switch (op) {
            case Indexing.Gather gather -> {
                outer = shape.product(0, gather.axis());
                size = shape.dim(gather.axis());
                inner = shape.product(gather.axis() + 1, shape.rank());
                count = indices.size();
            }
            case Indexing.ScatterAdd scatter -> {
                outer = result.product(0, scatter.axis());
                size = scatter.size();
                inner = result.product(scatter.axis() + 1, result.rank());
                count = indices.size();
            }
            case Indexing.OneHot oneHot -> {
                outer = result.product(0, oneHot.axis());
                size = oneHot.depth();
                inner = result.product(oneHot.axis() + 1, result.rank());
                count = inner;
            }
        }
    }

    @Override
    int items() {
        return outer;
    }

    @Override
    long steps() {
        return out.size();
    }

    @Override
    public void item(int item, int worker) {
        switch (op) {
            case Indexing.Gather gather -> gather(item);
            case Indexing.ScatterAdd scatter -> scatter(item);
            case Indexing.OneHot oneHot -> oneHot(item);
        }
    }

    private void gather(int item) {
        for (int i = 0; i < count; i++) {
            int index = indices.ints()[indices.offset() + i];
            int to = out.offset() + (item * count + i) * inner;
            if (index >= 0 && index < size) {
                int from = values.offset() + (item * size + index) * inner;
                System.arraycopy(values.floats(), from, out.floats(), to, inner);
            } else {
                Arrays.fill(out.floats(), to, to + inner, Float.NaN);
            }
        }
    }

    private void scatter(int item) {
        float[] y = out.floats();
        float[] g = values.floats();
        int base = out.offset() + item * size * inner;
        Arrays.fill(y, base, base + size * inner, 0);
        for (int i = 0; i < count; i++) {
            int index = indices.ints()[indices.offset() + i];
            if (index >= 0 && index < size) {
                int from = values.offset() + (item * count + i) * inner;
                int to = base + index * inner;
                for (int k = 0; k < inner; k++) {
                    y[to + k] += g[from + k];
                }
            }
        }
    }

    private void oneHot(int item) {
        int base = out.offset() + item * size * inner;
        Arrays.fill(out.floats(), base, base + size * inner, 0);
        for (int k = 0; k < inner; k++) {
            int index = indices.ints()[indices.offset() + item * inner + k];
            if (index >= 0 && index < size) {
                out.floats()[base + index * inner + k] = 1;
            }
        }
    }

    @Override
    String describe() {
        return op.mnemonic() + " to " + result;
    }
}
