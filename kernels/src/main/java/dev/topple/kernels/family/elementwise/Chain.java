// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family.elementwise;

import dev.topple.engine.tensor.Shape;
import dev.topple.kernels.family.Axes;
import dev.topple.kernels.family.LaunchBuilder;
import dev.topple.kernels.family.Operand;
import dev.topple.kernels.launch.Launch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A group of elementwise ops in one launch. Sizes and steps are parameters, so that groups that compute the same with
 * operands that are broadcast alike share a text, whose name follows from its content.
 *
 * @param module the name of the text
 * @param text PTX
 */
public record Chain(String module, String text, Launch launch) {

    /** How a thread finds its elements of one value. */
    enum Step {
        /** The same element along this axis. */
        NONE,
        /** Neighbours lie in a row. */
        ONE,
        /** As a parameter says. */
        ANY
    }

    /**
     * How a value is walked through.
     *
     * @param linear whether its elements lie as the threads are numbered
     * @param steps along each axis
     */
    record Pattern(boolean linear, List<Step> steps) {

        /** Whether there is one element for all threads. */
        boolean scalar() {
            return !linear && steps.stream().allMatch(step -> step == Step.NONE);
        }

        /** Whether a thread's four elements are the same. */
        boolean uniform() {
            return !linear && steps.getLast() == Step.NONE;
        }
    }

    /**
     * The launch of an expression; none where the results have no elements.
     *
     * @param operands one for each of the expression's, of shapes that broadcast to the results' shape
     * @param results one for each of the expression's, all of one shape. May lie in an operand's place if shape and
     *     form are the same
     */
    public static Optional<Chain> of(Expression expression, List<Operand> operands, List<Operand> results) {
        check(expression, operands, results);
        Shape shape = results.getFirst().shape();
        if (shape.size() == 0) {
            return Optional.empty();
        }
        List<int[]> strides = new ArrayList<>();
        results.forEach(result -> strides.add(result.strides()));
        operands.forEach(operand -> strides.add(operand.strides(shape)));
        Axes axes = Axes.inMemoryOrder(shape.dims(), strides.toArray(int[][]::new));
        int values = strides.size();
        int pack = inPacks(axes, values) ? 4 : 1;
        List<Pattern> patterns = new ArrayList<>();
        for (int value = 0; value < values; value++) {
            patterns.add(pattern(axes, value));
        }
        String text = new ChainText(expression, axes.rank(), pack, patterns).text();
        String module = "elementwise-" + UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.US_ASCII));
        int items = axes.count() / pack;
        LaunchBuilder launch = new LaunchBuilder(module, ChainText.KERNEL).threads(items);
        results.forEach(result -> launch.out(result.region()));
        operands.forEach(operand -> launch.in(operand.region()));
        launch.put(items);
        for (int axis = 1; axis < axes.rank(); axis++) {
            launch.put(axis == axes.rank() - 1 ? axes.dim(axis) / pack : axes.dim(axis));
        }
        for (int value = 0; value < values; value++) {
            for (int axis = 0; axis < axes.rank() && !patterns.get(value).linear(); axis++) {
                if (patterns.get(value).steps().get(axis) == Step.ANY) {
                    launch.put(axes.stride(value, axis));
                }
            }
        }
        return Optional.of(new Chain(module, text, launch.build()));
    }

    private static void check(Expression expression, List<Operand> operands, List<Operand> results) {
        if (operands.size() != expression.operands().size() || results.size() != expression.results().size()) {
            throw new IllegalArgumentException("the expression has " + expression.operands().size() + " operands and "
                    + expression.results().size() + " results, not " + operands.size() + " and " + results.size());
        }
        for (Operand result : results) {
            if (!result.shape().equals(results.getFirst().shape())) {
                throw new IllegalArgumentException("all results of a group must have one shape, not "
                        + results.getFirst().shape() + " and " + result.shape());
            }
        }
    }

    private static boolean inPacks(Axes axes, int values) {
        int inner = axes.rank() - 1;
        if (axes.dim(inner) % 4 != 0) {
            return false;
        }
        for (int value = 0; value < values; value++) {
            int step = axes.stride(value, inner);
            if (step > 1) {
                return false;
            }
            for (int axis = 0; axis < inner; axis++) {
                if (step == 1 && axes.stride(value, axis) % 4 != 0) {
                    return false;
                }
            }
        }
        // A result is one element for each thread at least.
        return axes.stride(0, inner) == 1;
    }

    private static Pattern pattern(Axes axes, int value) {
        boolean linear = true;
        int expected = 1;
        List<Step> steps = new ArrayList<>();
        for (int axis = axes.rank() - 1; axis >= 0; axis--) {
            int step = axes.stride(value, axis);
            linear &= step == expected;
            expected *= axes.dim(axis);
            steps.addFirst(step == 0 ? Step.NONE : step == 1 && axis == axes.rank() - 1 ? Step.ONE : Step.ANY);
        }
        return new Pattern(linear, steps);
    }
}
