// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.step;

import dev.topple.attacks.budget.Budget;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.RandomOp;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import java.util.OptionalDouble;

/**
 * Natural evolution strategies (Ilyas et al., "Black-box adversarial attacks with limited queries and information",
 * 2018): the gradient is estimated from loss values alone, here the balancer's merit, at pairs of points on either side
 * of the iterate, {@code sum (f(x + sigma u) - f(x - sigma u)) u} over normal u; each estimate moves the iterate one
 * step. The result is the best of all images that were asked about.
 *
 * <p>An estimate in all pixels' directions needs as many queries as there are pixels. Losses of images change little
 * between neighbours, so u may be constant on square tiles (Ilyas et al., "Prior convictions: black-box adversarial
 * attacks with bandits and priors", 2019): fewer directions, better known.
 *
 * @param steps how many queries an image gets, at least 2
 * @param pairs how many pairs of queries make an estimate
 * @param sigma how far from the iterate they are, for pixels in [0, 1]
 * @param alpha the size of a step, in the budget's norm; without one epsilon / 4
 * @param tile how many pixels the side of a tile has; 1 for none
 */
public record Nes(int steps, int pairs, double sigma, OptionalDouble alpha, int tile) implements StepRule {

    private static final String CENTRE = "nes.centre";
    private static final String PROBE = "nes.probe";
    private static final String ESTIMATE = "nes.estimate";
    private static final String MERIT = "nes.merit";
    private static final String QUERIES = "nes.queries";
    private static final int NORMAL = 0;

    public Nes {
        if (steps < 2) {
            throw new IllegalArgumentException("nes needs at least 2 queries (steps), not " + steps);
        }
        StepRules.requireAtLeastOne(pairs, "pairs");
        StepRules.requireAtLeastOne(tile, "pixels of a tile");
        StepRules.requireStepSize(alpha);
        if (!(sigma > 0 && sigma <= 1)) {
            throw new IllegalArgumentException("the sigma of nes must be above 0 and at most 1, not " + sigma);
        }
    }

    /** Without tiles. */
    public Nes(int steps, int pairs, double sigma, OptionalDouble alpha) {
        this(steps, pairs, sigma, alpha, 1);
    }

    /**
     * With 10 pairs an estimate, {@code sigma = 0.03}, tiles of 4 x 4 pixels and the default step size: what did best
     * of a few settings with 300 queries on training images of the default model.
     */
    public static Nes queries(int queries) {
        return new Nes(queries, 10, 0.03, OptionalDouble.empty(), 4);
    }

    /** The same with another step size. */
    public Nes withAlpha(double newAlpha) {
        return new Nes(steps, pairs, sigma, OptionalDouble.of(newAlpha), tile);
    }

    @Override
    public String name() {
        return "nes";
    }

    @Override
    public OptionalDouble stepSize(Budget budget) {
        return OptionalDouble.of(alpha.orElse(budget.epsilon() / 4));
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
        StepRules.requireStepWithin(alpha, budget);
    }

    /**
     * The first query is about the clean image; its answer is the first of a pair whose u is 0, and changes nothing.
     */
    @Override
    public Value start(Start at) {
        Value clean = at.clean();
        Value none = clean.graph().fill(Shape.of(clean.shape().dim(0)), 0);
        at.set(CENTRE, clean);
        at.set(PROBE, clean.times(0));
        at.set(ESTIMATE, clean.times(0));
        at.set(MERIT, none);
        at.set(QUERIES, none);
        return clean;
    }

    @Override
    public Value next(Step at) {
        Graph graph = at.iterate().graph();
        Shape perImage = Shape.of(at.clean().shape().dim(0), 1, 1, 1);
        Value probe = at.get(PROBE);
        Value answered = at.get(QUERIES).plus(1);
        Value pairDone = isMultiple(answered, 2);
        Value stepDone = isMultiple(answered, 2 * pairs);
        Value estimate = pairDone.reshape(perImage).choose(
                at.get(ESTIMATE).plus(probe.times(at.get(MERIT).minus(at.merit()).reshape(perImage))),
                at.get(ESTIMATE));
        Value moved = at.budget().project(at.get(CENTRE).plus(
                at.budget().steepest(estimate).times(stepSize(at.budget()).getAsDouble())), at.clean());
        Value centre = stepDone.reshape(perImage).choose(moved, at.get(CENTRE));
        Value nextProbe = pairDone.reshape(perImage).choose(drawn(at), probe);
        Value side = pairDone.choose(graph.fill(Shape.scalar(), sigma), graph.fill(Shape.scalar(), -sigma));
        at.set(CENTRE, centre);
        at.set(PROBE, nextProbe);
        at.set(ESTIMATE, stepDone.reshape(perImage).choose(graph.fill(Shape.scalar(), 0), estimate));
        at.set(MERIT, at.merit());
        at.set(QUERIES, answered);
        return centre.plus(nextProbe.times(side.reshape(perImage)));
    }

    /** Normal numbers, one for each channel of each tile; tiles at the lower and right edge may be cut off. */
    private Value drawn(Step at) {
        Shape images = at.clean().shape();
        int rows = Math.ceilDiv(images.dim(2), tile);
        int columns = Math.ceilDiv(images.dim(3), tile);
        int n = images.dim(0);
        int channels = images.dim(1);
        Value each = RandomOp.normal(at.keys(), Shape.of(channels, rows, columns), NORMAL);
        if (tile == 1) {
            return each;
        }
        return each.reshape(n, channels, rows, 1, columns, 1)
                .broadcastTo(Shape.of(n, channels, rows, tile, columns, tile))
                .reshape(n, channels, rows * tile, columns * tile)
                .slice(2, 0, images.dim(2)).slice(3, 0, images.dim(3));
    }

    private static Value isMultiple(Value number, int of) {
        Value quotient = number.dividedBy(of).cast(DType.I32).cast(DType.F32);
        return quotient.times(of).compare(Relation.EQUAL, number);
    }
}
