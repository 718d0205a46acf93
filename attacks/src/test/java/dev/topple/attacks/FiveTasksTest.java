// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.step.Ifgsm;
import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.Batch;
import dev.topple.mtl.data.Batches;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.model.ModelDescription;
import dev.topple.mtl.model.MultiTaskModel;
import dev.topple.mtl.model.Normalisation;
import dev.topple.mtl.model.PyramidDecoder;
import dev.topple.mtl.model.ResidualEncoder;
import dev.topple.mtl.task.Task;
import java.util.List;
import org.junit.jupiter.api.Test;

class FiveTasksTest {

    private static final double EPSILON = 8 / 255.0;

    private final MultiTaskModel model = MultiTaskModel.create("five", new ModelDescription(
            new ResidualEncoder.Settings(8, List.of(8, 12), List.of(1, 1)), new PyramidDecoder.Settings(8),
            Normalisation.USUAL, RoomsDataset.allTasks()), 1);

    private static Batch scenes(List<Task> tasks) {
        try (Batches batches = Batches.of(RoomsDataset.heldOut(2, 17, 22).withTasks(tasks), 2)) {
            return batches.next().orElseThrow();
        }
    }

    /** The loss of each image, one row a task. */
    private float[][] losses(Device device, Tensor images, Batch labels) {
        Graph graph = new Graph();
        List<Value> predictions = model.predict(graph.input("images", images.type()));
        for (int t = 0; t < predictions.size(); t++) {
            Task task = model.tasks().get(t);
            Value label = graph.input("label " + t, labels.labels().get(task.name()).type());
            graph.output("loss " + t, task.loss(predictions.get(t), label));
        }
        try (Executable program = device.compile(graph)) {
            program.feed("images", images);
            float[][] losses = new float[predictions.size()][];
            for (int t = 0; t < losses.length; t++) {
                program.feed("label " + t, labels.labels().get(model.tasks().get(t).name()));
            }
            program.run();
            for (int t = 0; t < losses.length; t++) {
                losses[t] = program.fetch("loss " + t).floats();
            }
            return losses;
        }
    }

    /** What DGBA climbs is the sum of the logarithms of the losses: of all five. */
    @Test
    void dgbaAttacksAllFiveTasks() {
        Batch batch = scenes(RoomsDataset.allTasks());
        try (Device device = Devices.open("cpu", new DeviceOptions(1))) {
            AttackResult result = Attack.of(model, linf(EPSILON), new Ifgsm(5), new Dgba())
                    .run(device, batch.images(), batch.labels(), 1);
            float[][] clean = losses(device, batch.images(), batch);
            float[][] attacked = losses(device, result.adversarial(), batch);
            assertEquals(5, clean.length);
            for (int i = 0; i < 2; i++) {
                double before = 0;
                double after = 0;
                for (int t = 0; t < 5; t++) {
                    assertTrue(clean[t][i] > 0, model.tasks().get(t).name());
                    before += Math.log(clean[t][i]);
                    after += Math.log(attacked[t][i]);
                }
                assertTrue(after > before, before + " to " + after);
                assertEquals(before, result.cleanMerit()[i], 1e-4);
                assertEquals(after, result.finalMerit()[i], 1e-4);
            }
            int area = 3 * 17 * 22;
            for (int i = 0; i < 2; i++) {
                double size = linf(EPSILON).size(batch.images().floats(), result.adversarial().floats(), i * area,
                        (i + 1) * area);
                assertTrue(size > 0 && size <= EPSILON, "moved by " + size);
            }
        }
    }
}
