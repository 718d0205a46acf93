// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.graph.Softmax;
import dev.topple.engine.tensor.Shape;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Soft maxima, cross-entropy and its gradient; operands and results in any form, labels and losses plain. */
public final class Softmaxes {

    /** Up to so many elements in a row have 8 threads, more have 32. */
    private static final int MOST_FOR_EIGHT = 64;

    private Softmaxes() {}

    /** Probabilities or their logarithms along the op's axis. */
    public static List<Launch> distribution(Softmax op, Operand x, Operand y) {
        boolean logarithms = op instanceof Softmax.LogProbabilities;
        int axis = switch (op) {
            case Softmax.Probabilities probabilities -> probabilities.axis();
            case Softmax.LogProbabilities log -> log.axis();
            case Softmax.CrossEntropy loss -> throw new IllegalArgumentException(loss + " is no distribution");
            case Softmax.CrossEntropyGradient g -> throw new IllegalArgumentException(g + " is no distribution");
        };
        Shape shape = x.shape();
        y.mustBe(shape);
        if (shape.size() == 0) {
            return List.of();
        }
        int[] kept = IntStream.range(0, shape.rank()).filter(other -> other != axis).toArray();
        int[] stepsX = x.strides();
        int[] stepsY = y.strides();
        Axes rows = Axes.inMemoryOrder(IntStream.of(kept).map(shape::dim).toArray(),
                IntStream.of(kept).map(other -> stepsX[other]).toArray(),
                IntStream.of(kept).map(other -> stepsY[other]).toArray());
        int threads = threads(shape.dim(axis), stepsX[axis]);
        return List.of(new LaunchBuilder("softmax",
                "softmax_" + (logarithms ? "logarithms_" : "probabilities_") + threads)
                .threads((long) rows.count() * threads).in(x.region()).out(y.region())
                .put(rows.count(), shape.dim(axis), stepsX[axis], stepsY[axis]).axes(rows, 0).axes(rows, 1).build());
    }

    private static int threads(int size, int step) {
        return step != 1 || size <= 2 ? 1 : size <= MOST_FOR_EIGHT ? 8 : 32;
    }

    /** Where classes and places of logits are: an image has so many places, whatever its axes. */
    private record Logits(int rows, int places, int classes, int n, int c, int p) {
        static Logits of(Operand x) {
            Shape shape = x.shape();
            int[] steps = x.strides();
            int places = shape.product(2, shape.rank());
            return new Logits(shape.dim(0) * places, places, shape.dim(1), steps[0], steps[1],
                    shape.rank() == 2 ? 0 : steps[shape.rank() - 1]);
        }
    }

    /**
     * The loss at each place.
     *
     * @param weights of the classes
     * @param y like the labels
     */
    public static List<Launch> crossEntropy(Softmax.CrossEntropy op, Operand x, Region labels,
            Optional<Region> weights, Region y) {
        Logits logits = Logits.of(x);
        if (logits.rows() == 0) {
            return List.of();
        }
        int threads = threads(logits.classes(), logits.c());
        return List.of(new LaunchBuilder("softmax", "softmax_loss_" + threads)
                .threads((long) logits.rows() * threads).in(x.region()).in(labels).in(weights).out(y)
                .put(logits.rows(), logits.places(), logits.classes(), op.ignored(), logits.n(), logits.c(),
                        logits.p())
                .build());
    }

    /**
     * The gradient of the logits.
     *
     * @param g the gradient of the losses; may be of any shape that broadcasts to that of the labels, plain
     * @param y in any form
     */
    public static List<Launch> crossEntropyGradient(Softmax.CrossEntropyGradient op, Operand x, Region labels,
            Operand g, Optional<Region> weights, Operand y) {
        Logits logits = Logits.of(x);
        Logits to = Logits.of(y.mustBe(x.shape()));
        if (x.shape().size() == 0) {
            return List.of();
        }
        int[] dims = x.shape().dims();
        Shape places = Shape.of(IntStream.range(0, dims.length).filter(axis -> axis != 1)
                .map(axis -> dims[axis]).toArray());
        int[] steps = g.mustBePlain().strides(places);
        Axes within = Axes.of(IntStream.range(1, places.rank()).map(places::dim).toArray(),
                IntStream.range(1, places.rank()).map(axis -> steps[axis]).toArray());
        if (within.rank() > 1) {
            throw new IllegalArgumentException("the gradient " + g.shape() + " of losses " + places
                    + " must be one for all places of an image or one for each");
        }
        int threads = threads(logits.classes(), logits.c());
        return List.of(new LaunchBuilder("softmax", "softmax_gradient_" + threads)
                .threads((long) logits.rows() * threads).in(x.region()).in(labels).in(g.region()).in(weights)
                .out(y.region())
                .put(logits.rows(), logits.places(), logits.classes(), op.ignored(), steps[0], within.stride(0, 0),
                        logits.n(), logits.c(), logits.p(), to.n(), to.c(), to.p())
                .build());
    }
}
