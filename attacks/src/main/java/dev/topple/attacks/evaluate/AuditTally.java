// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.AttackResult;
import dev.topple.attacks.budget.Budget;
import dev.topple.engine.tensor.Tensor;

/** Adds up an {@link Audit} over batches. */
final class AuditTally {

    private final Budget budget;
    private double largest;
    private double minimum = Double.POSITIVE_INFINITY;
    private double maximum = Double.NEGATIVE_INFINITY;
    private long nanPixels;
    private int outOfBudget;
    private int notWorse;
    private int zeroWeightTasks;
    private int undefinedGradients;

    AuditTally(Budget budget) {
        this.budget = budget;
    }

    /** Adds the first {@code count} images of a batch. */
    void add(Tensor clean, AttackResult result, int count) {
        int each = clean.shape().size() / clean.shape().dim(0);
        float[] pixels = result.adversarial().floats();
        for (int image = 0; image < count; image++) {
            addPixels(clean.floats(), pixels, image * each, (image + 1) * each);
            if (!(result.finalMerit()[image] > result.cleanMerit()[image])) {
                notWorse++;
            }
            for (int[] steps : result.zeroWeightSteps().values()) {
                zeroWeightTasks += steps[image] > 0 ? 1 : 0;
            }
            undefinedGradients += result.undefinedSteps()[image] > 0 ? 1 : 0;
        }
    }

    private void addPixels(float[] clean, float[] pixels, int from, int to) {
        double size = budget.size(clean, pixels, from, to);
        if (!(size <= budget.epsilon())) {
            outOfBudget++;
        }
        if (size > largest) {
            largest = size;
        }
        for (int i = from; i < to; i++) {
            if (Float.isNaN(pixels[i])) {
                nanPixels++;
            } else {
                minimum = Math.min(minimum, pixels[i]);
                maximum = Math.max(maximum, pixels[i]);
            }
        }
    }

    Audit audit() {
        return new Audit(largest, minimum, maximum, nanPixels, outOfBudget, notWorse, zeroWeightTasks,
                undefinedGradients);
    }
}
