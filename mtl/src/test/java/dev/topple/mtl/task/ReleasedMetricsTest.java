// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each quirk of the released metrics by itself, on examples that can be computed by hand. */
class ReleasedMetricsTest {

    private static final float NAN = Float.NaN;

    /** The metrics over all images, in batches of so many. */
    static double[] values(Metrics metrics, Tensor prediction, Tensor label, int batch) {
        double[][] images = new double[prediction.shape().dim(0)][metrics.parts()];
        for (int row = 0; row < images.length; row++) {
            metrics.measure(prediction, label, row, images[row]);
        }
        return metrics.values(images, batch);
    }

    private static double corrected(Task task, int metric, Tensor prediction, Tensor label) {
        return values(task.metrics(), prediction, label, 1)[metric];
    }

    private static double released(Task task, int metric, int batch, Tensor prediction, Tensor label) {
        return values(task.releasedMetrics(), prediction, label, batch)[metric];
    }

    /** Logits of 3 classes for rows of 4 pixels, from the classes that win. */
    private static Tensor logits(int... predicted) {
        float[] logits = new float[3 * predicted.length];
        for (int i = 0; i < predicted.length; i++) {
            logits[i / 4 * 12 + predicted[i] * 4 + i % 4] = 1;
        }
        return Tensor.of(Shape.of(predicted.length / 4, 3, 1, 4), logits);
    }

    @Test
    void theMetricsAreTheSameByNameDirectionAndOrder() {
        for (Task task : List.of(Segmentation.of(3), new Depth(), new Normals(), new Keypoints(), new Edges())) {
            assertEquals(task.metrics().list(), task.releasedMetrics().list());
        }
    }

    @Test
    void aClassThatIsNeverHitIsDroppedFromTheMean() {
        Segmentation task = Segmentation.of(3);
        Tensor label = Tensor.of(Shape.of(1, 1, 4), 0, 0, 1, 2);
        // Class 0 has 2 of 3, class 1 has 1 of 1, class 2 has 0 of 1.
        Tensor prediction = logits(0, 0, 1, 0);
        assertEquals((2.0 / 3 + 1 + 0) / 3, corrected(task, 0, prediction, label), 1e-12);
        assertEquals((2.0 / 3 + 1) / 2, released(task, 0, 1, prediction, label), 1e-12);
        // An attack that wipes out class 0, the worst that is still hit, makes it better.
        Tensor worse = logits(2, 2, 1, 0);
        assertEquals((0 + 1 + 0) / 3.0, corrected(task, 0, worse, label), 1e-12);
        assertEquals(1, released(task, 0, 1, worse, label), 1e-12);
    }

    @Test
    void meanIouIsStillPooled() {
        Segmentation task = Segmentation.of(3);
        Tensor label = Tensor.of(Shape.of(2, 1, 4), 0, 0, 0, 0, 0, 1, 1, 1);
        Tensor prediction = logits(0, 0, 0, 0, 1, 1, 1, 1);
        for (int batch : new int[] {1, 2, 5}) {
            assertEquals((4.0 / 5 + 3.0 / 4) / 2, released(task, 0, batch, prediction, label), 1e-12);
        }
    }

    @Test
    void pixelAccuracyIsAveragedOverBatches() {
        Segmentation task = Segmentation.of(3);
        // One valid pixel of one right; none of four; three of four.
        Tensor label = Tensor.of(Shape.of(3, 1, 4), 0, 255, 255, 255, 0, 0, 0, 0, 1, 1, 1, 1);
        Tensor prediction = logits(0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2);
        assertEquals(4.0 / 9, corrected(task, 1, prediction, label), 1e-12);
        assertEquals((1 + 0 + 0.75) / 3, released(task, 1, 1, prediction, label), 1e-12);
        assertEquals(2.0 / 3 * (1.0 / 5) + 1.0 / 3 * 0.75, released(task, 1, 2, prediction, label), 1e-12);
        assertEquals(4.0 / 9, released(task, 1, 3, prediction, label), 1e-12);
    }

