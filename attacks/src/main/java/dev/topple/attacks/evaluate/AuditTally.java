// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.budget.Budget;

/** Adds up an {@link Audit} over images; sums depend on their order by rounding. */
final class AuditTally {

    /** Epsilons are of pixels that are multiples of 1/255, as people write them: 0.0314 for 8/255. */
    private static final double TOLERANCE = 1e-4;

    private final Budget budget;
    private double largest;
    private double minimum = Double.POSITIVE_INFINITY;
    private double maximum = Double.NEGATIVE_INFINITY;
    private long nanPixels;
    private int outOfBudget;
    private int notWorse;
    private int zeroWeightTasks;
    private int undefinedGradients;
    private int zeroGradients;
    private int belowBest;
    private int roundedOutOfBudget;
    private int roundedAway;
    private int images;
    private double firstRise;
    private double rise;

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
        zeroGradients += image.zeroGradient() ? 1 : 0;
        belowBest += image.climb().belowBest() ? 1 : 0;
        roundedOutOfBudget += image.roundedSize() > budget.epsilon() + TOLERANCE ? 1 : 0;
        roundedAway += image.roundedSize() == 0 && image.size() > 0 ? 1 : 0;
        firstRise += image.climb().first() - image.climb().start();
        rise += image.climb().best() - image.climb().clean();
        images++;
    }

    Audit audit() {
        return new Audit(largest, minimum, maximum, nanPixels, outOfBudget, notWorse, zeroWeightTasks,
                undefinedGradients, zeroGradients, belowBest, roundedOutOfBudget, roundedAway, firstRise / images,
                rise / images);
    }
}
