// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.budget.Budget;

/** Adds up an {@link Audit} over images, in whatever order they come. */
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

    void add(ImageAudit image) {
        if (!(image.size() <= budget.epsilon())) {
            outOfBudget++;
        }
        if (image.size() > largest) {
            largest = image.size();
        }
        minimum = Math.min(minimum, image.minimumPixel());
        maximum = Math.max(maximum, image.maximumPixel());
        nanPixels += image.nanPixels();
        notWorse += image.notWorse() ? 1 : 0;
        zeroWeightTasks += image.zeroWeightTasks();
        undefinedGradients += image.undefinedGradient() ? 1 : 0;
    }

    Audit audit() {
        return new Audit(largest, minimum, maximum, nanPixels, outOfBudget, notWorse, zeroWeightTasks,
                undefinedGradients);
    }
}
