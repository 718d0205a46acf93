// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Value;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.reference.ReferenceDevice;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Steps of training with batch normalisation and momentum, on the emulator, against the device {@code reference}. */
class TrainingStepTest {

    private static final int CLASSES = 3;

    private final RandomSource random = new RandomSource(11);
    private final Variable weight = normal("weight", 6, 3, 3, 3);
    private final Variable gamma = normal("gamma", 6);
    private final Variable beta = normal("beta", 6);
    private final Variable head = normal("head", 6, CLASSES);
    private final Variable bias = normal("bias", CLASSES);
    private final Variable mean = Variable.zeros("running mean", TensorType.f32(6));
    private final Tensor images = normal("images", 4, 3, 7, 5).initial();
    private final Tensor labels = Tensor.of(Shape.of(4), 0, 2, 1, 2);

    private Variable normal(String name, int... dims) {
        Tensor tensor = Tensor.zeros(TensorType.f32(dims));
        for (int i = 0; i < tensor.floats().length; i++) {
            tensor.floats()[i] = (float) random.nextGaussian() * 0.5f;
        }
        return Variable.taking(name, tensor);
    }

    private Graph step(List<Variable> velocities) {
        Graph graph = new Graph();
        Value x = graph.input("images", images.type());
        Value convolved = Convolution.conv2d(Convolution.Geometry.UNIT.padding(1).stride(2), x, graph.read(weight));
        Node norm = BatchNorm.training(convolved, graph.read(gamma), graph.read(beta), 1e-5);
        Value features = norm.result(0).relu().mean(2, 3);
        Value logits = features.matmul(graph.read(head)).plus(graph.read(bias));
        Value loss = Softmax.crossEntropy(logits, graph.input("labels", labels.type()), -1).mean();
        graph.output("loss", loss);
        graph.assign(mean, graph.read(mean).times(0.9).plus(norm.result(1).times(0.1)));
        List<Variable> learned = learned();
        List<Value> gradients = Gradients.of(List.of(loss), List.of(graph.fill(Shape.scalar(), 1)),
                learned.stream().map(graph::read).toList());
        for (int i = 0; i < learned.size(); i++) {
            Value velocity = graph.read(velocities.get(i)).times(0.9).plus(gradients.get(i));
            graph.assign(velocities.get(i), velocity);
            graph.assign(learned.get(i), graph.read(learned.get(i)).minus(velocity.times(0.1)));
        }
        return graph;
    }

    private List<Variable> learned() {
        return List.of(weight, gamma, beta, head, bias);
    }

    @Test
    void threeStepsLeadWhereTheReferenceGoes() {
        List<Variable> velocities = new ArrayList<>();
        learned().forEach(variable -> velocities.add(Variable.zeros("velocity of " + variable.name(),
                variable.type())));
        try (Device device = EmulatedDevices.exact(); Executable program = device.compile(step(velocities));
                Device oracle = new ReferenceDevice(); Executable judge = oracle.compile(step(velocities))) {
            for (Executable each : List.of(program, judge)) {
                each.feed("images", images);
                each.feed("labels", labels);
                for (int step = 0; step < 3; step++) {
                    each.run();
                }
            }
            near("loss", judge.fetch("loss"), program.fetch("loss"));
            List<Variable> all = new ArrayList<>(learned());
            all.addAll(velocities);
            all.add(mean);
            all.forEach(variable -> near(variable.name(), oracle.read(variable), device.read(variable)));
        }
    }

    private static void near(String what, Tensor expected, Tensor actual) {
        double error = 0;
        double scale = 0;
        for (int i = 0; i < expected.floats().length; i++) {
            error = Math.max(error, Math.abs(expected.floats()[i] - actual.floats()[i]));
            scale = Math.max(scale, Math.abs(expected.floats()[i]));
        }
        double relative = error / scale;
        assertTrue(relative < 2e-5, () -> what + " is off by " + relative);
    }
}
