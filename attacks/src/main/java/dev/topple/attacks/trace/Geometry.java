// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.trace;

import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.budget.Norm;

/** What can be said of one image's gradients and of its steps, in float64; images lie in arrays of a batch. */
final class Geometry {

    /** Budgets hold with a margin for rounding, which is far smaller than this. */
    private static final double ALMOST = 1 - 0x1p-10;

    private Geometry() {}

    /** The inner product of two gradients, from one element to another. */
    static double product(float[] a, float[] b, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    /** The share of the moved elements that moved by the sign of the gradient; NaN if none moved. */
    static double agreement(float[] gradient, float[] before, float[] after, int from, int to, boolean against) {
        int moved = 0;
        int agreed = 0;
        for (int i = from; i < to; i++) {
            float move = against ? before[i] - after[i] : after[i] - before[i];
            if (move != 0) {
                moved++;
                agreed += move > 0 && gradient[i] > 0 || move < 0 && gradient[i] < 0 ? 1 : 0;
            }
        }
        return moved == 0 ? Double.NaN : (double) agreed / moved;
    }

    /** The share of the elements that can go no further the way they went. */
    static double atBudget(Budget budget, float[] clean, float[] at, int from, int to) {
        if (budget.norm() != Norm.LINF) {
            return Double.NaN;
        }
        int count = 0;
        for (int i = from; i < to; i++) {
            double change = Math.abs((double) at[i] - clean[i]);
            boolean atEnd = change > 0 && (at[i] == 0 || at[i] == 1);
            count += atEnd || change >= ALMOST * budget.epsilon() ? 1 : 0;
        }
        return (double) count / (to - from);
    }
}
