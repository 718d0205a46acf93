// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.step;

import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.budget.Norm;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.RandomOp;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;

/**
 * The Square attack (Andriushchenko et al., 2020), for L-infinity: random search that needs loss values alone, here the
 * balancer's merit. It starts with vertical stripes; each query puts a square of full size, each channel up or down, at
 * a random place of the best image so far and keeps what has the higher merit. Squares shrink as queries are used up:
 * their share of the image is halved at 0.1, 0.5, 2, 10, 20, 40, 60 and 80 percent of them, as published for 10,000.
 *
 * @param steps how many queries an image gets, at least 2
 * @param share which share of the image the first squares cover, above 0, at most 1; published 0.8
 */
public record Square(int steps, double share) implements StepRule {

    private static final double[] HALVINGS = {0.001, 0.005, 0.02, 0.1, 0.2, 0.4, 0.6, 0.8};
    private static final String BEST = "square.best";
    private static final String BEST_MERIT = "square.bestMerit";
    private static final int STRIPES = 0;
    private static final int PLACE = 1;
    private static final int CHANNELS = 2;

    public Square {
        if (steps < 2) {
            throw new IllegalArgumentException("square needs at least 2 queries (steps), not " + steps);
        }
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("the share of square must be above 0 and at most 1, not " + share);
        }
    }

    /** With the published share. */
    public static Square queries(int queries) {
        return new Square(queries, 0.8);
    }

    @Override
    public String name() {
        return "square";
    }

    @Override
    public boolean randomStart() {
        return true;
    }

    @Override
    public boolean usesDirection() {
        return false;
    }

    @Override
    public boolean keepsBest() {
        return true;
    }

    @Override
    public void check(Budget budget) {
        if (budget.norm() != Norm.LINF) {
            throw new IllegalArgumentException("attack 'square' fills squares to the edge of an L-infinity budget; for "
                    + budget.norm().label() + " use nes");
        }
    }

    @Override
    public Value start(Start at) {
        Value clean = at.clean();
        Shape images = clean.shape();
        at.set(BEST, clean);
        at.set(BEST_MERIT, clean.graph().fill(Shape.of(images.dim(0)), -Float.MAX_VALUE));
        Value stripes = signs(at.keys(), Shape.of(images.dim(1), 1, images.dim(3)), STRIPES);
        return clean.plus(stripes.times(at.budget().epsilon()));
    }

    @Override
    public Value next(Step at) {
        Shape images = at.clean().shape();
        Shape perImage = Shape.of(images.dim(0), 1, 1, 1);
        Value better = at.merit().compare(Relation.GREATER, at.get(BEST_MERIT));
        Value best = better.reshape(perImage).choose(at.iterate(), at.get(BEST));
        at.set(BEST, best);
        at.set(BEST_MERIT, better.choose(at.merit(), at.get(BEST_MERIT)));

        Value side = side(at.progress(), images);
        Value place = RandomOp.uniform(at.keys(), Shape.of(2), PLACE);
        Value inside = within(place.slice(1, 0, 1), side, images.dim(2), Shape.of(1, 1, images.dim(2), 1), perImage)
                .and(within(place.slice(1, 1, 2), side, images.dim(3), Shape.of(1, 1, 1, images.dim(3)), perImage));
        Value filled = at.clean().plus(
                signs(at.keys(), Shape.of(images.dim(1), 1, 1), CHANNELS).times(at.budget().epsilon()));
        return inside.choose(filled, best);
    }

    /** How many pixels a square's side has, a whole number from 1 to the image's shorter side, a scalar. */
    private Value side(Value progress, Shape images) {
        Graph graph = progress.graph();
        Value covered = graph.fill(Shape.scalar(), share * images.dim(2) * images.dim(3));
        Value half = graph.fill(Shape.scalar(), 0.5);
        Value one = graph.fill(Shape.scalar(), 1);
        for (double halving : HALVINGS) {
            covered = covered.times(progress.compare(Relation.GREATER, halving).choose(half, one));
        }
        return whole(covered.sqrt().plus(0.5)).clamp(1, Math.min(images.dim(2), images.dim(3)));
    }

    /** Which of the pixels along an axis a square covers whose place is drawn uniformly. */
    private static Value within(Value uniform, Value side, int length, Shape axis, Shape perImage) {
        Graph graph = side.graph();
        float[] positions = new float[length];
        for (int i = 0; i < length; i++) {
            positions[i] = i;
        }
        Value position = graph.constant(Tensor.of(axis, positions));
        Value places = side.negate().plus(length + 1);
        Value most = side.negate().plus(length);
        Value first = whole(uniform.reshape(perImage).times(places)).min(most);
        return position.compare(Relation.GREATER_OR_EQUAL, first)
                .and(position.compare(Relation.LESS, first.plus(side)));
    }

    /** Numbers of at least 0 without their fraction. */
    private static Value whole(Value number) {
        return number.cast(DType.I32).cast(DType.F32);
    }

    private static Value signs(Value keys, Shape each, int stream) {
        return RandomOp.uniform(keys, each, stream).minus(0.49999997f).sign();
    }
}
