// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Op;
import dev.topple.engine.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the image that batch normalisation or its gradient gives as elementwise ops of the sums over the batch that
 * the op gives as well, so that it is fused with what comes before and after. What is left of the op is the sums.
 */
final class Decomposition {

    private final GraphCopy copy = new GraphCopy();

    private Decomposition() {}

    /** A graph that computes the same. */
    static Graph of(Graph graph) {
        Decomposition decomposition = new Decomposition();
        graph.nodes().forEach(node -> decomposition.copy.put(node, decomposition.results(node)));
        return decomposition.copy.finish(graph);
    }

    private List<Value> results(Node node) {
        List<Value> operands = copy.operands(node);
        Node sums = copy.add(node.op(), operands);
        Op op = node.op();
        return switch (op) {
            case BatchNorm.Training training -> {
                Value scale = inverseDeviation(sums.result(2), training).times(operands.get(1));
                Value shift = operands.get(2).minus(sums.result(1).times(scale));
                yield replaceFirst(sums, operands.get(0).times(channels(scale)).plus(channels(shift)));
            }
            case BatchNorm.Gradient gradient -> {
                Value x = operands.get(0);
                double each = 1.0 / Math.max(1, x.shape().size() / Math.max(1, x.shape().dim(1)));
                Value inverse = inverseDeviation(operands.get(3), gradient);
                Value constant = sums.result(2).times(each);
                Value slope = sums.result(1).times(inverse).times(each);
                Value image = operands.get(4).minus(channels(constant))
                        .minus(x.minus(channels(operands.get(2))).times(channels(slope)))
                        .times(channels(inverse.times(operands.get(1))));
                yield replaceFirst(sums, image);
            }
            default -> sums.results();
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
