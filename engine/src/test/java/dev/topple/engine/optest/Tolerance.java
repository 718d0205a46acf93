// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.optest;

/**
 * How far a float may be from the expected one. Integers, truth values, NaN and infinities must always be equal.
 *
 * @param relative this times the magnitude of the expected float may be missing
 * @param ofScale and this times the largest finite magnitude that is expected anywhere in the same tensor
 */
public record Tolerance(double relative, double ofScale) {

    /** The same numbers. */
    public static final Tolerance EXACT = new Tolerance(0, 0);

    /** For ops that compute every element from a few. */
    public static final Tolerance ELEMENTWISE = new Tolerance(2e-6, 1e-7);

    /** For ops that sum up many products. */
    public static final Tolerance SUMS = new Tolerance(0, 1e-5);

    /** For gradients, which go through several ops. */
    public static final Tolerance GRADIENTS = new Tolerance(0, 3e-5);

    /** The index of the first float that is too far off, or -1. */
    public int firstMismatch(double[] expected, float[] actual) {
        double scale = 0;
        for (double value : expected) {
            if (Double.isFinite(value)) {
                scale = Math.max(scale, Math.abs(value));
            }
        }
        for (int i = 0; i < expected.length; i++) {
            float rounded = (float) expected[i];
            boolean same = rounded == actual[i] || Float.isNaN(rounded) && Float.isNaN(actual[i]);
            boolean near = Math.abs(expected[i] - actual[i]) <= relative * Math.abs(expected[i]) + ofScale * scale;
            if (!same && (!near || Float.isInfinite(rounded))) {
                return i;
            }
        }
        return -1;
    }
}
