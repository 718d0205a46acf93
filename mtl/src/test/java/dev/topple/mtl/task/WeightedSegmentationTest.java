// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightedSegmentationTest {

    private static final Segmentation TASK = new Segmentation(List.of("a", "b", "c"), 255, List.of(0.5, 2.0, 8.0));

    private static float[][] run(String deviceName, Tensor prediction, Tensor label) {
        Graph graph = new Graph();
        Value p = graph.input("prediction", prediction.type());
        Value l = graph.input("label", label.type());
        Value loss = TASK.loss(p, l);
        graph.output("loss", loss);
        graph.output("gradient", Gradients.of(loss.sum(0), p));
        try (Device device = Devices.open(deviceName, DeviceOptions.DEFAULT);
                Executable program = device.compile(graph)) {
            program.feed("prediction", prediction);
            program.feed("label", label);
            program.run();
            return new float[][] {program.fetch("loss").floats(), program.fetch("gradient").floats()};
        }
    }

    /** The second image has no valid pixel. */
    @ParameterizedTest
    @ValueSource(strings = {"reference", "cpu"})
    void theLossIsTheWeightedMean(String device) {
        Tensor prediction = Tensor.of(Shape.of(2, 3, 1, 3), 1f, 0, 9, 2, 0, 9, 3, 0, 9, 1, 0, 9, 2, 0, 9, 3, 0, 9);
        float[][] outcome = run(device, prediction, Tensor.of(Shape.of(2, 1, 3), 2, 0, 255, 255, 255, 255));
        double first = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)) - 3;
        assertEquals((8 * first + 0.5 * Math.log(3)) / 8.5, outcome[0][0], 1e-5);
        assertEquals(0, outcome[0][1], 0);
        // d loss / d logit of class a at the second pixel: its weight's share of (softmax - 1).
        assertEquals(0.5 / 8.5 * (1 / 3.0 - 1), outcome[1][1], 1e-6);
        assertEquals(0, outcome[1][2], 0);
        assertArrayEquals(new float[9], Arrays.copyOfRange(outcome[1], 9, 18));
    }

    @Test
    void weightsSurviveFilesAndWeighConstants() {
        assertEquals(TASK, Tasks.fromJson(JsonView.of(Tasks.toJson(TASK), "test")));
        BestConstant constant = TASK.bestConstant();
        constant.add(Tensor.of(Shape.of(1, 9), 0, 0, 0, 0, 0, 0, 0, 2, 255));
        float[] logits = constant.prediction();
        // 8 * 0.5, 1 * 2 and 2 * 8.
        assertEquals(Math.log(4 / 22.0), logits[0], 1e-6);
        assertEquals(Math.log(16 / 22.0), logits[2], 1e-6);
    }

    @Test
    void badWeightsAreRefused() {
        for (List<Double> weights : List.of(List.of(1.0, 2.0), List.of(1.0, 0.0, 1.0), List.of(1.0, -1.0, 1.0),
                List.of(1.0, Double.NaN, 1.0))) {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> new Segmentation(List.of("a", "b", "c"), 255, weights)).getMessage();
            assertTrue(message.contains("weight"), message);
        }
    }
}
