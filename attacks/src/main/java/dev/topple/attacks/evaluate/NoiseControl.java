// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.ImageKeys;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.step.Noise;
import dev.topple.engine.Device;
import dev.topple.engine.Executable;
import dev.topple.engine.ProgramCache;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;

/** Makes images with noise: those that the attack {@link Noise} makes, to the bit, without asking the model. */
final class NoiseControl implements AutoCloseable {

    private record Kind(Budget budget, Shape images) {}

    private static final int KINDS = 16;

    private final ProgramCache<Kind> programs;

    NoiseControl(Device device) {
        this.programs = new ProgramCache<>(device, KINDS, NoiseControl::graph);
    }

    /** The images with noise of a budget's size. */
    Tensor images(Budget budget, Tensor clean, long[] keys) {
        Executable program = programs.get(new Kind(budget, clean.shape()));
        program.feed("images", clean);
        program.feed("keys", ImageKeys.ofStepWords(keys, 0, 0));
        program.run();
        return program.fetch("noisy");
    }

    private static Graph graph(Kind kind) {
        Graph graph = new Graph();
        Value clean = graph.input("images", TensorType.f32(kind.images().dims()));
        Value keys = graph.input("keys", TensorType.i32(kind.images().dim(0), 2));
        graph.output("noisy", kind.budget().project(Noise.around(clean, keys, kind.budget()), clean));
        return graph;
    }

    @Override
    public void close() {
        programs.close();
    }
}
