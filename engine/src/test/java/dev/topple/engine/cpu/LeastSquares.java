// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import java.util.List;
import java.util.stream.IntStream;

/** Fits times to counts, for {@link MeasureCosts}. */
final class LeastSquares {

    /**
     * An observation.
     *
     * @param counts how often each kind of step was taken
     * @param time what they took together, above 0
     */
    record Sample(double[] counts, double time) {

        double expected(double[] each) {
            double sum = 0;
            for (int i = 0; i < counts.length; i++) {
                sum += counts[i] * each[i];
            }
            return sum;
        }
    }

    private LeastSquares() {}

    /**
     * The times of single steps, none below 0, for which the sum of squares of relative errors is least. Steps are few,
     * so each subset of them that may take time is tried: exact, and no iteration to end.
     */
    static double[] fit(List<Sample> samples) {
        int kinds = samples.get(0).counts().length;
        double[] best = new double[kinds];
        double least = Double.POSITIVE_INFINITY;
        for (int subset = 1; subset < 1 << kinds; subset++) {
            double[] each = solve(samples, subset, kinds);
            double error = error(samples, each);
            if (error < least) {
                least = error;
                best = each;
            }
        }
        return best;
    }

    /** The sum of squares of relative errors; infinite where a time is below 0 or not a number. */
    private static double error(List<Sample> samples, double[] each) {
        for (double one : each) {
            if (!(one >= 0)) {
                return Double.POSITIVE_INFINITY;
            }
        }
        return samples.stream().mapToDouble(sample -> {
            double relative = sample.expected(each) / sample.time() - 1;
            return relative * relative;
        }).sum();
    }

    /** Solves the normal equations for the steps in a subset by elimination with pivots; the other steps take 0. */
    private static double[] solve(List<Sample> samples, int subset, int kinds) {
        int[] used = IntStream.range(0, kinds).filter(i -> (subset >> i & 1) == 1).toArray();
        double[][] rows = new double[used.length][used.length + 1];
        for (Sample sample : samples) {
            for (int i = 0; i < used.length; i++) {
                double a = sample.counts()[used[i]] / sample.time();
                for (int j = 0; j < used.length; j++) {
                    rows[i][j] += a * sample.counts()[used[j]] / sample.time();
                }
                rows[i][used.length] += a;
            }
        }
        for (int column = 0; column < used.length; column++) {
            int pivot = column;
            for (int row = column + 1; row < used.length; row++) {
                pivot = Math.abs(rows[row][column]) > Math.abs(rows[pivot][column]) ? row : pivot;
            }
            double[] swapped = rows[pivot];
            rows[pivot] = rows[column];
            rows[column] = swapped;
            for (int row = 0; row < used.length; row++) {
                double factor = row == column ? 0 : rows[row][column] / rows[column][column];
                for (int k = column; k <= used.length; k++) {
                    rows[row][k] -= factor * rows[column][k];
                }
            }
        }
        double[] each = new double[kinds];
        for (int i = 0; i < used.length; i++) {
            each[used[i]] = rows[i][used.length] / rows[i][i];
        }
        return each;
    }
}
