// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import java.util.Random;

/** Numbers for tests of products, and how far a result is off. */
final class Numbers {

    private Numbers() {}

    static float[] random(Random random, int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Memory that holds a NaN everywhere, so that a read of what nobody wrote shows. */
    static float[] rubbish(int size) {
        float[] values = new float[size];
        java.util.Arrays.fill(values, Float.NaN);
        return values;
    }

    /** The largest error relative to the root of the number of summands, with values of about 1. */
    static double error(double[] expected, float[] actual, int at, double summands) {
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs(expected[i] - actual[at + i]) / Math.sqrt(summands + 1);
            worst = error > worst || Double.isNaN(error) ? error : worst;
            if (Double.isNaN(error)) {
                return Double.NaN;
            }
        }
        return worst;
    }
}
