// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Writes the images that batch normalisation and its gradient give as elementwise ops of sums over the batch, which the
 * ops give as well: so one kernel computes the sums, and the image joins the elementwise ops around it.
 */
final class Expansion {

    private final Graph target = new Graph();
    private final Map<Value, Value> copies = new HashMap<>();

    private Expansion() {}

    /** A graph that computes the same. */
    static Graph of(Graph graph) {
        Expansion expansion = new Expansion();
        for (Node node : graph.nodes()) {
            List<Value> results = expansion.copy(node);
            for (int i = 0; i < results.size(); i++) {
                expansion.copies.put(node.result(i), results.get(i));
            }
        }
        graph.outputs().forEach((name, value) -> expansion.target.output(name, expansion.copies.get(value)));
        graph.assignments().forEach((variable, value) -> expansion.target.assign(variable,
                expansion.copies.get(value)));
        return expansion.target;
    }

    private List<Value> copy(Node node) {
        Value[] operands = node.operands().stream().map(copies::get).toArray(Value[]::new);
        return switch (node.op()) {
            case Source.Input input -> List.of(target.input(input.name(), input.type()));
            case Source.Read read -> List.of(target.read(read.variable()));
            case BatchNorm.Training op -> {
                Node sums = target.node(op, operands);
                Value scale = deviation(sums.result(2), op).times(operands[1]);
                Value shift = operands[2].minus(sums.result(1).times(scale));
                Value image = operands[0].times(channels(scale)).plus(channels(shift));
                yield List.of(image, sums.result(1), sums.result(2));
            }
            case BatchNorm.Gradient op -> {
                Node sums = target.node(op, operands);
                Value x = operands[0];
                Value inverse = deviation(operands[3], op);
                int channels = Math.max(1, x.shape().dim(1));
                double share = 1.0 / Math.max(1, x.shape().size() / channels);
                Value mean = channels(sums.result(2).times(share));
                Value slope = channels(sums.result(1).times(inverse).times(share));
                Value centred = x.minus(channels(operands[2]));
                Value image = operands[4].minus(mean).minus(centred.times(slope))
                        .times(channels(inverse.times(operands[1])));
                yield Stream.concat(Stream.of(image), sums.results().stream().skip(1)).toList();
            }
            default -> target.node(node.op(), operands).results();
        };
    }

    /** One over the deviation. */
    private static Value deviation(Value variance, BatchNorm op) {
        return variance.plus(op.epsilon()).power(-0.5);
    }

    private static Value channels(Value perChannel) {
        return perChannel.reshape(1, perChannel.shape().size(), 1, 1);
    }
}
