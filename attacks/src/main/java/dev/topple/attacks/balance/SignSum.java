// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Value;
import java.util.List;

/**
 * A vote of the tasks at every pixel: direction {@code sum_i sign(grad L_i)}, of which the step takes the sign again
 * (the baseline "SignSum" of the code released with Zhang et al., arXiv 2305.12066). Scale-invariant like {@link Dgba},
 * but blind to how much a task cares about a pixel.
 *
 * <p>The released code does the same, from the mean loss of each image, so there is but one form: the sign takes no
 * notice of a positive factor, nor of whether the mean is over the image or the batch. Only where an image has no valid
 * pixel for a task is the released vote NaN, and with it the image; here that task has no vote.
 *
 * <p>The merit is {@code sum_i L_i}. The vote at a pixel jumps where some gradient changes its sign, whichever pixel
 * causes that, so it is not the gradient of any scalar; the released code selects by the plain sum as well.
 */
public record SignSum() implements Pixelwise {

    @Override
    public String name() {
        return "signsum";
    }

    @Override
    public Value combine(TaskLosses losses, List<Value> gradients) {
        Value votes = gradients.get(0).sign();
        for (Value gradient : gradients.subList(1, gradients.size())) {
            votes = votes.plus(gradient.sign());
        }
        return votes;
    }

    @Override
    public Value merit(TaskLosses losses) {
        return losses.sumOfPresent();
    }
}