    @Test
    void depthErrorsAreAveragedOverBatchesAndFactorsPooled() {
        Depth task = new Depth();
        // Errors 4 (one valid pixel), 1 and 0; relative 2, 1/4 and 0.
        Tensor label = Tensor.of(Shape.of(2, 1, 1, 2), 2f, 0f, 4f, 4f);
        Tensor prediction = Tensor.of(Shape.of(2, 1, 1, 2), 6f, 9f, 5f, 4f);
        assertEquals(5.0 / 3, corrected(task, 0, prediction, label), 1e-6);
        assertEquals((4 + 0.5) / 2, released(task, 0, 1, prediction, label), 1e-6);
        assertEquals(5.0 / 3, released(task, 0, 2, prediction, label), 1e-6);
        assertEquals(2.25 / 3, corrected(task, 1, prediction, label), 1e-6);
        assertEquals((2 + 0.125) / 2, released(task, 1, 1, prediction, label), 1e-6);
        assertEquals(corrected(task, 2, prediction, label), released(task, 2, 1, prediction, label));
        assertEquals(200.0 / 3, released(task, 2, 1, prediction, label), 1e-12);
    }

    @Test
    void responsesAreAveragedOverBatches() {
        for (Task task : List.of(new Keypoints(), new Edges())) {
            Tensor label = Tensor.of(Shape.of(2, 1, 1, 2), 0f, 255f, 0f, 0f);
            Tensor prediction = Tensor.of(Shape.of(2, 1, 1, 2), 1f, 0f, 0.25f, 0.25f);
            assertEquals(0.5, corrected(task, 0, prediction, label), 1e-12);
            assertEquals(0.625, released(task, 0, 1, prediction, label), 1e-12);
            assertEquals(0.5, released(task, 0, 2, prediction, label), 1e-12);
        }
    }

    @Test
    void aNegativeDepthIsAnInlierOfAllFactors() {
        Depth task = new Depth();
        float[] predictions = {-2, -1000, Float.NEGATIVE_INFINITY, -0f, 0, NAN, 1000, 2};
        boolean[] releasedInlier = {true, true, true, true, false, false, false, true};
        for (int i = 0; i < predictions.length; i++) {
            Tensor label = Tensor.of(Shape.of(1, 1, 1, 1), 2f);
            Tensor prediction = Tensor.of(Shape.of(1, 1, 1, 1), predictions[i]);
            for (int factor = 2; factor < 5; factor++) {
                assertEquals(predictions[i] == 2 ? 100 : 0, corrected(task, factor, prediction, label));
                assertEquals(releasedInlier[i] ? 100 : 0, released(task, factor, 1, prediction, label),
                        "" + predictions[i]);
            }
        }
        // Not where there is no label.
        Tensor nowhere = Tensor.of(Shape.of(1, 1, 1, 2), 0f, 2f);
        assertEquals(0, released(task, 2, 1, Tensor.of(Shape.of(1, 1, 1, 2), -1f, 9f), nowhere));
    }

    private static Tensor vector(double x, double y, double z) {
        return Tensor.of(Shape.of(1, 3, 1, 1), (float) x, (float) y, (float) z);
    }

    @Test
    void anglesAreThoseBetweenVectorsWithoutANegativeComponent() {
        Normals task = new Normals();
        // Facing the camera, as the bytes (127, 0, 127); predicted facing right: (255, 127.5, 127.5).
        Tensor label = vector(0, 0, -1);
        Tensor prediction = vector(7, 0, 0);
        double squares = (127 * 127 + 127 * 127) * (255 * 255 + 127.5 * 127.5 + 127.5 * 127.5);
        double cosine = (127 * 255 + 127 * 127.5) / Math.sqrt(squares);
        double angle = Math.toDegrees(Math.acos(cosine));
        assertEquals(30, angle, 0.01);
        assertEquals(90, corrected(task, 0, prediction, label), 1e-4);
        assertEquals(angle, released(task, 0, 1, prediction, label), 1e-4);
        assertEquals(angle, released(task, 1, 1, prediction, label), 0.05);
        // A right angle that counts as less than 30 degrees.
        assertEquals(90, corrected(task, 0, vector(2, -1, 0), label), 1e-4);
        assertEquals(0, corrected(task, 4, vector(2, -1, 0), label));
        assertEquals(100, released(task, 4, 1, vector(2, -1, 0), label));
        assertEquals(0, released(task, 3, 1, vector(2, -1, 0), label));
        // Opposite, along the diagonal of the files' axes (x, z, -y).
        assertEquals(180, corrected(task, 0, vector(1, -1, 1), vector(-1, 1, -1)), 1e-3);
        assertEquals(0, released(task, 0, 1, vector(1, -1, 1), vector(-1, 1, -1)), 1e-4);
        // A prediction of nothing is grey.
        assertEquals(90, corrected(task, 0, vector(0, 0, 0), label));
        assertEquals(Math.toDegrees(Math.acos(2 / Math.sqrt(6))), released(task, 0, 1, vector(0, 0, 0), label), 1e-4);
    }

