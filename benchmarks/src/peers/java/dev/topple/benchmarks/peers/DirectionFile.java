// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import dev.topple.engine.io.Npy;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a process computed of the clean images, for another process to compare: losses, direction, algorithms. */
record DirectionFile(Readings readings, Tensor direction) {

    private static final String LOSSES = "losses";

    /** Files what Topple computes. */
    static void write(Path folder, ToppleAttack attack) {
        ToppleAttack.Direction direction = attack.direction();
        Readings readings = losses(direction.losses());
        Algorithms.count(direction.explanation())
                .forEach((name, count) -> readings.note(name, Integer.toString(count)));
        new DirectionFile(readings, direction.direction()).write(folder);
    }

    /** Files what libtorch computes. */
    static void write(Path folder, TorchAttack attack, AttackCase of) {
        try (NDManager manager = NDManager.newBaseManager()) {
            attack.restart();
            List<float[]> values = new ArrayList<>();
            PtNDArray direction = attack.direction(manager,
                    losses -> losses.forEach(loss -> values.add(floats(loss))));
            new DirectionFile(losses(values),
                    Tensor.of(Shape.of(of.images(), 3, of.height(), of.width()), floats(direction))).write(folder);
        }
    }

    private static float[] floats(PtNDArray array) {
        try (PtNDArray floats = (PtNDArray) array.toType(DataType.FLOAT32, true)) {
            return floats.toFloatArray();
        }
    }

    private static Readings losses(List<float[]> losses) {
        Readings readings = new Readings();
        for (int task = 0; task < losses.size(); task++) {
            for (int image = 0; image < losses.get(task).length; image++) {
                readings.put(LOSSES, "task " + task + ", image " + image, losses.get(task)[image]);
            }
        }
        return readings;
    }

    private void write(Path folder) {
        readings.write(folder.resolve("direction.json"));
        Npy.write(folder.resolve("direction.npy"), direction);
    }

    static DirectionFile read(Path folder) {
        return new DirectionFile(Readings.read(folder.resolve("direction.json")),
                Npy.read(folder.resolve("direction.npy")));
    }

    /** The largest relative difference of a loss from another's. */
    double lossDifference(DirectionFile truth) {
        double most = 0;
        for (String name : truth.readings.of(LOSSES).keySet()) {
            most = Math.max(most, Math.abs(readings.get(LOSSES, name) / truth.readings.get(LOSSES, name) - 1));
        }
        return most;
    }
}
