// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Value;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.Variable;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.InMemory;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.data.Sample;
import dev.topple.mtl.model.AsppSumDecoder;
import dev.topple.mtl.model.ModelDescription;
import dev.topple.mtl.model.ModelFile;
import dev.topple.mtl.model.MultiTaskModel;
import dev.topple.mtl.model.Normalisation;
import dev.topple.mtl.model.ResidualEncoder;
import dev.topple.mtl.model.TrainableModel;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Task;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings of several batches a step, with dropout, judged on their way. */
class JudgedTrainingTest {

    private static final ModelDescription DROPPING = new ModelDescription(
            new ResidualEncoder.Settings(4, List.of(4, 8), List.of(1, 1)),
            new AsppSumDecoder.Settings(4, List.of(1, 2)), Normalisation.USUAL, List.of(new Depth()));

    private final Dataset rooms = InMemory.of(RoomsDataset.training(10, 16, 20).withTasks(List.of(new Depth())), 2,
            done -> {});

    @TempDir
    private Path folder;

    private static TrainingConfiguration configuration(int steps, double rate, int batch, int accumulate, int every) {
        return new TrainingConfiguration(5, steps, batch, new Schedule.Constant(rate), new Sgd.Settings(0.9, 0, false),
                Augmentation.NONE, Map.of(), 1, accumulate, every);
    }

    private static Device reference() {
        return Devices.open("reference", DeviceOptions.DEFAULT);
    }

    /** Depth is a convolution of the image: nothing in it depends on how images are put together to batches. */
    private static final class Plain implements TrainableModel {

        private final Variable weight = new Variable("weight", Tensor.filled(Shape.of(1, 3, 3, 3), 0.1f));
        private final Variable bias = new Variable("bias", Tensor.filled(Shape.of(1), 1));

        @Override
        public String name() {
            return "plain";
        }

        @Override
        public List<Task> tasks() {
            return List.of(new Depth());
        }

        @Override
        public List<Value> predict(Value images) {
            return List.of(Convolution.conv2d(Convolution.Geometry.UNIT.padding(1), images,
                    images.graph().read(weight), images.graph().read(bias)));
        }

        @Override
        public List<Value> predictInTraining(Value images) {
            return predict(images);
        }

        @Override
        public List<Variable> parameters() {
            return List.of(weight, bias);
        }

        @Override
        public List<Variable> statistics() {
            return List.of();
        }
    }

    @Test
    void twoBatchesAStepAreOneOfTwiceTheSize() {
        List<Tensor> weights = new ArrayList<>();
        for (int accumulate : new int[] {1, 2}) {
            Plain model = new Plain();
            try (Device device = reference()) {
                new Trainer(device, model, rooms, configuration(4, 0.01, 4 / accumulate, accumulate, 4),
                        folder.resolve("c" + accumulate), TrainingListener.silent()).run();
                weights.add(device.read(model.weight));
                weights.add(device.read(model.bias));
            }
        }
        for (int i = 0; i < 2; i++) {
            float[] one = weights.get(i).floats();
            float[] two = weights.get(i + 2).floats();
            assertFalse(weights.get(i).sameBits(new Plain().parameters().get(i).initial()));
            for (int j = 0; j < one.length; j++) {
                assertEquals(one[j], two[j], 1e-5);
            }
        }
    }

    /** Ends a training as a crash would. */
    private static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private Map<String, Tensor> train(Path file, int stopAfter, List<TrainingCurve> curves) {
        Dataset without = Part.without(rooms, 3);
        try (Device device = reference()) {
            MultiTaskModel model = MultiTaskModel.create("dropping", DROPPING, 1);
            TrainingListener listener = new TrainingListener() {
                @Override
                public void step(TrainingProgress progress) {
                    if (progress.step() == stopAfter) {
                        throw new Stop();
                    }
                }
            };
            curves.add(new Trainer(device, model, without, configuration(8, 0.02, 2, 2, 3),
                    Optional.of(new Validation(Part.of(rooms, 3), 2, 0)), file, listener).run());
            return ModelFile.values(device, model);
        }
    }

