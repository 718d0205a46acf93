// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsTest {

    private static double[] measure(Task task, Tensor prediction, Tensor label) {
        double[] total = new double[task.metrics().parts()];
        for (int row = 0; row < prediction.shape().dim(0); row++) {
            task.metrics().measure(prediction, label, row, total);
        }
        return task.metrics().values(total);
    }

    @Test
    void namesAreThoseOfThePaper() {
        assertEquals(List.of("mIoU", "Pixel Acc"), names(Segmentation.of(2)));
        assertEquals(List.of("Angle Mean", "Angle Median", "Angle 11.25", "Angle 22.5", "Angle 30"),
                names(new Normals()));
        assertEquals(List.of("abs_err", "rel_err", "sigma_1.25", "sigma_1.25^2", "sigma_1.25^3"), names(new Depth()));
        assertEquals(List.of("key_err"), names(new Keypoints()));
        assertEquals(List.of("edge_err"), names(new Edges()));
    }

    private static List<String> names(Task task) {
        return task.metrics().list().stream().map(Metric::name).toList();
    }

    @Test
    void segmentationTakesTheMeanOverClassesThatOccur() {
        // Labels 0 0 1 ignored; predictions 0 1 1 2: class 0 has 1 of 2, class 1 has 1 of 2, class 2 and 3 never occur.
        float[] logits = new float[16];
        int[] predicted = {0, 1, 1, 2};
        for (int i = 0; i < 4; i++) {
            logits[predicted[i] * 4 + i] = 1;
        }
        double[] values = measure(Segmentation.of(4), Tensor.of(Shape.of(1, 4, 2, 2), logits),
                Tensor.of(Shape.of(1, 2, 2), 0, 0, 1, 255));
        assertArrayEquals(new double[] {0.5, 2.0 / 3}, values, 1e-12);
    }

    @Test
    void aClassThatIsNeverHitCountsAsZero() {
        double[] values = measure(Segmentation.of(3), Tensor.of(Shape.of(1, 3, 1, 2), 1f, 1, 0, 0, 0, 0),
                Tensor.of(Shape.of(1, 1, 2), 0, 2));
        assertArrayEquals(new double[] {(0.5 + 0) / 2, 0.5}, values, 1e-12);
    }

    @Test
    void aLabelOutsideTheClassesIsRefused() {
        Tensor prediction = Tensor.of(Shape.of(1, 2, 1, 1), 0f, 0f);
        Tensor label = Tensor.of(Shape.of(1, 1, 1), 7);
        assertThrows(IllegalArgumentException.class, () -> measure(Segmentation.of(2), prediction, label));
    }

    @Test
    void depthErrorsAndFactors() {
        double[] values = measure(new Depth(), Tensor.of(Shape.of(1, 1, 1, 5), 2f, 2.6f, 3f, -2f, 9f),
                Tensor.of(Shape.of(1, 1, 1, 5), 2f, 2f, 2f, 2f, 0f));
        assertArrayEquals(new double[] {(0 + 0.6 + 1 + 4) / 4, (0 + 0.3 + 0.5 + 2) / 4, 25, 75, 75}, values, 1e-6);
    }

    @Test
    void responsesHaveTheirMeanErrorOverValidPixels() {
        for (Task task : List.of(new Keypoints(), new Edges())) {
            Tensor prediction = Tensor.of(Shape.of(2, 1, 1, 2), 0f, 0.5f, 2f, Float.NaN);
            assertArrayEquals(new double[] {(1 + 0.25 + 1) / 3},
                    measure(task, prediction, Tensor.of(Shape.of(2, 1, 1, 2), -1f, 0.75f, 1f, 255f)), 1e-6);
            assertTrue(Double.isNaN(measure(task, prediction, Tensor.filled(prediction.shape(), 1))[0]));
            assertFalse(task.metrics().list().getFirst().higherIsBetter());
        }
    }

    @Test
    void anglesHaveTheirMeanMedianAndShares() {
        double[] degrees = {5, 20, 25, 40, 80};
        float[] prediction = new float[15];
        float[] label = new float[15];
        for (int i = 0; i < 5; i++) {
            prediction[i] = (float) (3 * Math.cos(Math.toRadians(degrees[i])));
            prediction[5 + i] = (float) (3 * Math.sin(Math.toRadians(degrees[i])));
            label[i] = 1;
        }
        double[] values = measure(new Normals(), Tensor.of(Shape.of(1, 3, 1, 5), prediction),
                Tensor.of(Shape.of(1, 3, 1, 5), label));
        assertArrayEquals(new double[] {34, 25, 20, 40, 60}, values, 0.1);
    }

    @Test
    void theMedianIsThatOfThePixelsToATenthOfADegree() {
        RandomSource random = new RandomSource(3);
        int count = 1001;
        double[] angles = new double[count];
        float[] prediction = new float[3 * count];
        float[] label = new float[3 * count];
        for (int i = 0; i < count; i++) {
            angles[i] = 90 * random.nextDouble();
            prediction[count + i] = (float) Math.sin(Math.toRadians(angles[i]));
            prediction[2 * count + i] = (float) Math.cos(Math.toRadians(angles[i]));
            label[2 * count + i] = 1;
        }
        Arrays.sort(angles);
        double[] values = measure(new Normals(), Tensor.of(Shape.of(1, 3, 1, count), prediction),
                Tensor.of(Shape.of(1, 3, 1, count), label));
        assertEquals(angles[count / 2], values[1], 0.1);
    }

    @Test
    void nanIsNeverGood() {
        Tensor nan = Tensor.filled(Shape.of(1, 3, 1, 1), Float.NaN);
        double[] normals = measure(new Normals(), nan, Tensor.of(Shape.of(1, 3, 1, 1), 0f, 0f, 1f));
        assertTrue(Double.isNaN(normals[0]));
        assertEquals(0, normals[4]);
        double[] depth = measure(new Depth(), Tensor.of(Shape.of(1, 1, 1, 1), Float.NaN),
                Tensor.of(Shape.of(1, 1, 1, 1), 1f));
        assertTrue(Double.isNaN(depth[0]));
        assertEquals(0, depth[4]);
    }

    @Test
    void nothingCountedIsNaN() {
        for (Task task : List.of(Segmentation.of(3), new Depth(), new Normals(), new Keypoints(), new Edges())) {
            for (double value : task.metrics().values(new double[task.metrics().parts()])) {
                assertTrue(Double.isNaN(value), task.name());
            }
        }
    }

    @Test
    void partsOfImagesAddUp() {
        RandomSource random = new RandomSource(5);
        Shape shape = Shape.of(2, 3, 4, 4);
        float[] prediction = new float[shape.size()];
        float[] label = new float[shape.size()];
        for (int i = 0; i < prediction.length; i++) {
            prediction[i] = (float) random.nextGaussian();
            label[i] = (float) random.nextGaussian();
        }
        Metrics metrics = new Normals().metrics();
        double[] together = new double[metrics.parts()];
        double[] sum = new double[metrics.parts()];
        for (int row = 0; row < 2; row++) {
            metrics.measure(Tensor.of(shape, prediction), Tensor.of(shape, label), row, together);
            double[] alone = new double[metrics.parts()];
            Tensor p = Tensor.of(Shape.of(1, 3, 4, 4), Arrays.copyOfRange(prediction, row * 48, row * 48 + 48));
            Tensor l = Tensor.of(Shape.of(1, 3, 4, 4), Arrays.copyOfRange(label, row * 48, row * 48 + 48));
            metrics.measure(p, l, 0, alone);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += alone[i];
            }
        }
        assertArrayEquals(together, sum, 1e-9);
    }
}
