// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

/**
 * The points of interpolation of Winograd's convolution (Winograd 1980; Lavin and Gray, arXiv 1509.09308).
 *
 * <p>F(2, 3) uses 0, 1, -1 and infinity. F(4, 3) uses 0, &plusmn;{@link #A}, &plusmn;{@link #B} and infinity. The usual
 * points &plusmn;1, &plusmn;2 give powers up to 8, which magnify the rounding of every sum; points near 1 whose
 * reciprocals mirror each other balance both ends (Barabasz et al., arXiv 1803.10986). Of the pairs of small dyadic
 * fractions, which keep every constant below exact, 11/16 and 3/2 had an error 2.2 times smaller than 1 and 2 by
 * relative L2 and 3 to 6 times smaller at its largest, at the same cost, on normal and on rectified data.
 *
 * <p>F(3, 3), for what is left where a line of results is no multiple of 4, uses the points of F(4, 3) but 0, so that
 * one transformed weight serves both: a row of G divides by r - 0 as well, and the row of the input makes up for it by
 * the factor r. Its error is smaller than that of F(4, 3).
 *
 * <p>With r = 0, a, -a, b, -b in turn, and the last row for infinity:
 *
 * <pre>
 * input   B^T row of r: the coefficients of the product of (x - s) over the other points s;
 *         of infinity: of the product over all points
 * weight  G row of r: (1, r, r^2) / product of (r - s);  of infinity: (0, 0, 1)
 * output  A^T row i: r^i;  of infinity: 1 in the last row
 * </pre>
 */
final class WinogradPoints {

    /** The smaller point. */
    static final float A = 11f / 16;
    /** The larger point. */
    static final float B = 3f / 2;

    static final float A2 = A * A;
    static final float A3 = A * A * A;
    static final float B2 = B * B;
    static final float B3 = B * B * B;
    static final float AABB = A2 * B2;
    /** The coefficient of x&sup2; in (x&sup2; - a&sup2;)(x&sup2; - b&sup2;), with its sign turned. */
    static final float SUM = A2 + B2;

    private WinogradPoints() {
    }

    /** The matrix G of F(outputTile, 3), {@code [outputTile + 2][3]}. */
    static double[][] weight(int outputTile) {
        double[] points = outputTile == 2 ? new double[] {0, 1, -1} : new double[] {0, A, -A, B, -B};
        double[][] g = new double[points.length + 1][];
        for (int i = 0; i < points.length; i++) {
            double product = 1;
            for (int j = 0; j < points.length; j++) {
                product *= j == i ? 1 : points[i] - points[j];
            }
            g[i] = new double[] {1 / product, points[i] / product, points[i] * points[i] / product};
        }
        g[points.length] = new double[] {0, 0, 1};
        return g;
    }
}
