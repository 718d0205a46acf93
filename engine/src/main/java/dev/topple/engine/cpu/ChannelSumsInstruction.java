// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.blocked.ChannelSums;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Op;
import dev.topple.engine.graph.Reduction;
import dev.topple.engine.tensor.Shape;
import java.util.List;

/** Sums over the pixels of blocked images, channel by channel, and the statistics that are made of them. */
final class ChannelSumsInstruction extends CpuInstruction {

    private final Op op;
    private final Shape shape;
    private final ChannelSums kernel;
    private final List<Slot> in;
    private final List<Slot> out;

    /**
     * A sum over pixels or over images and pixels, or the sums of batch normalisation or of its gradient.
     *
     * @param shape of the images
     * @param in operands of the op
     * @param out the sums, one slot per result
     */
    ChannelSumsInstruction(Op op, Shape shape, ChannelSums kernel, List<Slot> in, List<Slot> out) {
        super(in, out);
        this.op = op;
        this.shape = shape;
        this.kernel = kernel;
        this.in = in;
        this.out = out;
    }

    @Override
    int items() {
        return kernel.items();
    }

    @Override
    long steps() {
        return 0;
    }

    @Override
    void run(Workers workers) {
        float[] x = in.get(0).floats();
        int xo = in.get(0).offset();
        Slot first = out.get(0);
        switch (op) {
            case Reduction.Sum sum when sum.axes().contains(0) ->
                    kernel.overBatch(workers, x, xo, first.floats(), first.offset());
            case Reduction.Sum sum -> kernel.overPixels(workers, x, xo, first.floats(), first.offset());
            case BatchNorm.Training norm -> kernel.statistics(workers, x, xo, first.floats(), first.offset(),
                    out.get(1).floats(), out.get(1).offset());
            case BatchNorm.Gradient norm -> kernel.gradients(workers, x, xo, in.get(4).floats(), in.get(4).offset(),
                    in.get(2).floats(), in.get(2).offset(), in.get(3).floats(), in.get(3).offset(), norm.epsilon(),
                    first.floats(), first.offset(), out.get(1).floats(), out.get(1).offset());
            default -> throw new IllegalStateException(op + " is no sum over pixels");
        }
    }

    @Override
    public void item(int item, int worker) {
        throw new IllegalStateException("the kernel shares the work out by itself");
    }

    @Override
    String describe() {
        return switch (op) {
            case Reduction.Sum sum -> "Sum " + shape + " over " + sum.axes();
            case BatchNorm.Training norm -> "BatchNorm statistics " + shape;
            default -> "BatchNorm gradient sums " + shape;
        };
    }

    @Override
    String reason() {
        return "blocked";
    }
}
