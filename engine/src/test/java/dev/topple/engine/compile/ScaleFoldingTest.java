// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.topple.engine.graph.Binary;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import org.junit.jupiter.api.Test;

/** A fixed scale of a gradient moves into the weight that the gradient meets. */
class ScaleFoldingTest {

    private final Graph graph = new Graph();
    private final Variable weight = Variable.zeros("w", TensorType.f32(4, 8, 3, 3));
    private final Variable scale = Variable.zeros("s", TensorType.f32(1, 4, 1, 1));
    private final Value g = graph.input("g", TensorType.f32(2, 4, 5, 6));

    private Value gradient(Value image) {
        return Convolution.inputGradient(Geometry.UNIT.padding(1), image, graph.read(weight), 5, 6);
    }

    /** The shape of what is multiplied in the graph's only product. */
    private static String scaled(Graph graph) {
        return graph.nodes().stream().filter(node -> node.op() instanceof Binary.Multiply).findFirst().orElseThrow()
                .result(0).shape().toString();
    }

    @Test
    void scalesTheWeightInsteadOfTheGradient() {
        graph.output("dx", gradient(g.times(graph.read(scale))));
        assertEquals("[4x8x3x3]", scaled(ScaleFolding.of(graph)));
    }

    @Test
    void aScaledGradientThatOthersNeedStays() {
        Value scaled = g.times(graph.read(scale));
        graph.output("dx", gradient(scaled));
        graph.output("sum", scaled.sum());
        assertEquals("[2x4x5x6]", scaled(ScaleFolding.of(graph)));
    }

    @Test
    void whatIsTrainedStays() {
        graph.output("dx", gradient(g.times(graph.read(scale))));
        graph.assign(weight, graph.fill(weight.type().shape(), 1));
        assertEquals("[2x4x5x6]", scaled(ScaleFolding.of(graph)));
    }
}
