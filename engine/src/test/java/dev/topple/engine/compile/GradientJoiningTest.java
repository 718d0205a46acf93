// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Value;
import dev.topple.engine.reference.ReferenceEvaluator;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What several convolutions give back to one image becomes one gradient, where the device wants it so. */
class GradientJoiningTest {

    private final Graph graph = new Graph();
    private final Variable[] weights = new Variable[5];

    /** The gradient that the convolution of a number, of 3 by 3 if it is odd, gives back to an image. */
    private Value gradient(int number) {
        int kernel = number % 2 == 0 ? 1 : 3;
        weights[number] = Variable.zeros("w" + number, TensorType.f32(4, 8, kernel, kernel));
        return Convolution.inputGradient(Geometry.UNIT.padding(kernel / 2),
                graph.input("g" + number, TensorType.f32(2, 4, 5, 6)), graph.read(weights[number]), 5, 6);
    }

    private static List<Node> gradients(Graph graph) {
        return graph.nodes().stream().filter(node -> node.op() instanceof Convolution.InputGradient).toList();
    }

    private static List<Integer> channels(Graph graph) {
        return gradients(graph).stream().map(node -> node.operand(0).shape().dim(1)).toList();
    }

    @Test
    void joinsThoseOfOneKind() {
        Value rest = graph.input("rest", TensorType.f32(2, 8, 5, 6));
        graph.output("sum", gradient(0).plus(gradient(1)).plus(rest).plus(gradient(2)).plus(gradient(3)));
        Graph joined = GradientJoining.of(graph, new Rules(false, false, 8, false));
        assertEquals(List.of(8, 8), channels(joined));
        for (Node node : gradients(joined)) {
            assertTrue(node.operand(1).node().op() instanceof Layout.Concat concat && concat.axis() == 0);
            assertEquals(2, GradientJoining.parts(node).size());
        }
    }

    @Test
    void joinsNoMoreThanTheDeviceWants() {
        graph.output("sum", gradient(0).plus(gradient(2)).plus(gradient(4)));
        assertEquals(List.of(4, 8), channels(GradientJoining.of(graph, new Rules(false, false, 2, false))).stream()
                .sorted().toList());
        assertEquals(List.of(4, 4, 4), channels(GradientJoining.of(graph, Rules.NONE)));
    }

    @Test
    void whatChangesInEachRunOrIsNeededByItselfStays() {
        Value alone = gradient(0);
        graph.output("sum", alone.plus(gradient(2)).plus(gradient(4)));
        graph.output("alone", alone);
        graph.assign(weights[2], graph.read(weights[2]).times(0.5));
        assertEquals(List.of(4, 4, 4), channels(GradientJoining.of(graph, Rules.ALL)));
    }

    @Test
    void joinedGradientsReadTheirPartsWhereTheyLieOnlyIfTheDeviceDoes() {
        graph.output("sum", gradient(0).plus(gradient(2)));
        Graph tidy = Passes.decompose(graph, new ReferenceEvaluator());
        assertEquals(2, parts(FusedGraph.of(tidy, Rules.ALL)));
        assertEquals(0, parts(FusedGraph.of(tidy, new Rules(true, true, 2, false))));
    }

    private static int parts(FusedGraph fused) {
        return fused.units().stream().mapToInt(unit -> unit.parts().size()).sum();
    }
}