    @Test
    void theLabelIsCutOffAndThePredictionIsNot() {
        Normals task = new Normals();
        // 0.28 is 163.2, 0 is 127.5, and -y = 0.96 is 249.9: even the label itself is not predicted without error.
        double dot = 163 * 163.2 + 127 * 127.5 + 249 * 249.9;
        double squares = (163 * 163 + 127 * 127 + 249 * 249) * (163.2 * 163.2 + 127.5 * 127.5 + 249.9 * 249.9);
        double angle = Math.toDegrees(Math.acos(dot / Math.sqrt(squares)));
        assertTrue(angle > 0.05, "" + angle);
        assertEquals(angle, released(task, 0, 1, vector(0.28, -0.96, 0), vector(0.28, -0.96, 0)), 1e-4);
        assertEquals(0, corrected(task, 0, vector(0.28, -0.96, 0), vector(0.28, -0.96, 0)), 1e-2);
    }

    @Test
    void surfacesExactlyAlongAnAxisAreNotJudged() {
        Normals task = new Normals();
        Tensor prediction = vector(0, -1, 0);
        // A floor looks up, which is -y of the camera and the third byte of a file.
        Tensor floor = vector(0, -2, 0);
        assertEquals(0, corrected(task, 0, prediction, floor));
        assertTrue(Double.isNaN(released(task, 0, 1, prediction, floor)));
        assertTrue(Double.isNaN(released(task, 0, 1, prediction, vector(1, 0, 0))));
        assertTrue(Double.isNaN(released(task, 0, 1, prediction, vector(0, 0, 1))));
        double oneDegree = Math.toRadians(1);
        assertTrue(Double.isFinite(
                released(task, 0, 1, prediction, vector(Math.sin(oneDegree), -Math.cos(oneDegree), 0))));
        // A ceiling looks down: a byte of 0 is no mark.
        assertTrue(Double.isFinite(released(task, 0, 1, prediction, vector(0, 1, 0))));
        // No label is no label in both.
        assertTrue(Double.isNaN(corrected(task, 0, prediction, vector(0, 0, 0))));
        assertTrue(Double.isNaN(released(task, 0, 1, prediction, vector(0, 0, 0))));
    }

    @Test
    void nanIsNeverGoodButAsANegativeDepth() {
        Tensor nan = Tensor.filled(Shape.of(1, 3, 1, 1), NAN);
        double[] normals = values(new Normals().releasedMetrics(), nan, vector(0, 0, -1), 1);
        assertTrue(Double.isNaN(normals[0]));
        assertEquals(0, normals[4]);
    }

    @Test
    void aBatchWithoutAValidPixelMakesItsAverageUndefined() {
        Depth task = new Depth();
        Tensor label = Tensor.of(Shape.of(2, 1, 1, 1), 2f, 0f);
        Tensor prediction = Tensor.of(Shape.of(2, 1, 1, 1), 1f, 1f);
        assertEquals(1, corrected(task, 0, prediction, label));
        assertTrue(Double.isNaN(released(task, 0, 1, prediction, label)));
        assertEquals(1, released(task, 0, 2, prediction, label));
        for (Task each : List.of(Segmentation.of(3), new Depth(), new Normals(), new Keypoints(), new Edges())) {
            for (double value : each.releasedMetrics().values(new double[2][each.releasedMetrics().parts()], 2)) {
                assertTrue(Double.isNaN(value), each.name());
            }
        }
    }

    @Test
    void withoutQuirksTheBatchesDoNotMatter() {
        Metrics metrics = new Depth().metrics();
        Tensor label = Tensor.of(Shape.of(3, 1, 1, 1), 2f, 3f, 4f);
        Tensor prediction = Tensor.of(Shape.of(3, 1, 1, 1), 1f, -1f, 7f);
        for (int batch = 1; batch < 5; batch++) {
            assertArrayEquals(values(metrics, prediction, label, 3), values(metrics, prediction, label, batch));
        }
    }
}
