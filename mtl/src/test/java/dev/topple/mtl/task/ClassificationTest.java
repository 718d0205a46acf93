// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The class of a whole image as a task. */
class ClassificationTest {

    private static final Classification TASK = new Classification("shape", List.of("circle", "square", "star"));

    private static final Tensor LOGITS = Tensor.of(Shape.of(4, 3, 1, 1), 2f, 0, 0, 0, 1, 1, -1, 5, 0, 0, 0, 0);

    @ParameterizedTest
    @ValueSource(strings = {"reference", "cpu"})
    void lossLabelsAndCounts(String name) {
        try (Device device = Devices.open(name, DeviceOptions.DEFAULT)) {
            Graph graph = new Graph();
            Value prediction = graph.input("prediction", TASK.predictionType(4, 36, 36));
            Value label = graph.input("label", TASK.labelType(4, 36, 36));
            graph.output("loss", TASK.loss(prediction, label));
            graph.output("valid", TASK.validPixels(label));
            graph.output("said", TASK.labelOf(prediction));
            try (Executable program = device.compile(graph)) {
                program.feed("prediction", LOGITS);
                program.feed("label", Tensor.of(Shape.of(4), 0, 2, 0, Classification.UNKNOWN));
                program.run();
                double[] expected = {Math.log(Math.exp(2) + 2) - 2, Math.log(1 + 2 * Math.E) - 1,
                    Math.log(Math.exp(-1) + Math.exp(5) + 1) + 1, 0};
                float[] losses = program.fetch("loss").floats();
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(expected[i], losses[i], 1e-5);
                }
                assertArrayEquals(new float[] {1, 1, 1, 0}, program.fetch("valid").floats());
                assertArrayEquals(new int[] {0, 1, 1, 0}, program.fetch("said").ints());
                assertEquals(Shape.of(4), program.fetch("said").shape());
            }
        }
    }

    @Test
    void accuracyCountsKnownClasses() {
        double[] parts = new double[TASK.metrics().parts()];
        Tensor labels = Tensor.of(Shape.of(4), 0, 2, 1, Classification.UNKNOWN);
        for (int row = 0; row < 4; row++) {
            TASK.metrics().measure(LOGITS, labels, row, parts);
        }
        // Of the equal logits 1 and 2 the first is the largest, so the second image is wrong.
        assertArrayEquals(new double[] {2 / 3.0}, TASK.metrics().values(parts), 1e-12);
        assertTrue(Double.isNaN(TASK.metrics().values(new double[parts.length])[0]));
        Tensor stray = Tensor.of(Shape.of(4), 3, 0, 0, 0);
        assertThrows(IllegalArgumentException.class,
                () -> TASK.metrics().measure(LOGITS, stray, 0, new double[parts.length]));
    }

    @Test
    void topFiveIsCountedOfManyClasses() {
        Classification many = new Classification("fine", IntStream.range(0, 12).mapToObj(i -> "c" + i).toList());
        Tensor rising = Tensor.of(Shape.of(1, 12, 1, 1), 0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        double[] parts = new double[3];
        for (int truth : new int[] {11, 7, 6}) {
            many.metrics().measure(rising, Tensor.of(Shape.of(1), truth), 0, parts);
        }
        assertArrayEquals(new double[] {1 / 3.0, 2 / 3.0}, many.metrics().values(parts), 1e-12);
        assertEquals(List.of("Accuracy", "Top-5 Acc"), many.metrics().list().stream().map(Metric::name).toList());
    }

    @Test
    void aClassWithoutANumberIsNotRecognised() {
        double[] parts = new double[3];
        float nan = Float.NaN;
        TASK.metrics().measure(Tensor.of(Shape.of(1, 3, 1, 1), nan, nan, nan), Tensor.of(Shape.of(1), 0), 0, parts);
        assertArrayEquals(new double[] {1, 0, 0}, parts);
    }

    @Test
    void brokenIsRightBeforeAndWrongAfter() {
        double[] right = {1, 1, 1};
        double[] wrong = {1, 0, 1};
        assertTrue(TASK.broken(right, wrong));
        assertFalse(TASK.broken(wrong, wrong));
        assertFalse(TASK.broken(right, right));
        assertFalse(TASK.broken(new double[3], new double[3]), "an image without a label");
    }

    @Test
    void barsAndWords() {
        int[] label = TASK.drawing().argb(Tensor.of(Shape.of(2), 0, 2), 1, 6, 4);
        int star = TASK.drawing().key().get(2).argb();
        for (int i = 0; i < label.length; i++) {
            assertEquals(i < 16 ? 0xFF000000 : star, label[i]);
        }
        assertEquals(Optional.of("star"), TASK.drawing().words(Tensor.of(Shape.of(2), 0, 2), 1));
        assertEquals(Optional.of("circle (79 %)"), TASK.drawing().words(LOGITS, 0));
        assertEquals(Optional.empty(), TASK.drawing().words(Tensor.of(Shape.of(1), -1), 0));
        assertEquals(36 * 30, TASK.drawing().argb(LOGITS, 3, 36, 30).length);
        Classification many = new Classification("fine", IntStream.range(0, 100).mapToObj(i -> "c" + i).toList());
        int[] last = many.drawing().argb(Tensor.of(Shape.of(1), 99), 0, 32, 32);
        assertEquals(many.drawing().key().get(99).argb(), last[31 * 32 + 31], "no class is lost between two rows");
    }

    @Test
    void aMirrorLeavesTheClass() {
        Tensor label = Tensor.of(Shape.of(2), 1, 2);
        assertTrue(TASK.mirror(label).sameBits(label));
    }

    @Test
    void theConstantIsTheMostFrequentClass() {
        BestConstant constant = TASK.bestConstant();
        constant.add(Tensor.of(Shape.of(4), 1, 2, 1, Classification.UNKNOWN));
        float[] logits = constant.prediction();
        assertTrue(logits[1] > logits[2] && logits[2] > logits[0]);
        assertEquals(Math.log(3 / 6.0), logits[1], 1e-6);
    }

    @Test
    void nonsenseIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Classification("Left", List.of("a", "b")));
        assertThrows(IllegalArgumentException.class, () -> new Classification("left", List.of("a")));
        assertThrows(IllegalArgumentException.class, () -> new Classification("left", List.of("a", "a")));
        assertThrows(IllegalArgumentException.class, () -> new Classification("left", List.of("a", " ")));
    }
}
