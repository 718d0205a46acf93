// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Small convex problems, solved exactly: the optimum is that of the problem without inequalities on the right subset of
 * the variables, and with a handful of tasks all subsets can be tried.
 */
final class Subsets {

    private static final double SLACK = 1e-10;

    private Subsets() {}

    /**
     * The weights {@code w >= 0} with sum 1 that make {@code w^T a w / 2 + b^T w} smallest.
     *
     * @param a symmetric, positive semidefinite; where several weights are best, one of them is found
     */
    static double[] onSimplex(double[][] a, double[] b) {
        int n = b.length;
        double[] best = new double[0];
        double least = Double.POSITIVE_INFINITY;
        for (int subset = 1; subset < 1 << n; subset++) {
            int[] chosen = elements(subset, n);
            double[] w = stationary(a, b, chosen);
            if (w.length == 0 || Arrays.stream(w).anyMatch(weight -> weight < -SLACK)) {
                continue;
            }
            double[] all = new double[n];
            for (int i = 0; i < chosen.length; i++) {
                all[chosen[i]] = Math.max(w[i], 0);
            }
            double value = SquareMatrix.form(a, all, all) / 2;
            for (int i = 0; i < n; i++) {
                value += b[i] * all[i];
            }
            if (value < least) {
                least = value;
                best = all;
            }
        }
        return best;
    }

    /** Where the gradient along the plane of sum 1 is 0, if only some variables may differ from 0. */
    private static double[] stationary(double[][] a, double[] b, int[] chosen) {
        int m = chosen.length;
        double[][] system = new double[m + 1][m + 1];
        double[] right = new double[m + 1];
        double[][] part = SquareMatrix.part(a, chosen);
        // The multiplier is measured in units of the matrix, so that the pivots are of one size.
        double unit = Math.max(Arrays.stream(part).flatMapToDouble(Arrays::stream).map(Math::abs).max().orElse(0),
                Double.MIN_NORMAL);
        for (int i = 0; i < m; i++) {
            System.arraycopy(part[i], 0, system[i], 0, m);
            system[i][m] = unit;
            system[m][i] = unit;
            right[i] = -b[chosen[i]];
        }
        right[m] = unit;
        double[] solution = SquareMatrix.solve(system, right);
        return solution.length == 0 ? solution : Arrays.copyOf(solution, m);
    }

    /**
     * The {@code v >= u} that makes {@code v^T a v} smallest.
     *
     * @param a symmetric, positive definite
     */
    static double[] above(double[] u, double[][] a) {
        int n = u.length;
        double[] best = u.clone();
        double least = SquareMatrix.form(a, u, u);
        double[] au = SquareMatrix.times(a, u);
        for (int subset = 1; subset < 1 << n; subset++) {
            int[] chosen = elements(subset, n);
            double[] right = Arrays.stream(chosen).mapToDouble(i -> -au[i]).toArray();
            double[] raise = SquareMatrix.solve(SquareMatrix.part(a, chosen), right);
            if (raise.length == 0 || Arrays.stream(raise).anyMatch(r -> r < -SLACK)) {
                continue;
            }
            double[] v = u.clone();
            for (int i = 0; i < chosen.length; i++) {
                v[chosen[i]] += Math.max(raise[i], 0);
            }
            double value = SquareMatrix.form(a, v, v);
            if (value < least) {
                least = value;
                best = v;
            }
        }
        return best;
    }

    private static int[] elements(int subset, int n) {
        return IntStream.range(0, n).filter(i -> (subset >> i & 1) == 1).toArray();
    }
}
