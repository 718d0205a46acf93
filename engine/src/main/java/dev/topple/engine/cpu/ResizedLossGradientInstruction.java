// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.kernel.ResizedLossKernel;
import dev.topple.engine.tensor.Shape;
import java.util.List;

/**
 * Finishes the gradient that a {@link ResizedLossInstruction} began: the edges of strips meet, and everything is
 * multiplied by the gradient by the losses, which is the same for all places of an image. An item of work is a class of
 * an image.
 */
final class ResizedLossGradientInstruction extends CpuInstruction {

    private final Shape logits;
    private final Slot unfinished;
    private final Slot factors;
    private final Slot out;
    private final ResizedLossKernel kernel;

    /**
     * The gradient.
     *
     * @param logits the result's shape {@code [N, C, h, w]}
     * @param factors the gradient by the losses: one element for each image, or one for all
     */
    ResizedLossGradientInstruction(Shape logits, Slot unfinished, Slot factors, Slot out, ResizedLossKernel kernel) {
        super(List.of(unfinished, factors), List.of(out));
        this.logits = logits;
        this.unfinished = unfinished;
        this.factors = factors;
        this.out = out;
        this.kernel = kernel;
    }

    @Override
    int items() {
        return logits.dim(0) * logits.dim(1);
    }

    @Override
    long steps() {
        return logits.size();
    }

    @Override
    public void item(int item, int worker) {
        int image = item / logits.dim(1);
        float factor = factors.floats()[factors.offset() + (factors.size() == 1 ? 0 : image)];
        kernel.finish(item % logits.dim(1), unfinished.floats(), unfinished.offset() + image * kernel.unfinished(),
                factor, out.floats(), out.offset() + item * logits.dim(2) * logits.dim(3));
    }

    @Override
    String describe() {
        return "gradient of Resize + CrossEntropy " + logits;
    }
}
