// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Op;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the image that batch normalisation or its gradient gives as elementwise ops of the sums that the op gives as
 * well, so that it is fused with what comes before and after.
 */
final class Decomposition {

    private final Graph target = new Graph();
    private final Map<Value, Value> copies = new HashMap<>();

    private Decomposition() {}

    /** A graph that computes the same. */
    static Graph of(Graph graph) {
        Decomposition decomposition = new Decomposition();
        for (Node node : graph.nodes()) {
            List<Value> operands = node.operands().stream().map(decomposition.copies::get).toList();
            List<Value> results = decomposition.copy(node.op(), operands);
            for (int i = 0; i < results.size(); i++) {
                decomposition.copies.put(node.result(i), results.get(i));
            }
        }
        graph.outputs().forEach((name, value) -> decomposition.target.output(name, decomposition.copies.get(value)));
        graph.assignments()
                .forEach((variable, value) -> decomposition.target.assign(variable, decomposition.copies.get(value)));
        return decomposition.target;
    }

    private List<Value> copy(Op op, List<Value> operands) {
        return switch (op) {
            case Source.Input input -> List.of(target.input(input.name(), input.type()));
            case Source.Read read -> List.of(target.read(read.variable()));
            case BatchNorm.Training training -> {
                Node node = target.node(op, operands.toArray(Value[]::new));
                Value scale = inverseDeviation(node.result(2), training).times(operands.get(1));
                Value shift = operands.get(2).minus(node.result(1).times(scale));
                Value image = operands.get(0).times(channels(scale)).plus(channels(shift));
                yield replaceFirst(node, image);
            }
            case BatchNorm.Gradient gradient -> {
                Node node = target.node(op, operands.toArray(Value[]::new));
                Value x = operands.get(0);
                double each = 1.0 / (x.shape().size() / Math.max(1, x.shape().dim(1)));
                Value inverse = inverseDeviation(operands.get(3), gradient);
                Value constant = node.result(2).times(each);
                Value slope = node.result(1).times(inverse).times(each);
                Value image = operands.get(4).minus(channels(constant))
                        .minus(x.minus(channels(operands.get(2))).times(channels(slope)))
                        .times(channels(inverse.times(operands.get(1))));
                yield replaceFirst(node, image);
            }
            default -> target.node(op, operands.toArray(Value[]::new)).results();
        };
    }

    private static List<Value> replaceFirst(Node node, Value image) {
        List<Value> results = new ArrayList<>(node.results());
        results.set(0, image);
        return results;
    }

    private static Value inverseDeviation(Value variance, BatchNorm op) {
        return variance.plus(op.epsilon()).power(-0.5);
    }

    private static Value channels(Value perChannel) {
        return perChannel.reshape(1, perChannel.shape().size(), 1, 1);
    }
}
