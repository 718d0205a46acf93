// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.networks;

import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Segmentation;
import dev.topple.mtl.task.Task;
import java.util.List;

/** A network as a model that can be attacked: segmentation, depth and normals. */
public final class NetworkModel implements Model {

    /** Segmentation, depth, normals. */
    public static final List<Task> TASKS =
            List.of(Segmentation.of(Network.CHANNELS.get(0)), new Depth(), new Normals());

    private final String name;
    private final Network network;
    private final GraphLayers layers = new GraphLayers(false);

    /** A network of {@link Network#of}. */
    public NetworkModel(String name) {
        this.name = name;
        this.network = Network.of(name);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Task> tasks() {
        return TASKS;
    }

    @Override
    public List<Value> predict(Value images) {
        Shape shape = images.shape();
        return network.predict(layers, images, shape.dim(2), shape.dim(3));
    }
}
