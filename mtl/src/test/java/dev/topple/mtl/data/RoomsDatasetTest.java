// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.io.StoredType;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.model.ModelDescription;
import dev.topple.mtl.model.ModelFile;
import dev.topple.mtl.model.MultiTaskModel;
import dev.topple.mtl.model.Normalisation;
import dev.topple.mtl.model.Provenance;
import dev.topple.mtl.model.PyramidDecoder;
import dev.topple.mtl.model.ResidualEncoder;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Edges;
import dev.topple.mtl.task.Keypoints;
import dev.topple.mtl.task.Segmentation;
import dev.topple.mtl.task.Task;
import dev.topple.mtl.train.Adam;
import dev.topple.mtl.train.Evaluation;
import dev.topple.mtl.train.ModelEvaluation;
import dev.topple.mtl.train.Schedule;
import dev.topple.mtl.train.Trainer;
import dev.topple.mtl.train.TrainingConfiguration;
import dev.topple.mtl.train.TrainingListener;
import dev.topple.mtl.train.TrainingProgress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoomsDatasetTest {

    @TempDir
    private Path folder;

    private static RoomsDataset rooms() {
        return RoomsDataset.heldOut(3, 24, 32);
    }

    @Test
    void scenesComeWithThreeLabelsUnlessMoreAreAskedFor() {
        Set<String> three = Set.of("segmentation", "depth", "normals");
        assertEquals(three, rooms().labelled());
        assertEquals(three, rooms().sample(0).labels().keySet());
        assertEquals("rooms:seed=0,first=1000000,count=3,size=24x32", rooms().name());
        assertEquals(rooms().name(), rooms().withTasks(RoomsDataset.tasks()).name());
    }

    @Test
    void furtherLabelsLeaveTheOthersAndTheImageAsTheyAre() {
        RoomsDataset five = rooms().withTasks(RoomsDataset.allTasks());
        assertEquals("rooms:seed=0,first=1000000,count=3,size=24x32,tasks=segmentation+depth+normals+keypoints+edges",
                five.name());
        for (int i = 0; i < 3; i++) {
            Sample with = five.sample(i);
            Sample without = rooms().sample(i);
            assertTrue(with.image().sameBits(without.image()));
            without.labels().forEach((task, label) -> assertTrue(label.sameBits(with.labels().get(task)), task));
            assertEquals(five.labelled(), with.labels().keySet());
            assertTrue(with.labels().get("edges").sameBits(ImageFeatures.edges(with.image())));
            assertTrue(with.labels().get("keypoints").sameBits(ImageFeatures.keypoints(with.image())));
        }
    }

    /** Labels that say next to nothing would make a task that a constant solves. */
    @Test
    void keypointsAndEdgesVary() {
        RoomsDataset five = RoomsDataset.heldOut(16, 48, 64).withTasks(List.of(new Keypoints(), new Edges()));
        for (String task : five.labelled()) {
            int strong = 0;
            int none = 0;
            int count = 0;
            for (int i = 0; i < five.size(); i++) {
                for (float value : five.sample(i).labels().get(task).floats()) {
                    strong += value > 0 ? 1 : 0;
                    none += value < -0.5 ? 1 : 0;
                    count++;
                }
            }
            assertTrue(strong > 0.1 * count && strong < 0.4 * count, task + ": " + strong + " of " + count);
            assertTrue(none > 0.3 * count && none < 0.8 * count, task + ": " + none + " of " + count);
        }
    }

    @Test
    void otherTasksAreRefused() {
        List<List<Task>> refused = List.of(List.of(), List.of(new Depth(), new Depth()),
                List.of(Segmentation.of(40)));
        for (List<Task> tasks : refused) {
            RoomsDataset rooms = rooms();
            String message = assertThrows(IllegalArgumentException.class, () -> rooms.withTasks(tasks)).getMessage();
            assertTrue(message.contains("keypoints"), message);
        }
    }

    @Test
    void aModelOfFiveTasksIsTrainedAndSurvivesAFile() {
        ModelDescription description = new ModelDescription(
                new ResidualEncoder.Settings(4, List.of(4, 8), List.of(1, 1)), new PyramidDecoder.Settings(4),
                Normalisation.USUAL, RoomsDataset.allTasks());
        MultiTaskModel model = MultiTaskModel.create("five", description, 1);
        Dataset rooms = InMemory.of(RoomsDataset.training(8, 16, 20).withTasks(RoomsDataset.allTasks()), 2, done -> {});
        int steps = 24;
        Schedule schedule = new Schedule.Cosine(1e-2, 1, steps);
        TrainingConfiguration configuration = new TrainingConfiguration(5, steps, 8, schedule,
                Adam.Settings.ADAMW, true, 0, Map.of(), steps);
        List<Map<String, Double>> losses = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void step(TrainingProgress progress) {
                losses.add(progress.losses());
            }
        };
        try (Device device = Devices.open("cpu", new DeviceOptions(1))) {
            new Trainer(device, model, rooms, configuration, folder.resolve("checkpoint"), listener).run();
            for (String task : List.of("keypoints", "edges")) {
                double first = losses.getFirst().get(task);
                double last = losses.getLast().get(task);
                assertTrue(last < 0.9 * first, task + " from " + first + " to " + last);
            }
            Evaluation evaluation = ModelEvaluation.evaluate(device, model, rooms, 4, done -> {});
            assertEquals(5, evaluation.tasks().size());
            Path file = folder.resolve("five.safetensors");
            Map<String, Tensor> values = ModelFile.values(device, model);
            ModelFile.save(file, model, values, new Provenance(1, "test", evaluation.toJson()), StoredType.F32);
            MultiTaskModel again = ModelFile.load(file).model();
            assertEquals(RoomsDataset.allTasks(), again.tasks());
            values.forEach((name, value) -> assertTrue(value.sameBits(again.variables().get(name).initial()), name));
        }
    }
}
