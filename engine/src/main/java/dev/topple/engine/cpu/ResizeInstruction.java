// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.kernel.LaneKernels;
import dev.topple.engine.cpu.kernel.ResizeKernel;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import java.util.List;

/** Interpolation and its adjoint; an item of work is one plane. */
final class ResizeInstruction extends CpuInstruction {

    private final Resampling op;
    private final Slot from;
    private final Slot to;
    private final Shape shape;
    private final Shape result;
    private final boolean gradient;
    private final ResizeKernel kernel;
    private final Scratch scratch;

    ResizeInstruction(Resampling op, Slot from, Shape shape, Slot to, Shape result, LaneKernels lanes,
            Scratch scratch) {
        super(List.of(from), List.of(to));
        this.op = op;
        this.from = from;
        this.to = to;
        this.shape = shape;
        this.result = result;
        this.scratch = scratch;
        gradient = op instanceof Resampling.ResizeGradient;
        Shape original = gradient ? result : shape;
        Shape resized = gradient ? shape : result;
        kernel = new ResizeKernel(op.method(), original.dim(2), original.dim(3), resized.dim(2), resized.dim(3), lanes);
        scratch.require(0, 0, kernel.scratch());
    }

    @Override
    int items() {
        return shape.dim(0) * shape.dim(1);
    }

    @Override
    long steps() {
        return shape.size() + (long) result.size();
    }

    @Override
    public void item(int item, int worker) {
        int source = from.offset() + item * shape.dim(2) * shape.dim(3);
        int target = to.offset() + item * result.dim(2) * result.dim(3);
        if (from.dtype() == DType.I32) {
            kernel.resize(from.ints(), source, to.ints(), target);
        } else if (gradient) {
            kernel.gradient(from.floats(), source, to.floats(), target, scratch.run(worker));
        } else {
            kernel.resize(from.floats(), source, to.floats(), target, scratch.run(worker));
        }
    }

    @Override
    String describe() {
        return op.mnemonic() + " " + op.method() + " " + shape + " to " + result;
    }
}
