// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a label or logits say of the class of a whole image. */
final class Probabilities {

    private Probabilities() {}

    /** The probability of each class: 1 for a label's; all 0 of an unknown label, NaN of logits that are NaN. */
    static double[] of(Tensor values, int row, int classes) {
        double[] probabilities = new double[classes];
        if (values.dtype() == DType.I32) {
            int label = values.ints()[row];
            if (label >= 0 && label < classes) {
                probabilities[label] = 1;
            }
            return probabilities;
        }
        double largest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < classes; c++) {
            probabilities[c] = values.floats()[row * classes + c];
            largest = Math.max(largest, probabilities[c]);
        }
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            probabilities[c] = StrictMath.exp(probabilities[c] - largest);
            sum += probabilities[c];
        }
        for (int c = 0; c < classes; c++) {
            probabilities[c] /= sum;
        }
        return probabilities;
    }

    /** The most probable class, of logits with its probability in percent; empty if there is none. */
    static Optional<String> words(List<String> names, Tensor values, int row) {
        double[] probabilities = of(values, row, names.size());
        int best = -1;
        for (int c = 0; c < probabilities.length; c++) {
            if (probabilities[c] > (best < 0 ? 0 : probabilities[best])) {
                best = c;
            }
        }
        if (best < 0) {
            return Optional.empty();
        }
        return Optional.of(values.dtype() == DType.I32 ? names.get(best)
                : String.format(Locale.ROOT, "%s (%.0f %%)", names.get(best), 100 * probabilities[best]));
    }
}
