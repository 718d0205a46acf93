// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.kernel.PoolKernels;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.tensor.Shape;
import java.util.List;

/** Pooling and its adjoints; an item of work is one plane. */
final class PoolingInstruction extends CpuInstruction {

    private final Pooling op;
    private final List<Slot> in;
    private final List<Slot> out;
    private final Shape shape;
    private final Shape result;
    private final int plane;
    private final int resultPlane;

    /**
     * One op of the family.
     *
     * @param shape of the first operand
     * @param result of the first result
     */
    PoolingInstruction(Pooling op, List<Slot> in, Shape shape, List<Slot> out, Shape result) {
        super(in, out);
        this.op = op;
        this.in = in;
        this.out = out;
        this.shape = shape;
        this.result = result;
        plane = shape.dim(2) * shape.dim(3);
        resultPlane = result.dim(2) * result.dim(3);
    }

    @Override
    int items() {
        return result.dim(0) * result.dim(1);
    }

    @Override
    long steps() {
        return 2L * (shape.size() + result.size());
    }

    @Override
    public void item(int item, int worker) {
        Slot x = in.get(0);
        Slot y = out.get(0);
        int from = x.offset() + item * plane;
        int to = y.offset() + item * resultPlane;
        switch (op) {
            case Pooling.MaxPool2d pool -> PoolKernels.max(pool.window(), x.floats(), from, shape.dim(2), shape.dim(3),
                    y.floats(), to, out.get(1).ints(), out.get(1).offset() + item * resultPlane);
            case Pooling.Scatter scatter -> PoolKernels.scatter(x.floats(), in.get(1).ints(), from,
                    in.get(1).offset() + item * plane, plane, y.floats(), to, resultPlane);
            case Pooling.Gather gather -> PoolKernels.gather(x.floats(), from, plane, in.get(1).ints(),
                    in.get(1).offset() + item * resultPlane, resultPlane, y.floats(), to);
            case Pooling.AvgPool2d pool -> PoolKernels.average(pool.window(), pool.countPadding(), x.floats(), from,
                    shape.dim(2), shape.dim(3), y.floats(), to);
            case Pooling.AvgPool2dGradient gradient -> PoolKernels.averageGradient(gradient.window(),
                    gradient.countPadding(), x.floats(), from, y.floats(), to, result.dim(2), result.dim(3));
        }
    }

    @Override
    String describe() {
        return op.mnemonic() + " " + shape + " to " + result;
    }
}
