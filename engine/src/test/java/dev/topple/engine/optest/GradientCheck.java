// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.optest;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Value;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.reference.ReferenceDevice;
import dev.topple.engine.reference.ReferenceExecutable;
import dev.topple.engine.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares gradients with central differences along random directions, in float64 on the device {@code reference}. An
 * element of a direction is at most 1, so no input is moved by more than {@link #STEP}.
 */
public final class GradientCheck {

    /** The length of a step: the error of the difference is about its square, plus 1e-16 over it. */
    public static final double STEP = 1e-5;

    private static final double TOLERANCE = 1e-6;
    private static final double NOISE = 1e-10;
    private static final int DIRECTIONS = 2;

    private GradientCheck() {}

    /** The sum over all values of {@code <r, y + y²/2>}, r random: not linear, so that second derivatives matter. */
    public static Value randomSum(List<Value> values, long seed) {
        RandomSource random = new RandomSource(seed, 1);
        Value sum = null;
        for (Value y : values) {
            Value r = y.graph().constant(Draw.awayFromZero(y.shape().dims()).from(random));
            Value part = y.plus(y.square().times(0.5)).times(r).sum();
            sum = sum == null ? part : sum.plus(part);
        }
        return sum;
    }

    /** Checks first and second derivatives of a case; the first must not be zero, but for inputs that are flat. */
    public static void check(OpCase testCase) {
        OpCase.Built built = testCase.build();
        Map<String, Tensor> feeds = new LinkedHashMap<>();
        Map<String, Value> wrt = new LinkedHashMap<>();
        for (int i = 0; i < testCase.inputs().size(); i++) {
            feeds.put("x" + i, testCase.inputs().get(i));
            if (built.floatInputs().contains(built.inputs().get(i))) {
                wrt.put("x" + i, built.inputs().get(i));
            }
        }
        // The one element of a scalar may be on the losing side of a choice.
        boolean chance = feeds.values().stream().anyMatch(value -> value.shape().size() == 1);
        Value first = randomSum(built.floatResults(), testCase.name().hashCode());
        check(testCase.name(), first, feeds, wrt).forEach((name, norm) -> {
            boolean flat = testCase.flat().contains(Integer.parseInt(name.substring(1)));
            assertTrue(chance || flat == (norm == 0),
                    () -> testCase + ": the gradient of " + name + " has the norm " + norm);
        });
        List<Value> gradients = Gradients.of(first, List.copyOf(wrt.values()));
        check(testCase.name() + ", second derivative", randomSum(gradients, ~testCase.name().hashCode()), feeds, wrt);
    }

    /**
     * Checks the gradient of a scalar with respect to some inputs.
     *
     * @param feeds what all inputs of the graph are fed
     * @param wrt the inputs to differentiate by, by name
     * @return for each of them the norm of its gradient
     */
    public static Map<String, Double> check(String what, Value scalar, Map<String, Tensor> feeds,
            Map<String, Value> wrt) {
        String name = "scalar " + scalar.node().id();
        scalar.graph().output(name, scalar);
        Map<String, Double> norms = new LinkedHashMap<>();
        try (ReferenceDevice device = new ReferenceDevice();
                ReferenceExecutable values = device.compile(scalar.graph())) {
            feeds.forEach(values::feed);
            gradients(device, scalar, feeds, wrt).forEach((input, gradient) -> {
                norms.put(input, Math.sqrt(dot(gradient, gradient)));
                RandomSource random = new RandomSource(input.hashCode(), 2);
                for (int k = 0; k < DIRECTIONS; k++) {
                    double[] direction = direction(random, gradient.length);
                    double expected = difference(values, name, input, feeds.get(input), direction);
                    compare(what + ", " + input, expected, gradient, direction);
                }
            });
        }
        return norms;
    }

    private static Map<String, double[]> gradients(ReferenceDevice device, Value scalar, Map<String, Tensor> feeds,
            Map<String, Value> wrt) {
        List<Value> gradients = Gradients.of(scalar, List.copyOf(wrt.values()));
        List<String> inputs = List.copyOf(wrt.keySet());
        for (int i = 0; i < inputs.size(); i++) {
            scalar.graph().output("gradient " + scalar.node().id() + " of " + inputs.get(i), gradients.get(i));
        }
        Map<String, double[]> computed = new LinkedHashMap<>();
        try (ReferenceExecutable program = device.compile(scalar.graph())) {
            feeds.forEach(program::feed);
            program.run();
            for (String input : inputs) {
                computed.put(input, program.fetchDoubles("gradient " + scalar.node().id() + " of " + input));
            }
        }
        return computed;
    }

    private static double difference(ReferenceExecutable program, String output, String input, Tensor at,
            double[] direction) {
        double[] moved = new double[direction.length];
        double difference = 0;
        for (int sign = -1; sign <= 1; sign += 2) {
            for (int i = 0; i < moved.length; i++) {
                moved[i] = at.floats()[i] + sign * STEP * direction[i];
            }
            program.feedDoubles(input, moved);
            program.run();
            difference += sign * program.fetchDoubles(output)[0] / (2 * STEP);
        }
        program.feed(input, at);
        return difference;
    }

    /** Relative to what such a product typically is: one that happens to be small is not judged more harshly. */
    private static void compare(String what, double expected, double[] gradient, double[] direction) {
        double actual = dot(gradient, direction);
        double typical = Math.sqrt(dot(gradient, gradient) * dot(direction, direction) / Math.max(1, gradient.length));
        double scale = Math.max(Math.max(Math.abs(expected), Math.abs(actual)), typical);
        assertTrue(Math.abs(expected - actual) <= TOLERANCE * scale + NOISE, () -> what
                + ": the derivative along a direction is " + expected + " by differences, but " + actual
                + " by the gradient");
    }

    private static double[] direction(RandomSource random, int length) {
        double[] direction = new double[length];
        for (int i = 0; i < length; i++) {
            direction[i] = random.nextDouble(-1, 1);
        }
        return direction;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
