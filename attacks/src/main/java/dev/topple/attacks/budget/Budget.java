// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.budget;

import dev.topple.engine.graph.RandomOp;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.Arrays;

/**
 * The images that an attack may choose from: those within {@code epsilon} of the clean image, all pixels in [0, 1].
 *
 * <p>The budget holds exactly, not up to rounding. Programs work with {@code epsilon - 2^-24}, rounded down to float32;
 * for pixels in [0, 1] the rounding of {@code clean + epsilon} and {@code clean - epsilon} to float32 is at most 2^-25,
 * so the difference of any two float32 pixels that come out, computed exactly, is at most {@code epsilon}. An epsilon
 * of 2^-24 or less leaves the image as it is.
 *
 * @param norm how a perturbation is measured
 * @param epsilon the largest size of a perturbation, for pixels in [0, 1]; 0 allows the clean image alone
 */
public record Budget(Norm norm, double epsilon) {

    private static final double MARGIN = 0x1p-24;

    public Budget {
        if (!(epsilon >= 0)) {
            throw new IllegalArgumentException("epsilon must be at least 0, not " + epsilon);
        }
        if (norm == Norm.LINF && epsilon > 1) {
            String meant = epsilon <= 255 ? "; did you mean " + Budgets.plain(epsilon) + "/255?" : "";
            throw new IllegalArgumentException("pixels are in [0, 1], so an L-infinity epsilon of "
                    + Budgets.plain(epsilon) + " limits nothing" + meant);
        }
    }

    /**
     * The nearest allowed image.
     *
     * @param x images {@code [N, C, H, W]}
     * @param clean the clean images, of the same shape
     */
    public Value project(Value x, Value clean) {
        return switch (norm) {
            case LINF -> {
                Value zero = x.graph().fill(Shape.scalar(), 0);
                Value one = x.graph().fill(Shape.scalar(), 1);
                Value low = clean.minus(inner()).max(zero);
                Value high = clean.plus(inner()).min(one);
                yield x.max(low).min(high);
            }
        };
    }

    /**
     * The perturbation of size 1 that increases {@code <direction, perturbation>} the most: for L-infinity the sign, 0
     * where the direction is 0.
     */
    public Value steepest(Value direction) {
        return switch (norm) {
            case LINF -> direction.sign();
        };
    }

    /**
     * Images drawn uniformly from the ball around the clean ones, not yet limited to [0, 1].
     *
     * @param clean {@code [N, C, H, W]}
     * @param keys one random key per image, i32 {@code [N, 2]}
     * @param stream tells this draw apart from others with the same keys
     */
    public Value uniform(Value clean, Value keys, int stream) {
        return switch (norm) {
            case LINF -> {
                int[] dims = clean.shape().dims();
                Shape each = Shape.of(Arrays.copyOfRange(dims, 1, dims.length));
                yield clean.plus(RandomOp.uniform(keys, each, stream).times(2).minus(1).times(inner()));
            }
        };
    }

    /**
     * The size of a perturbation, in float64.
     *
     * @param from the first element of the image in both arrays
     * @param to behind its last element
     * @return NaN if any difference is
     */
    public double size(float[] clean, float[] perturbed, int from, int to) {
        return switch (norm) {
            case LINF -> {
                double largest = 0;
                for (int i = from; i < to; i++) {
                    largest = Math.max(largest, Math.abs((double) perturbed[i] - clean[i]));
                }
                yield largest;
            }
        };
    }

    /** For people: {@code Linf 8/255}. */
    public String text() {
        return norm.label() + " " + Budgets.fraction(epsilon);
    }

    private double inner() {
        double inner = Math.max(0, epsilon - MARGIN);
        float rounded = (float) inner;
        return rounded > inner ? Math.nextDown(rounded) : rounded;
    }
}
