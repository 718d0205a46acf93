// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.optest;

import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;

/** How the value of an input is drawn. */
@FunctionalInterface
public interface Draw {

    /** A value; the same for equal sources. */
    Tensor from(RandomSource random);

    /** Standard normal numbers. */
    static Draw normal(int... dims) {
        return random -> {
            float[] values = new float[Shape.of(dims).size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            return Tensor.of(Shape.of(dims), values);
        };
    }

    /** Uniform numbers. */
    static Draw uniform(double from, double to, int... dims) {
        return random -> {
            float[] values = new float[Shape.of(dims).size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextDouble(from, to);
            }
            return Tensor.of(Shape.of(dims), values);
        };
    }

    /** Numbers of either sign, at least 0.05 away from 0. */
    static Draw awayFromZero(int... dims) {
        return random -> {
            float[] values = new float[Shape.of(dims).size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (random.nextDouble(0.05, 2) * (random.nextBoolean() ? 1 : -1));
            }
            return Tensor.of(Shape.of(dims), values);
        };
    }

    /** Numbers from -1 to 1 in random order, all the same distance apart: no ties for a maximum. */
    static Draw distinct(int... dims) {
        return random -> {
            int[] order = random.permutation(Shape.of(dims).size());
            float[] values = new float[order.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (2f * order[i] + 1) / values.length - 1;
            }
            return Tensor.of(Shape.of(dims), values);
        };
    }

    /** Few different small whole numbers as floats: many ties. */
    static Draw tied(int... dims) {
        return random -> {
            float[] values = new float[Shape.of(dims).size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextInt(-2, 3);
            }
            return Tensor.of(Shape.of(dims), values);
        };
    }

    /** Whole numbers, {@code to} excluded. */
    static Draw ints(int from, int to, int... dims) {
        return random -> {
            int[] values = new int[Shape.of(dims).size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextInt(from, to);
            }
            return Tensor.of(Shape.of(dims), values);
        };
    }

    /** Any 32 bits. */
    static Draw bits(int... dims) {
        return random -> {
            int[] values = new int[Shape.of(dims).size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextInt();
            }
            return Tensor.of(Shape.of(dims), values);
        };
    }

    /** Truth values. */
    static Draw booleans(int... dims) {
        return random -> {
            boolean[] values = new boolean[Shape.of(dims).size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextBoolean();
            }
            return Tensor.of(Shape.of(dims), values);
        };
    }

    /** The given floats. */
    static Draw floats(Shape shape, float... values) {
        return random -> Tensor.of(shape, values.clone());
    }

    /** The given integers. */
    static Draw ints(Shape shape, int... values) {
        return random -> Tensor.of(shape, values.clone());
    }
}
