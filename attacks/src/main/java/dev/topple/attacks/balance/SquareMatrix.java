// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** What the balancers need of linear algebra: small dense matrices in float64, fixed orders of summation. */
final class SquareMatrix {

    private static final int SWEEPS = 60;
    private static final double TINY = 1e-13;

    private SquareMatrix() {}

    /** {@code a x}. */
    static double[] times(double[][] a, double[] x) {
        double[] y = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < x.length; j++) {
                y[i] += a[i][j] * x[j];
            }
        }
        return y;
    }

    /** {@code x^T a y}. */
    static double form(double[][] a, double[] x, double[] y) {
        double sum = 0;
        double[] ay = times(a, y);
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * ay[i];
        }
        return sum;
    }

    /** A multiple of a matrix plus a multiple of the identity. */
    static double[][] scaled(double[][] a, double factor, double diagonal) {
        double[][] b = new double[a.length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a.length; j++) {
                b[i][j] = a[i][j] * factor + (i == j ? diagonal : 0);
            }
        }
        return b;
    }

    /** The rows and columns of some indices. */
    static double[][] part(double[][] a, int[] indices) {
        double[][] part = new double[indices.length][indices.length];
        for (int i = 0; i < indices.length; i++) {
            for (int j = 0; j < indices.length; j++) {
                part[i][j] = a[indices[i]][indices[j]];
            }
        }
        return part;
    }

    /**
     * Solves {@code a x = b} by elimination with pivots from the whole column.
     *
     * @return empty if the matrix is singular, as far as float64 tells
     */
    static double[] solve(double[][] a, double[] b) {
        int n = b.length;
        double[][] m = new double[n][];
        double largest = 0;
        for (int i = 0; i < n; i++) {
            m[i] = Arrays.copyOf(a[i], n + 1);
            m[i][n] = b[i];
            for (double value : a[i]) {
                largest = Math.max(largest, Math.abs(value));
            }
        }
        for (int column = 0; column < n; column++) {
            int pivot = column;
            for (int row = column + 1; row < n; row++) {
                if (Math.abs(m[row][column]) > Math.abs(m[pivot][column])) {
                    pivot = row;
                }
            }
            if (!(Math.abs(m[pivot][column]) > TINY * largest)) {
                return new double[0];
            }
            double[] swapped = m[pivot];
            m[pivot] = m[column];
            m[column] = swapped;
            for (int row = 0; row < n; row++) {
                if (row != column) {
                    double factor = m[row][column] / m[column][column];
                    for (int k = column; k <= n; k++) {
                        m[row][k] -= factor * m[column][k];
                    }
                }
            }
        }
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = m[i][n] / m[i][i];
        }
        return x;
    }

    /**
     * The eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations.
     *
     * @param values in no order
     * @param vectors the eigenvector of value i in column i, orthonormal
     */
    record Eigen(double[] values, double[][] vectors) {

        static Eigen of(double[][] symmetric) {
            int n = symmetric.length;
            double[][] a = scaled(symmetric, 1, 0);
            double[][] v = scaled(new double[n][n], 1, 1);
            for (int sweep = 0; sweep < SWEEPS; sweep++) {
                for (int p = 0; p < n; p++) {
                    for (int q = p + 1; q < n; q++) {
                        rotate(a, v, p, q);
                    }
                }
            }
            double[] values = new double[n];
            for (int i = 0; i < n; i++) {
                values[i] = a[i][i];
            }
            return new Eigen(values, v);
        }

        private static void rotate(double[][] a, double[][] v, int p, int q) {
            if (Math.abs(a[p][q]) <= 1e-300) {
                return;
            }
            double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
            double t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
            double c = 1 / Math.sqrt(t * t + 1);
            double s = t * c;
            for (int k = 0; k < a.length; k++) {
                double kp = a[k][p];
                double kq = a[k][q];
                a[k][p] = c * kp - s * kq;
                a[k][q] = s * kp + c * kq;
            }
            for (int k = 0; k < a.length; k++) {
                double pk = a[p][k];
                double qk = a[q][k];
                a[p][k] = c * pk - s * qk;
                a[q][k] = s * pk + c * qk;
                double vp = v[k][p];
                double vq = v[k][q];
                v[k][p] = c * vp - s * vq;
                v[k][q] = s * vp + c * vq;
            }
        }

        /** The largest eigenvalue. */
        double largest() {
            return Arrays.stream(values).max().orElse(0);
        }

        /** {@code V f(values) V^T x}; eigenvalues that are 0 as far as float64 tells are left out. */
        double[] apply(DoubleUnaryOperator f, double[] x) {
            int n = values.length;
            double[] y = new double[n];
            double least = 1e-12 * largest();
            for (int e = 0; e < n; e++) {
                if (values[e] > least) {
                    double along = 0;
                    for (int i = 0; i < n; i++) {
                        along += vectors[i][e] * x[i];
                    }
                    along *= f.applyAsDouble(values[e]);
                    for (int i = 0; i < n; i++) {
                        y[i] += vectors[i][e] * along;
                    }
                }
            }
            return y;
        }
    }
}
