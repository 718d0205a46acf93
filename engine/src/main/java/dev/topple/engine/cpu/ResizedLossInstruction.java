// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.kernel.ResizedLossKernel;
import dev.topple.engine.tensor.Shape;
import java.util.List;

/**
 * The cross-entropy of resized logits in one go, see {@link dev.topple.engine.compile.ResizedLoss}; an item of work is
 * a strip of an image. Where a {@link ResizedLossGradientInstruction} follows, this one leaves it the unfinished
 * gradient.
 */
final class ResizedLossInstruction extends CpuInstruction {

    private final Shape logits;
    private final Shape places;
    private final Slot from;
    private final Slot labels;
    private final Slot loss;
    private final List<Slot> unfinished;
    private final ResizedLossKernel kernel;
    private final Scratch scratch;

    /**
     * The losses.
     *
     * @param logits before they are resized {@code [N, C, h, w]}
     * @param places the shape of labels and losses {@code [N, H, W]}
     * @param unfinished where the unfinished gradient goes, {@link ResizedLossKernel#unfinished} for each image; empty
     *        if nobody needs it
     */
    ResizedLossInstruction(Shape logits, Shape places, Slot from, Slot labels, Slot loss, List<Slot> unfinished,
            ResizedLossKernel kernel, Scratch scratch) {
        super(List.of(from, labels), unfinished.isEmpty() ? List.of(loss) : List.of(loss, unfinished.get(0)));
        this.logits = logits;
        this.places = places;
        this.from = from;
        this.labels = labels;
        this.loss = loss;
        this.unfinished = List.copyOf(unfinished);
        this.kernel = kernel;
        this.scratch = scratch;
        scratch.require(0, 1, kernel.scratch());
    }

    @Override
    int items() {
        return logits.dim(0) * kernel.strips();
    }

    @Override
    long steps() {
        return 10L * places.size() * logits.dim(1);
    }

    @Override
    public void item(int item, int worker) {
        int image = item / kernel.strips();
        int place = image * (places.size() / places.dim(0));
        boolean gradient = !unfinished.isEmpty();
        Slot part = gradient ? unfinished.get(0) : loss;
        kernel.strip(item % kernel.strips(), from.floats(), from.offset() + image * (logits.size() / logits.dim(0)),
                labels.ints(), labels.offset() + place, loss.floats(), loss.offset() + place, gradient, part.floats(),
                part.offset() + image * kernel.unfinished(), scratch.run(worker), scratch.intBlocks(worker)[0]);
    }

    @Override
    String describe() {
        return "Resize + CrossEntropy " + logits + " to " + places + (unfinished.isEmpty() ? "" : " with gradient");
    }
}
