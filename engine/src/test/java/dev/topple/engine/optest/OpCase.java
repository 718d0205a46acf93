// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.optest;

import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * A small graph with inputs {@code x0, x1 …} and outputs {@code y0, y1 …}, and how its results are to be judged.
 *
 * @param name the family and what is special, {@code conv2d/dilated} say; the values are drawn from it
 * @param inputs the values that are fed
 * @param body writes down the graph
 * @param tolerance how far a device may be from {@code reference}
 * @param smooth whether derivatives exist around these values, so that they can be checked by differences
 * @param flat the inputs, by number, on which no float result depends smoothly: their gradient is zero
 */
public record OpCase(String name, List<Tensor> inputs, Body body, Tolerance tolerance, boolean smooth,
        Set<Integer> flat) {

    /** Writes down the graph of a case. */
    @FunctionalInterface
    public interface Body {
        /** The results for the given inputs. */
        List<Value> build(Graph graph, List<Value> x);
    }

    /** A case with one result. */
    public static OpCase of(String name, List<Draw> draws, Function<List<Value>, Value> body) {
        return several(name, draws, (graph, x) -> List.of(body.apply(x)));
    }

    /** A case with any number of results. */
    public static OpCase several(String name, List<Draw> draws, Body body) {
        RandomSource random = new RandomSource(name.hashCode());
        List<Tensor> inputs = draws.stream().map(draw -> draw.from(random)).toList();
        return new OpCase(name, inputs, body, Tolerance.ELEMENTWISE, true, Set.of());
    }

    /** The same, judged by another tolerance. */
    public OpCase within(Tolerance other) {
        return new OpCase(name, inputs, body, other, smooth, flat);
    }

    /** The same; derivatives are not checked. */
    public OpCase notSmooth() {
        return new OpCase(name, inputs, body, tolerance, false, flat);
    }

    /** The same; these inputs have the gradient zero. */
    public OpCase flat(Integer... numbers) {
        return new OpCase(name, inputs, body, tolerance, smooth, Set.of(numbers));
    }

    /** The case in a graph, without outputs. */
    public record Built(Graph graph, List<Value> inputs, List<Value> results) {

        /** The inputs by which can be differentiated. */
        public List<Value> floatInputs() {
            return inputs.stream().filter(value -> value.dtype() == DType.F32).toList();
        }

        /** The results that can be differentiated. */
        public List<Value> floatResults() {
            return results.stream().filter(value -> value.dtype() == DType.F32).toList();
        }
    }

    /** Writes the case into a new graph. */
    public Built build() {
        Graph graph = new Graph();
        List<Value> values = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            values.add(graph.input("x" + i, inputs.get(i).type()));
        }
        return new Built(graph, values, body.build(graph, values));
    }

    /** Whether there is a derivative to check. */
    public boolean differentiable() {
        Built built = build();
        return smooth && !built.floatInputs().isEmpty() && !built.floatResults().isEmpty();
    }

    @Override
    public String toString() {
        return name;
    }
}
