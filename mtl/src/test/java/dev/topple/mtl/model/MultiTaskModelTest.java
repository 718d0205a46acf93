// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Segmentation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MultiTaskModelTest {

    static final ModelDescription TINY = new ModelDescription(
            new ResidualEncoder.Settings(4, List.of(4, 6), List.of(1, 1)), new PyramidDecoder.Settings(4),
            Normalisation.USUAL, List.of(Segmentation.of(3), new Depth(), new Normals()));

    private static Tensor images(int n, int height, int width) {
        RandomSource random = new RandomSource(7);
        float[] values = new float[n * 3 * height * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return Tensor.of(Shape.of(n, 3, height, width), values);
    }

    private static List<Tensor> predict(Device device, Model model, Tensor images) {
        Graph graph = new Graph();
        List<Value> values = model.predict(graph.input("images", images.type()));
        for (int i = 0; i < values.size(); i++) {
            graph.output("p" + i, values.get(i));
        }
        try (Executable program = device.compile(graph)) {
            program.feed("images", images);
            program.run();
            List<Tensor> predictions = new ArrayList<>();
            for (int i = 0; i < values.size(); i++) {
                predictions.add(program.fetch("p" + i));
            }
            return predictions;
        }
    }

    private static Device reference() {
        return Devices.open("reference", DeviceOptions.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource({"16,16", "17,31", "24,19", "33,16"})
    void everySizeFromSixteenOnGivesPredictionsOfThatSize(int height, int width) {
        MultiTaskModel model = MultiTaskModel.create("tiny", TINY, 1);
        try (Device device = reference()) {
            List<Tensor> predictions = predict(device, model, images(2, height, width));
            for (int t = 0; t < 3; t++) {
                int channels = model.tasks().get(t).channels();
                assertEquals(Shape.of(2, channels, height, width), predictions.get(t).shape());
            }
            for (float metres : predictions.get(1).floats()) {
                assertTrue(metres >= Range.LEAST);
            }
        }
    }

    @Test
    void smallerImagesAndOtherChannelsAreRefused() {
        MultiTaskModel model = MultiTaskModel.create("tiny", TINY, 1);
        Graph graph = new Graph();
        for (Shape shape : List.of(Shape.of(1, 3, 15, 40), Shape.of(1, 1, 16, 16), Shape.of(3, 16, 16))) {
            Value images = graph.input("images " + shape, TensorType.f32().withShape(shape));
            assertThrows(IllegalArgumentException.class, () -> model.predict(images));
        }
    }

    @Test
    void weightsDependOnTheSeedAlone() {
        MultiTaskModel one = MultiTaskModel.create("one", TINY, 1);
        MultiTaskModel same = MultiTaskModel.create("same", TINY, 1);
        MultiTaskModel other = MultiTaskModel.create("other", TINY, 2);
        one.variables().forEach((name,
                variable) -> assertTrue(variable.initial().sameBits(same.variables().get(name).initial()), name));
        String stem = "encoder.stem.weight";
        assertFalse(one.variables().get(stem).initial().sameBits(other.variables().get(stem).initial()));
        assertTrue(one.variables().containsKey("encoder.stage2.block0.first.norm.variance"));
        assertTrue(one.variables().containsKey("decoder.depth.output.bias"));
    }

    @Test
    void imagesDoNotInfluenceEachOther() {
        MultiTaskModel model = MultiTaskModel.create("tiny", TINY, 1);
        Tensor two = images(2, 16, 18);
        Tensor second = Tensor.of(Shape.of(1, 3, 16, 18),
                java.util.Arrays.copyOfRange(two.floats(), 3 * 16 * 18, 2 * 3 * 16 * 18));
        try (Device device = reference()) {
            List<Tensor> together = predict(device, model, two);
            List<Tensor> alone = predict(device, model, second);
            for (int t = 0; t < 3; t++) {
                float[] row = alone.get(t).floats();
                for (int i = 0; i < row.length; i++) {
                    assertEquals(together.get(t).floats()[row.length + i], row[i]);
                }
            }
        }
    }

    @Test
    void trainingNormalisesWithTheBatchAndMixesInATenth() {
        Weights weights = Weights.random(1);
        ConvolutionLayer.Normalised layer = ConvolutionLayer.Normalised.of(weights, 1, 1, 1, 1);
        Graph graph = new Graph();
        Value x = graph.input("x", TensorType.f32(2, 1, 1, 2));
        graph.output("y", layer.apply(x, Phase.TRAINING));
        float w = layer.weight().initial().floats()[0];
        try (Device device = reference(); Executable program = device.compile(graph)) {
            program.feed("x", Tensor.of(Shape.of(2, 1, 1, 2), 1f, 2f, 3f, 6f));
            program.run();
            // Mean 3; squared deviations 4, 1, 0, 9: biased variance 14/4, unbiased 14/3.
            assertEquals(0.9f * 0 + 0.1f * 3 * w, device.read(layer.mean()).floats()[0], 1e-6);
            assertEquals(0.9 + 0.1 * 14 / 3 * w * w, device.read(layer.variance()).floats()[0], 1e-5);
            float[] y = program.fetch("y").floats();
            assertEquals(-2 * w / Math.sqrt(3.5 * w * w + 1e-5), y[0], 1e-5);
        }
    }

    @Test
    void aFrozenLayerUsesTheRunningStatistics() {
        Weights weights = Weights.random(1);
        ConvolutionLayer.Normalised layer = ConvolutionLayer.Normalised.of(weights, 1, 1, 1, 1);
        Graph graph = new Graph();
        Value x = graph.input("x", TensorType.f32(1, 1, 1, 2));
        graph.output("y", layer.apply(x, Phase.FROZEN));
        assertTrue(graph.assignments().isEmpty());
        float w = layer.weight().initial().floats()[0];
        try (Device device = reference(); Executable program = device.compile(graph)) {
            device.write(layer.mean(), Tensor.of(Shape.of(1), 0.5f));
            device.write(layer.variance(), Tensor.of(Shape.of(1), 4f));
            device.write(layer.gamma(), Tensor.of(Shape.of(1), 3f));
            device.write(layer.beta(), Tensor.of(Shape.of(1), 0.25f));
            program.feed("x", Tensor.of(Shape.of(1, 1, 1, 2), 1f, -2f));
            program.run();
            assertEquals((w - 0.5) / Math.sqrt(4 + 1e-5) * 3 + 0.25, program.fetch("y").floats()[0], 1e-5);
        }
    }

    /** Along the gradient itself the loss must change as fast as the gradient is long. */
    @Test
    void theGradientOfAWholeModelIsThatOfItsLosses() {
        MultiTaskModel model = MultiTaskModel.create("tiny", TINY, 3);
        Tensor images = images(2, 16, 16);
        Variable weight = model.variables().get("encoder.stage1.block0.first.weight");
        Graph graph = new Graph();
        Value x = graph.input("images", images.type());
        List<Value> predictions = model.predictInTraining(x);
        Value segmentation = model.tasks().get(0).loss(predictions.get(0),
                graph.constant(Tensor.zeros(TensorType.i32(2, 16, 16))));
        Value depth = model.tasks().get(1).loss(predictions.get(1), graph.fill(Shape.of(2, 1, 16, 16), 9));
        Value normals = model.tasks().get(2).loss(predictions.get(2), graph.fill(Shape.of(2, 3, 16, 16), 1));
        Value total = segmentation.plus(depth).plus(normals).sum();
        List<Value> gradients = Gradients.of(total, List.of(x, graph.read(weight)));
        graph.output("total", total);
        graph.output("images", gradients.get(0));
        graph.output("weight", gradients.get(1));
        try (Device device = reference(); Executable program = device.compile(graph)) {
            program.feed("images", images);
            program.run();
            float[] byImages = program.fetch("images").floats();
            float[] byWeight = program.fetch("weight").floats();
            double h = 2e-4;
            double[] sides = new double[2];
            for (int side = 0; side < 2; side++) {
                program.feed("images", moved(images, byImages, side == 0 ? -h : h));
                program.run();
                sides[side] = program.fetch("total").floats()[0];
            }
            assertEquals(length(byImages), (sides[1] - sides[0]) / (2 * h), 0.02 * length(byImages) + 2e-3);
            program.feed("images", images);
            for (int side = 0; side < 2; side++) {
                device.write(weight, moved(weight.initial(), byWeight, side == 0 ? -h : h));
                program.run();
                sides[side] = program.fetch("total").floats()[0];
            }
            assertEquals(length(byWeight), (sides[1] - sides[0]) / (2 * h), 0.02 * length(byWeight) + 2e-3);
        }
    }

    private static double length(float[] vector) {
        double squares = 0;
        for (float v : vector) {
            squares += (double) v * v;
        }
        return Math.sqrt(squares);
    }

    private static Tensor moved(Tensor start, float[] direction, double by) {
        float[] values = start.floats().clone();
        double length = length(direction);
        assertTrue(length > 0);
        for (int i = 0; i < values.length; i++) {
            values[i] += (float) (by * direction[i] / length);
        }
        return Tensor.of(start.shape(), values);
    }
}
