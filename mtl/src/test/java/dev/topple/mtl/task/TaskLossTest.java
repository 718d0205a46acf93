// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskLossTest {

    private record Outcome(float[] loss, float[] gradient, float[] valid, Tensor label) {}

    private static Outcome run(Task task, Tensor prediction, Tensor label) {
        Graph graph = new Graph();
        Value p = graph.input("prediction", prediction.type());
        Value l = graph.input("label", label.type());
        Value loss = task.loss(p, l);
        graph.output("loss", loss);
        graph.output("gradient", Gradients.of(loss, p));
        graph.output("valid", task.validPixels(l));
        graph.output("labelOf", task.labelOf(p));
        try (Device device = Devices.open("reference", DeviceOptions.DEFAULT);
                Executable program = device.compile(graph)) {
            program.feed("prediction", prediction);
            program.feed("label", label);
            program.run();
            return new Outcome(program.fetch("loss").floats(), program.fetch("gradient").floats(),
                    program.fetch("valid").floats(), program.fetch("labelOf"));
        }
    }

    private static void assertFinite(float[] values) {
        for (float value : values) {
            assertTrue(Float.isFinite(value), "not finite: " + value);
        }
    }

    @Test
    void segmentationIsTheMeanCrossEntropyOverValidPixels() {
        Segmentation task = Segmentation.of(3);
        // Pixels: logits (1, 2, 3) with label 2, logits (0, 0, 0) with label 0, and one that is ignored.
        Tensor prediction = Tensor.of(Shape.of(1, 3, 1, 3), 1f, 0, 9, 2, 0, 9, 3, 0, 9);
        Outcome outcome = run(task, prediction, Tensor.of(Shape.of(1, 1, 3), 2, 0, 255));
        double first = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)) - 3;
        assertEquals((first + Math.log(3)) / 2, outcome.loss()[0], 1e-6);
        assertArrayEquals(new float[] {2}, outcome.valid());
        assertArrayEquals(new int[] {2, 0, 0}, outcome.label().ints());
        assertEquals(0, outcome.gradient()[2], "an ignored pixel has no gradient");
    }

    @Test
    void depthIsTheMeanAbsoluteErrorOverValidPixels() {
        Tensor prediction = Tensor.of(Shape.of(1, 1, 2, 2), 1f, 2f, 3f, 4f);
        Tensor label = Tensor.of(Shape.of(1, 1, 2, 2), 2f, 0f, 2.5f, 3e-5f);
        Outcome outcome = run(new Depth(), prediction, label);
        assertEquals((1 + 0.5) / 2, outcome.loss()[0], 1e-6);
        assertArrayEquals(new float[] {2}, outcome.valid());
        assertArrayEquals(new float[] {-0.5f, 0, 0.5f, 0}, outcome.gradient(), 1e-6f);
    }

    @Test
    void responsesAreTheMeanAbsoluteErrorOverValidPixels() {
        for (Task task : List.of(new Keypoints(), new Edges())) {
            Tensor prediction = Tensor.of(Shape.of(1, 1, 2, 2), 1f, 2f, 0.25f, -3f);
            Tensor label = Tensor.of(Shape.of(1, 1, 2, 2), -1f, 255f, 0.5f, 255f);
            Outcome outcome = run(task, prediction, label);
            assertEquals((2 + 0.25) / 2, outcome.loss()[0], 1e-6);
            assertArrayEquals(new float[] {2}, outcome.valid());
            assertArrayEquals(new float[] {0.5f, 0, -0.5f, 0}, outcome.gradient(), 1e-6f);
            assertEquals(0, run(task, prediction, outcome.label()).loss()[0]);
            Tensor broken = Tensor.of(Shape.of(1, 1, 2, 2), -1f, Float.NaN, 0.5f, 255f);
            assertTrue(Float.isNaN(run(task, prediction, broken).loss()[0]), "a label that is no number is noticed");
        }
    }

    @Test
    void normalsAreComparedByTheirAngleAlone() {
        // Labels: up to scale equal, at 60 degrees, invalid.
        Tensor prediction = Tensor.of(Shape.of(1, 3, 1, 3), 5f, 1, 1, 0, 0, 1, 0, 0, 1);
        float half = 0.5f;
        float rest = (float) Math.sqrt(0.75);
        Tensor label = Tensor.of(Shape.of(1, 3, 1, 3), 1, half, 0, 0, rest, 0, 0, 0, 0);
        Outcome outcome = run(new Normals(), prediction, label);
        assertEquals((0 + 0.5) / 2, outcome.loss()[0], 1e-5);
        assertArrayEquals(new float[] {2}, outcome.valid());
        for (int c = 0; c < 3; c++) {
            assertEquals(0, outcome.gradient()[3 * c + 2], "an invalid pixel has no gradient");
        }
    }

    @Test
    void anImageWithoutValidPixelHasLossAndGradientZero() {
        Tensor nan = Tensor.of(Shape.of(1, 1, 1, 2), Float.NaN, 0f);
        for (Outcome outcome : List.of(
                run(Segmentation.of(2), Tensor.of(Shape.of(1, 2, 1, 1), 3f, 4), Tensor.of(Shape.of(1, 1, 1), 255)),
                run(new Depth(), Tensor.of(Shape.of(1, 1, 1, 2), 3f, 4), nan),
                run(new Keypoints(), Tensor.of(Shape.of(1, 1, 1, 1), 4f), Tensor.of(Shape.of(1, 1, 1, 1), 255f)),
                run(new Edges(), Tensor.of(Shape.of(1, 1, 1, 1), 4f), Tensor.of(Shape.of(1, 1, 1, 1), 255f)),
                run(new Normals(), Tensor.filled(Shape.of(1, 3, 1, 1), 0), Tensor.filled(Shape.of(1, 3, 1, 1), 0)))) {
            assertEquals(0, outcome.loss()[0]);
            assertEquals(0, outcome.valid()[0]);
            for (float g : outcome.gradient()) {
                assertEquals(0, g);
            }
        }
    }

    @Test
    void theGradientAtTheZeroVectorIsFinite() {
        Outcome outcome = run(new Normals(), Tensor.of(Shape.of(1, 3, 1, 1), 0f, 0f, 0f),
                Tensor.of(Shape.of(1, 3, 1, 1), 0f, 0f, -1f));
        assertEquals(1, outcome.loss()[0], 1e-6);
        assertFinite(outcome.gradient());
        assertTrue(outcome.gradient()[2] > 0);
    }

    @Test
    void theLabelOfAPredictionGivesTheLeastLoss() {
        Tensor vectors = Tensor.of(Shape.of(1, 3, 1, 2), 3f, 0.1f, 0f, -2f, 4f, 0f);
        Tensor label = run(new Normals(), vectors, Tensor.of(Shape.of(1, 3, 1, 2), 1f, 1, 0, 0, 0, 0)).label();
        assertEquals(0, run(new Normals(), vectors, label).loss()[0], 1e-5);
        Tensor metres = Tensor.of(Shape.of(1, 1, 1, 2), 1.5f, 2.5f);
        assertEquals(0, run(new Depth(), metres, run(new Depth(), metres, metres).label()).loss()[0]);
    }

    @Test
    void imagesDoNotInfluenceEachOther() {
        Tensor prediction = Tensor.of(Shape.of(2, 1, 1, 2), 1f, 2f, 7f, 9f);
        Tensor label = Tensor.of(Shape.of(2, 1, 1, 2), 2f, 2f, 0f, 4f);
        assertArrayEquals(new float[] {0.5f, 5}, run(new Depth(), prediction, label).loss(), 1e-6f);
    }
}