    @Test
    void aJudgedTrainingThatWasCutOffEndsWithTheSameBitsAndCurve() {
        List<TrainingCurve> curves = new ArrayList<>();
        Map<String, Tensor> whole = train(folder.resolve("whole"), -1, curves);
        Path file = folder.resolve("parts");
        for (int stop : new int[] {2, 5, 7}) {
            assertThrows(Stop.class, () -> train(file, stop, curves));
        }
        Map<String, Tensor> parts = train(file, -1, curves);
        whole.forEach((name, tensor) -> assertTrue(tensor.sameBits(parts.get(name)), name));
        assertEquals(curves.get(0), curves.get(1));
        assertEquals(8, curves.get(0).training().size());
        assertEquals(List.of(2, 4, 6, 8), curves.get(0).validation().stream().map(TrainingCurve.Point::step).toList());
        Map<String, Tensor> again = train(file, -1, curves);
        whole.forEach((name, tensor) -> assertTrue(tensor.sameBits(again.get(name)), "done already: " + name));
        assertEquals(curves.get(0), curves.get(2));
    }

    /** With such a rate the loss only grows: the first judgement is the best, and two more are the end. */
    @Test
    void theBestWeightsAreKeptAndPatienceEnds() {
        List<Integer> steps = new ArrayList<>();
        List<Integer> best = new ArrayList<>();
        List<Tensor> kept = new ArrayList<>();
        Plain model = new Plain();
        try (Device device = reference()) {
            TrainingListener listener = new TrainingListener() {
                @Override
                public void step(TrainingProgress progress) {
                    steps.add(progress.step());
                }

                @Override
                public void validated(int step, Map<String, Double> losses, boolean better) {
                    if (better) {
                        best.add(step);
                        kept.clear();
                        model.parameters().forEach(variable -> kept.add(device.read(variable)));
                    }
                }
            };
            TrainingCurve curve = new Trainer(device, model, Part.without(rooms, 4), configuration(50, 3, 3, 1, 100),
                    Optional.of(new Validation(Part.of(rooms, 4), 2, 2)), folder.resolve("c"), listener).run();
            assertTrue(steps.size() < 50, steps.toString());
            assertEquals(best.getLast() + 4, steps.size());
            assertEquals(best.getLast(), curve.best().orElseThrow());
            for (int i = 0; i < 2; i++) {
                assertTrue(kept.get(i).sameBits(device.read(model.parameters().get(i))));
            }
            // A second start finds the end.
            int count = steps.size();
            new Trainer(device, model, Part.without(rooms, 4), configuration(50, 3, 3, 1, 100),
                    Optional.of(new Validation(Part.of(rooms, 4), 2, 2)), folder.resolve("c"), listener).run();
            assertEquals(count, steps.size());
        }
        JsonView json = JsonView.of(Json.parse("{\"training\":{\"steps\":[1],\"rates\":[0.5],"
                + "\"losses\":{\"depth\":[null]}}}", "test"), "test");
        assertTrue(Double.isNaN(TrainingCurve.fromJson(json).training().getFirst().losses().get("depth")));
    }

    /** The loss before the first step is a number; the weights behind it are not. */
    @Test
    void weightsThatAreNoNumbersAreNotWritten() {
        Path file = folder.resolve("c");
        try (Device device = reference()) {
            Trainer trainer = new Trainer(device, new Plain(), rooms, configuration(4, 1e39, 4, 1, 1), file,
                    TrainingListener.silent());
            String message = assertThrows(DivergedException.class, trainer::run).getMessage();
            assertTrue(message.contains("after step 1") && message.contains("smaller learning rate"), message);
            assertFalse(Files.exists(file));
        }
    }

    @Test
    void thePartThatJudgesAndTheRestAreTheWhole() {
        for (int count : new int[] {1, 3, 9}) {
            Set<String> judging = ids(Part.of(rooms, count));
            Set<String> rest = ids(Part.without(rooms, count));
            assertEquals(count, judging.size());
            assertEquals(rooms.size() - count, rest.size());
            rest.addAll(judging);
            assertEquals(ids(rooms), rest);
        }
        assertThrows(IllegalArgumentException.class, () -> Part.of(rooms, 10));
        assertThrows(IllegalArgumentException.class, () -> Part.without(rooms, 0));
    }

    private static Set<String> ids(Dataset images) {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < images.size(); i++) {
            Sample sample = images.sample(i);
            ids.add(sample.id());
        }
        return ids;
    }
}
