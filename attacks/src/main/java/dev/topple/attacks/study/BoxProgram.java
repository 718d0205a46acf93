// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.study;

/**
 * The linear program {@code max g . d} over {@code low <= d <= high}, in float64. It falls apart into one program per
 * element, so that a vertex that takes each element's better end solves it; the dual bounds it from above without
 * looking at any {@code d}: {@code min u . high - v . low} over {@code u, v >= 0} with {@code u - v = g}.
 *
 * @param objective g
 * @param low the lower ends, at most 0
 * @param high the upper ends, at least 0
 */
public record BoxProgram(double[] objective, double[] low, double[] high) {

    public BoxProgram {
        if (low.length != objective.length || high.length != objective.length) {
            throw new IllegalArgumentException("a linear program of " + objective.length + " elements has "
                    + low.length + " lower and " + high.length + " upper ends");
        }
        for (int i = 0; i < objective.length; i++) {
            if (!(low[i] <= 0 && high[i] >= 0)) {
                throw new IllegalArgumentException("element " + i + " of a linear program may be from " + low[i]
                        + " to " + high[i] + ", which is to contain 0");
            }
        }
    }

    /**
     * The program of an attack's first step: changes of at most epsilon that leave pixels in [0, 1].
     *
     * @param image pixels in [0, 1]
     */
    public static BoxProgram within(double epsilon, float[] image, double[] objective) {
        double[] low = new double[image.length];
        double[] high = new double[image.length];
        for (int i = 0; i < image.length; i++) {
            low[i] = Math.max(-epsilon, -(double) image[i]);
            high[i] = Math.min(epsilon, 1.0 - image[i]);
        }
        return new BoxProgram(objective, low, high);
    }

    /** What the objective is at a point. */
    public double value(double[] point) {
        double sum = 0;
        for (int i = 0; i < objective.length; i++) {
            sum += objective[i] * point[i];
        }
        return sum;
    }

    /** A point at which the objective is largest: each element at the end that its sign asks for, 0 where it is 0. */
    public double[] solution() {
        double[] point = new double[objective.length];
        for (int i = 0; i < point.length; i++) {
            point[i] = objective[i] > 0 ? high[i] : objective[i] < 0 ? low[i] : 0;
        }
        return point;
    }

    /** The largest value of the objective. */
    public double optimum() {
        return value(solution());
    }

    /** The value of the dual program at {@code u = max(g, 0)}, {@code v = max(-g, 0)}: no point has a larger one. */
    public double dualBound() {
        double sum = 0;
        for (int i = 0; i < objective.length; i++) {
            sum += Math.max(objective[i], 0) * high[i] - Math.max(-objective[i], 0) * low[i];
        }
        return sum;
    }

    /** By how much a point leaves the box at its worst element; 0 inside. */
    public double violation(double[] point) {
        double most = 0;
        for (int i = 0; i < point.length; i++) {
            most = Math.max(most, Math.max(low[i] - point[i], point[i] - high[i]));
        }
        return most;
    }
}
