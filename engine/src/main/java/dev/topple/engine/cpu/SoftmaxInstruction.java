// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.kernel.LaneKernels;
import dev.topple.engine.cpu.kernel.SoftmaxKernels;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.tensor.Shape;
import java.util.List;

/** Soft maxima and cross-entropy; an item of work is a block of places of one image. */
final class SoftmaxInstruction extends CpuInstruction {

    private static final float[] NO_WEIGHTS = {};

    private final Softmax op;
    private final Shape shape;
    private final List<Slot> in;
    private final Slot out;
    private final int outer;
    private final int inner;
    private final int blocksPerOuter;
    private final SoftmaxKernels.Places places;
    private final LaneKernels lanes;
    private final Scratch scratch;

    /**
     * One op of the family.
     *
     * @param shape of the first operand
     */
    SoftmaxInstruction(Softmax op, List<Slot> in, Shape shape, Slot out, LaneKernels lanes, Scratch scratch) {
        super(in, List.of(out));
        this.op = op;
        this.shape = shape;
        this.in = in;
        this.out = out;
        this.lanes = lanes;
        this.scratch = scratch;
        int axis = switch (op) {
            case Softmax.Probabilities probabilities -> probabilities.axis();
            case Softmax.LogProbabilities logarithms -> logarithms.axis();
            case Softmax.CrossEntropy loss -> 1;
            case Softmax.CrossEntropyGradient gradient -> 1;
        };
        int classes = shape.dim(axis);
        int after = shape.product(axis + 1, shape.rank());
        int before = shape.product(0, axis);
        // Where the classes lie innermost, the places next to each other are those of the axes before.
        boolean innermost = after == 1;
        outer = innermost ? 1 : before;
        inner = innermost ? before : after;
        blocksPerOuter = (inner + Scratch.BLOCK - 1) / Scratch.BLOCK;
        places = new SoftmaxKernels.Places(classes, after, innermost ? classes : 1);
        scratch.require(3, 1, 0);
    }

    @Override
    int items() {
        return out.size() == 0 ? 0 : outer * blocksPerOuter;
    }

    @Override
    long steps() {
        return 8L * shape.size();
    }

    @Override
    public void item(int item, int worker) {
        int image = item / blocksPerOuter;
        int start = item % blocksPerOuter * Scratch.BLOCK;
        int n = Math.min(Scratch.BLOCK, inner - start);
        int logit = image * places.classes() * inner + start * places.placeStride();
        int place = image * inner + start;
        float[] x = in.get(0).floats();
        int from = in.get(0).offset() + logit;
        float[][] blocks = scratch.floatBlocks(worker);
        switch (op) {
            case Softmax.Probabilities p -> SoftmaxKernels.probabilities(places, x, from, out.floats(),
                    out.offset() + logit, n, blocks, lanes);
            case Softmax.LogProbabilities p -> SoftmaxKernels.logProbabilities(places, x, from, out.floats(),
                    out.offset() + logit, n, blocks, lanes);
            case Softmax.CrossEntropy loss -> SoftmaxKernels.crossEntropy(places, x, from, in.get(1).ints(),
                    in.get(1).offset() + place, weights(2), weightsAt(2), loss.ignored(), out.floats(),
                    out.offset() + place, n, blocks, lanes);
            case Softmax.CrossEntropyGradient gradient -> SoftmaxKernels.crossEntropyGradient(places, x, from,
                    in.get(1).ints(), in.get(1).offset() + place, in.get(2).floats(), in.get(2).offset() + place,
                    weights(3), weightsAt(3), gradient.ignored(), out.floats(), out.offset() + logit, n, blocks,
                    scratch.intBlocks(worker)[0], lanes);
        }
    }

    private float[] weights(int operand) {
        return in.size() > operand ? in.get(operand).floats() : NO_WEIGHTS;
    }

    private int weightsAt(int operand) {
        return in.size() > operand ? in.get(operand).offset() : 0;
    }

    @Override
    String describe() {
        return op.mnemonic() + " " + shape;
    }
}
