// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import dev.topple.benchmarks.networks.GraphLayers;
import dev.topple.benchmarks.networks.Network;
import dev.topple.benchmarks.networks.NetworkModel;
import dev.topple.benchmarks.networks.Scenes;
import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.Variable;
import dev.topple.mtl.task.Task;
import dev.topple.mtl.train.Adam;
import java.util.List;

/** Training in Topple: a program like that of {@code topple train}. */
final class ToppleTraining implements Training {

    private static final Adam.Settings SETTINGS = new Adam.Settings(TrainingCase.BETA1, TrainingCase.BETA2,
            TrainingCase.EPSILON, 0, false);

    private final Device device;
    private final Executable program;
    private final Adam adam;
    private int steps;

    ToppleTraining(TrainingCase of, int threads) {
        Scenes scenes = of.scenes();
        device = Devices.open("cpu", new DeviceOptions(threads));
        GraphLayers layers = new GraphLayers(true);
        Graph graph = new Graph();
        Value images = graph.input("images", scenes.images().type());
        List<Value> predictions = Network.of(of.network()).predict(layers, images, of.height(), of.width());
        Value sum = null;
        for (int i = 0; i < predictions.size(); i++) {
            Task task = NetworkModel.TASKS.get(i);
            Tensor label = scenes.labels().get(task.name());
            Value loss = task.loss(predictions.get(i), graph.input(task.name(), label.type())).mean();
            sum = sum == null ? loss : sum.plus(loss);
        }
        graph.output("loss", sum);
        List<Variable> parameters = layers.parameters();
        adam = new Adam(SETTINGS, parameters);
        adam.step(graph, Gradients.of(sum, parameters.stream().map(graph::read).toList()));
        program = device.compile(graph);
        program.feed("images", scenes.images());
        scenes.labels().forEach(program::feed);
    }

    @Override
    public double step() {
        adam.feed(program, steps++, TrainingCase.RATE);
        program.run();
        return program.fetch("loss").floats()[0];
    }

    @Override
    public void close() {
        program.close();
        device.close();
    }
}
