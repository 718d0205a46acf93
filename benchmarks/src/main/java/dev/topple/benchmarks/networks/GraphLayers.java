// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.networks;

import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.Variable;
import dev.topple.mtl.model.Normalisation;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Layers as nodes of a graph; their weights are variables, shared by all graphs that these layers are added to. */
public final class GraphLayers implements Layers<Value> {

    private static final double EPSILON = 1e-5;
    private static final double MOMENTUM = 0.1;

    private final Map<String, Variable> variables = new HashMap<>();
    private final Map<String, Variable> parameters = new LinkedHashMap<>();
    private final boolean training;

    /**
     * Layers whose normalisations use the statistics of the batch and mix them into their own, or leave those alone.
     */
    public GraphLayers(boolean training) {
        this.training = training;
    }

    /** What training changes by its gradient, so far as it was used. */
    public List<Variable> parameters() {
        return List.copyOf(parameters.values());
    }

    private Variable variable(String name, boolean trained, Supplier<Tensor> value) {
        return variables.computeIfAbsent(name, n -> {
            Variable variable = Variable.taking(n, value.get());
            if (trained) {
                parameters.put(n, variable);
            }
            return variable;
        });
    }

    private Value read(Graph graph, String name, Supplier<Tensor> value) {
        return graph.read(variable(name, true, value));
    }

    private Value convolved(String name, Value x, Filter filter) {
        Convolution.Geometry geometry = Convolution.Geometry.UNIT.stride(filter.stride()).dilation(filter.dilation())
                .padding(filter.padding()).groups(filter.groups());
        return Convolution.conv2d(geometry, x,
                read(x.graph(), name + ".weight", () -> NetworkWeights.weight(name, filter)));
    }

    @Override
    public Value biased(String name, Value x, Filter filter) {
        Value bias = read(x.graph(), name + ".bias", () -> NetworkWeights.bias(name, filter.out()));
        return convolved(name, x, filter).plus(BatchNorm.channels(bias));
    }

    @Override
    public Value normalised(String name, Value x, Filter filter, double gain) {
        Graph graph = x.graph();
        int channels = filter.out();
        Value y = convolved(name, x, filter);
        Value gamma = read(graph, name + ".gamma", () -> NetworkWeights.gamma(name, channels, gain));
        Value beta = read(graph, name + ".beta", () -> NetworkWeights.beta(name, channels));
        Variable mean = variable(name + ".mean", false, () -> NetworkWeights.mean(name, channels));
        Variable variance = variable(name + ".variance", false, () -> NetworkWeights.variance(name, channels));
        if (!training) {
            return BatchNorm.frozen(y, gamma, beta, graph.read(mean), graph.read(variance), EPSILON);
        }
        Node node = BatchNorm.training(y, gamma, beta, EPSILON);
        double count = (double) y.shape().size() / channels;
        graph.assign(mean, mix(graph.read(mean), node.result(1), 1));
        graph.assign(variance, mix(graph.read(variance), node.result(2), count / (count - 1)));
        return node.result(0);
    }

    private static Value mix(Value running, Value batch, double factor) {
        return running.times(1 - MOMENTUM).plus(batch.times(MOMENTUM * factor));
    }

    @Override
    public Value relu(Value x) {
        return x.relu();
    }

    @Override
    public Value add(Value a, Value b) {
        return a.plus(b);
    }

    @Override
    public Value maxPool(Value x) {
        return Pooling.maxPool2d(Pooling.Window.square(3, 2, 1).ceil(), x).result(0);
    }

    @Override
    public Value resize(Value x, int height, int width) {
        return Resampling.resize(Resampling.Method.BILINEAR, x, height, width);
    }

    @Override
    public Value normalise(Value images) {
        return Normalisation.USUAL.apply(images);
    }
}
