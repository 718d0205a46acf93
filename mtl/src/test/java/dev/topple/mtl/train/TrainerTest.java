// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.io.FormatException;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.InMemory;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.data.Sample;
import dev.topple.mtl.model.ConstantPredictor;
import dev.topple.mtl.model.ModelDescription;
import dev.topple.mtl.model.ModelFile;
import dev.topple.mtl.model.MultiTaskModel;
import dev.topple.mtl.model.Normalisation;
import dev.topple.mtl.model.PyramidDecoder;
import dev.topple.mtl.model.ResidualEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {

    static final ModelDescription TINY = new ModelDescription(
            new ResidualEncoder.Settings(4, List.of(4, 8), List.of(1, 1)), new PyramidDecoder.Settings(4),
            Normalisation.USUAL, RoomsDataset.tasks());

    private final Dataset rooms = InMemory.of(RoomsDataset.training(10, 16, 20), 2, done -> {});

    @TempDir
    private Path folder;

    static TrainingConfiguration configuration(int steps, int every) {
        return new TrainingConfiguration(5, steps, 4, new Schedule.Cosine(3e-3, 1, steps), Adam.Settings.ADAMW, true,
                0.1, Map.of("normals", 2.0), every);
    }

    /** Ends a training as a crash would, after so many steps. */
    private static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static TrainingListener stopAfter(int steps) {
        return new TrainingListener() {
            @Override
            public void step(TrainingProgress progress) {
                if (progress.step() == steps) {
                    throw new Stop();
                }
            }
        };
    }

    private Map<String, Tensor> train(String device, Path file, int every, TrainingListener listener) {
        try (Device opened = Devices.open(device, new DeviceOptions(2))) {
            MultiTaskModel model = MultiTaskModel.create("tiny", TINY, 1);
            new Trainer(opened, model, rooms, configuration(6, every), file, listener).run();
            return ModelFile.values(opened, model);
        }
    }

    /** Six steps at once, and six that are cut off after three and after five, once behind a checkpoint. */
    @ParameterizedTest
    @ValueSource(strings = {"reference", "cpu"})
    void aTrainingThatWasCutOffEndsWithTheSameBits(String device) {
        Map<String, Tensor> whole = train(device, folder.resolve("whole"), 2, TrainingListener.silent());
        Path file = folder.resolve("parts");
        for (int stop : new int[] {1, 3, 5}) {
            assertThrows(Stop.class, () -> train(device, file, 2, stopAfter(stop)));
            assertEquals(stop > 1, Files.exists(file));
        }
        int[] resumed = new int[1];
        Map<String, Tensor> parts = train(device, file, 2, new TrainingListener() {
            @Override
            public void resumed(int step) {
                resumed[0] = step;
            }
        });
        assertEquals(4, resumed[0]);
        assertEquals(whole.keySet(), parts.keySet());
        whole.forEach((name, tensor) -> assertTrue(tensor.sameBits(parts.get(name)), name));
        Map<String, Tensor> again = train(device, file, 2, stopAfter(1));
        whole.forEach((name, tensor) -> assertTrue(tensor.sameBits(again.get(name)), "done already: " + name));
    }

    @Test
    void aCheckpointOfAnotherTrainingIsRefused() {
        Path file = folder.resolve("checkpoint");
        train("reference", file, 6, TrainingListener.silent());
        try (Device device = Devices.open("reference", DeviceOptions.DEFAULT)) {
            MultiTaskModel model = MultiTaskModel.create("tiny", TINY, 1);
            Trainer longer = new Trainer(device, model, rooms, configuration(8, 6), file, TrainingListener.silent());
            String message = assertThrows(FormatException.class, longer::run).getMessage();
            assertTrue(message.contains("steps 6 instead of 8"), message);
            ModelDescription wide = new ModelDescription(TINY.encoder(), new PyramidDecoder.Settings(5),
                    TINY.normalisation(), TINY.tasks());
            MultiTaskModel wider = MultiTaskModel.create("wide", wide, 1);
            Trainer other = new Trainer(device, wider, rooms, configuration(6, 6), file, TrainingListener.silent());
            message = assertThrows(FormatException.class, other::run).getMessage();
            assertTrue(message.contains("another model"), message);
        }
    }

    @Test
    void aLossThatIsNotANumberNamesStepAndTask() {
        Dataset broken = new Dataset() {
            @Override
            public String name() {
                return rooms.name();
            }

            @Override
            public int size() {
                return rooms.size();
            }

            @Override
            public Set<String> labelled() {
                return rooms.labelled();
            }

            @Override
            public Sample sample(int index) {
                Sample sample = rooms.sample(index);
                Map<String, Tensor> labels = new HashMap<>(sample.labels());
                labels.put("depth", Tensor.filled(labels.get("depth").shape(), Float.POSITIVE_INFINITY));
                return new Sample(sample.id(), sample.image(), labels);
            }
        };
        try (Device device = Devices.open("reference", DeviceOptions.DEFAULT)) {
            Path file = folder.resolve("checkpoint");
            Trainer trainer = new Trainer(device, MultiTaskModel.create("tiny", TINY, 1), broken, configuration(6, 1),
                    file, TrainingListener.silent());
            String message = assertThrows(DivergedException.class, trainer::run).getMessage();
            assertTrue(message.contains("depth") && message.contains("step 1"), message);
            assertFalse(Files.exists(file));
        }
    }

    @Test
    void lossesFall() {
        MultiTaskModel model = MultiTaskModel.create("tiny", TINY, 1);
        try (Device device = Devices.open("reference", DeviceOptions.DEFAULT)) {
            double[] before = losses(ModelEvaluation.evaluate(device, model, rooms, 4, done -> {}));
            TrainingConfiguration configuration = new TrainingConfiguration(5, 60, 5, new Schedule.Constant(0.01),
                    Adam.Settings.ADAMW, false, 0, Map.of(), 100);
            new Trainer(device, model, rooms, configuration, folder.resolve("c"), TrainingListener.silent()).run();
            double[] after = losses(ModelEvaluation.evaluate(device, model, rooms, 4, done -> {}));
            for (int t = 0; t < 3; t++) {
                assertTrue(after[t] < 0.9 * before[t], t + ": " + before[t] + " to " + after[t]);
            }
        }
    }

    private static double[] losses(Evaluation evaluation) {
        return evaluation.tasks().stream().mapToDouble(TaskEvaluation::loss).toArray();
    }

    @Test
    void anEvaluationDoesNotDependOnTheBatch() {
        MultiTaskModel model = MultiTaskModel.create("tiny", TINY, 1);
        try (Device device = Devices.open("reference", DeviceOptions.DEFAULT)) {
            Evaluation three = ModelEvaluation.evaluate(device, model, rooms, 3, done -> {});
            Evaluation four = ModelEvaluation.evaluate(device, model, rooms, 4, done -> {});
            assertEquals(10, three.images());
            assertEquals(three.toJson(), four.toJson());
            assertArrayEquals(three.task("depth").losses(), four.task("depth").losses());
        }
    }

    @Test
    void theConstantPredictorHasTheLossesOfItsConstants() {
        ConstantPredictor constant = ConstantPredictor.fit(TINY.tasks(), rooms, 10);
        try (Device device = Devices.open("reference", DeviceOptions.DEFAULT)) {
            Evaluation evaluation = ModelEvaluation.evaluate(device, constant, rooms, 4, done -> {});
            double absolute = 0;
            for (int i = 0; i < 10; i++) {
                double sum = 0;
                float[] metres = rooms.sample(i).labels().get("depth").floats();
                for (float label : metres) {
                    sum += Math.abs(label - constant.prediction(1)[0]);
                }
                absolute += sum / metres.length / 10;
            }
            assertEquals(absolute, evaluation.task("depth").loss(), 1e-5);
            assertEquals(absolute, evaluation.task("depth").metrics().get("abs_err"), 1e-5);
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        MultiTaskModel model = MultiTaskModel.create("tiny", TINY, 1);
        Dataset few = RoomsDataset.training(3, 16, 20);
        TrainingConfiguration configuration = configuration(6, 2);
        Path file = folder.resolve("c");
        try (Device device = Devices.open("reference", DeviceOptions.DEFAULT)) {
            assertThrows(IllegalArgumentException.class,
                    () -> new Trainer(device, model, few, configuration, file, TrainingListener.silent()));
            TrainingConfiguration unknown = new TrainingConfiguration(5, 6, 4, new Schedule.Constant(1e-3),
                    Adam.Settings.ADAMW, true, 0, Map.of("colour", 1.0), 2);
            assertThrows(IllegalArgumentException.class,
                    () -> new Trainer(device, model, rooms, unknown, file, TrainingListener.silent()));
        }
    }

    @Test
    void augmentationDependsOnSeedEpochAndNumberAlone() {
        TrainingConfiguration configuration = configuration(6, 2);
        Dataset first = new Augmented(rooms, TINY.tasks(), configuration, 0);
        Dataset again = new Augmented(rooms, TINY.tasks(), configuration, 0);
        Dataset later = new Augmented(rooms, TINY.tasks(), configuration, 1);
        int same = 0;
        int mirrored = 0;
        for (int i = 0; i < rooms.size(); i++) {
            Sample sample = first.sample(i);
            assertTrue(sample.image().sameBits(again.sample(i).image()));
            same += sample.image().sameBits(later.sample(i).image()) ? 1 : 0;
            Tensor classes = rooms.sample(i).labels().get("segmentation");
            mirrored += sample.labels().get("segmentation").sameBits(classes) ? 0 : 1;
        }
        assertTrue(same < rooms.size());
        assertTrue(mirrored > 0 && mirrored < rooms.size(), mirrored + " mirrored");
    }
}
