// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.budget;

import dev.topple.engine.graph.RandomOp;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.Arrays;

/**
 * The images that an attack may choose from: those within {@code epsilon} of the clean image, all pixels in [0, 1].
 *
 * <p>The budget holds exactly, not up to rounding. For L-infinity, programs work with {@code epsilon - 2^-24}, rounded
 * down to float32; for pixels in [0, 1] the rounding of {@code clean + epsilon} and {@code clean - epsilon} to float32 is
 * at most 2^-25, so the difference of any two float32 pixels that come out, computed exactly, is at most {@code epsilon}.
 * An epsilon of 2^-24 or less leaves the image as it is. For L2 they work with {@code epsilon (1 - 2^-16)} minus what
 * that rounding can add up to over all pixels, {@code 2^-24} times the root of their number.
 *
 * @param norm how a perturbation is measured
 * @param epsilon the largest size of a perturbation, for pixels in [0, 1]; 0 allows the clean image alone
 */
public record Budget(Norm norm, double epsilon) {

    private static final double MARGIN = 0x1p-24;
    /** Keeps the draw of a radius apart from that of a direction. */
    private static final int RADIUS = 1 << 16;

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
            case L2 -> {
                Value change = x.minus(clean);
                Value length = length(change);
                Value most = x.graph().fill(length.shape(), inner(clean.shape()));
                Value factor = length.compare(Relation.GREATER, most).choose(most.dividedBy(length),
                        x.graph().fill(length.shape(), 1));
                yield clean.plus(change.times(factor)).clamp(0, 1);
            }
        };
    }

    /**
     * The perturbation of size 1 that increases {@code <direction, perturbation>} the most: for L-infinity the sign, 0
     * where the direction is 0; for L2 the direction at length 1, 0 for a direction that is 0.
     */
    public Value steepest(Value direction) {
        return switch (norm) {
            case LINF -> direction.sign();
            case L2 -> {
                // Through the largest magnitude, so that no square is too small or too large.
                Value one = direction.graph().fill(Shape.scalar(), 1);
                Value largest = direction.abs().maxOver(1, 2, 3).reshape(perImage(direction.shape()));
                Value scaled = direction.dividedBy(largest.compare(Relation.GREATER, 0).choose(largest, one));
                Value length = length(scaled);
                yield scaled.dividedBy(length.compare(Relation.GREATER, 0).choose(length, one));
            }
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
            case L2 -> {
                // A normal vector points anywhere; the share of a ball's volume within a radius is its power.
                int[] dims = clean.shape().dims();
                Shape each = Shape.of(Arrays.copyOfRange(dims, 1, dims.length));
                Value anywhere = steepest(RandomOp.normal(keys, each, stream));
                Value volume = RandomOp.uniform(keys, Shape.of(1, 1, 1), stream + RADIUS);
                Value radius = volume.max(clean.graph().fill(Shape.scalar(), 0x1p-25))
                        .power(1.0 / each.size()).times(inner(clean.shape()));
                yield clean.plus(anywhere.times(radius));
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
            case L2 -> {
                double sum = 0;
                for (int i = from; i < to; i++) {
                    double change = (double) perturbed[i] - clean[i];
                    sum += change * change;
                }
                yield Math.sqrt(sum);
            }
        };
    }

    /** The Euclidean length of each image, {@code [N, 1, 1, 1]}. */
    private static Value length(Value images) {
        return images.square().sum(1, 2, 3).sqrt().reshape(perImage(images.shape()));
    }

    private static Shape perImage(Shape images) {
        return Shape.of(images.dim(0), 1, 1, 1);
    }

    /** For people: {@code Linf 8/255}. */
    public String text() {
        return norm.label() + " " + Budgets.fraction(epsilon);
    }

    private double inner() {
        return down(epsilon - MARGIN);
    }

    private double inner(Shape images) {
        return down(epsilon * (1 - 0x1p-16) - MARGIN * Math.sqrt(images.product(1, images.rank())));
    }

    private static double down(double number) {
        double inner = Math.max(0, number);
        float rounded = (float) inner;
        return rounded > inner ? Math.nextDown(rounded) : rounded;
    }
}
