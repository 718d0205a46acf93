// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The released metrics against plain computations of the released formulas, batch by batch, on random images. */
class ReleasedFormulasTest {

    private static final int IMAGES = 7;
    private static final int HEIGHT = 5;
    private static final int WIDTH = 6;
    private static final int AREA = HEIGHT * WIDTH;
    private static final int CLASSES = 6;

    private final RandomSource random = new RandomSource(11);

    private float[] gaussians(int count, double scale, double offset) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (offset + scale * random.nextGaussian());
        }
        return values;
    }

    /** Of each batch: its images, from and to. */
    private static List<int[]> batches(int size) {
        List<int[]> batches = new ArrayList<>();
        for (int from = 0; from < IMAGES; from += size) {
            batches.add(new int[] {from, Math.min(from + size, IMAGES)});
        }
        return batches;
    }

    /** What a batch measured, weighted by its number of images. */
    private static double weighted(List<Double> ofBatches, List<int[]> batches) {
        double sum = 0;
        double weights = 0;
        for (int i = 0; i < batches.size(); i++) {
            int size = batches.get(i)[1] - batches.get(i)[0];
            sum += ofBatches.get(i) * size;
            weights += size;
        }
        return sum / weights;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 16})
    void segmentation(int size) {
        float[] logits = gaussians(IMAGES * CLASSES * AREA, 1, 0);
        int[] labels = new int[IMAGES * AREA];
        for (int i = 0; i < labels.length; i++) {
            // Class 5 is rare and may go without a hit; each image has another share of void pixels.
            labels[i] = random.nextInt(IMAGES) <= i / AREA ? 255 : i == 40 ? 5 : random.nextInt(5);
            if (i < 2 * AREA && i % AREA == 0) {
                labels[i] = 1;
            }
        }
        for (int i = 0; i < IMAGES; i++) {
            labels[i * AREA + 1] = 2;
            logits[i * CLASSES * AREA + 5 * AREA + 10] = -9;
        }
        double[][] confusion = new double[CLASSES][CLASSES];
        List<Double> accuracies = new ArrayList<>();
        for (int[] batch : batches(size)) {
            double right = 0;
            double count = 0;
            for (int i = batch[0] * AREA; i < batch[1] * AREA; i++) {
                if (labels[i] < CLASSES) {
                    int best = 0;
                    for (int c = 0; c < CLASSES; c++) {
                        if (logit(logits, i, c) > logit(logits, i, best)) {
                            best = c;
                        }
                    }
                    confusion[labels[i]][best]++;
                    right += best == labels[i] ? 1 : 0;
                    count++;
                }
            }
            accuracies.add(right / count);
        }
        List<Double> jaccard = new ArrayList<>();
        for (int c = 0; c < CLASSES; c++) {
            if (confusion[c][c] != 0) {
                double column = 0;
                for (double[] row : confusion) {
                    column += row[c];
                }
                jaccard.add(confusion[c][c] / (Arrays.stream(confusion[c]).sum() + column - confusion[c][c]));
            }
        }
        assertTrue(jaccard.size() < CLASSES, "no class without a hit: the quirk would not show");
        double[] expected = {jaccard.stream().mapToDouble(v -> v).average().orElseThrow(),
            weighted(accuracies, batches(size))};
        Tensor prediction = Tensor.of(Shape.of(IMAGES, CLASSES, HEIGHT, WIDTH), logits);
        Tensor label = Tensor.of(Shape.of(IMAGES, HEIGHT, WIDTH), labels);
        assertArrayEquals(expected, ReleasedMetricsTest.values(Segmentation.of(CLASSES).releasedMetrics(), prediction,
                label, size), 1e-12);
        assertTrue(expected[0]
                - ReleasedMetricsTest.values(Segmentation.of(CLASSES).metrics(), prediction, label, size)[0] > 0.01);
    }

    private static float logit(float[] logits, int pixel, int c) {
        return logits[pixel / AREA * CLASSES * AREA + c * AREA + pixel % AREA];
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 16})
    void depth(int size) {
        float[] predictions = gaussians(IMAGES * AREA, 2, 2);
        float[] labels = gaussians(IMAGES * AREA, 1, 3);
        for (int i = 0; i < labels.length; i++) {
            labels[i] = labels[i] < 1 || random.nextInt(IMAGES + 1) <= i / AREA ? 0 : labels[i];
        }
        List<Double> absolute = new ArrayList<>();
        List<Double> relative = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int[] batch : batches(size)) {
            double sum = 0;
            double relatives = 0;
            int count = 0;
            for (int i = batch[0] * AREA; i < batch[1] * AREA; i++) {
                if (labels[i] > 3e-5) {
                    double p = predictions[i];
                    double g = labels[i];
                    sum += Math.abs(p - g);
                    relatives += Math.abs(p - g) / g;
                    ratios.add(Math.max(p / g, g / p));
                    count++;
                }
            }
            absolute.add(sum / count);
            relative.add(relatives / count);
        }
        assertTrue(ratios.stream().anyMatch(ratio -> ratio < 0));
        double[] expected = {weighted(absolute, batches(size)), weighted(relative, batches(size)),
            share(ratios, 1.25), share(ratios, 1.25 * 1.25), share(ratios, 1.25 * 1.25 * 1.25)};
        Shape shape = Shape.of(IMAGES, 1, HEIGHT, WIDTH);
        assertArrayEquals(expected, ReleasedMetricsTest.values(new Depth().releasedMetrics(),
                Tensor.of(shape, predictions), Tensor.of(shape, labels), size), 1e-9);
    }

    private static double share(List<Double> values, double limit) {
        return 100.0 * values.stream().filter(value -> value <= limit).count() / values.size();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16})
    void normals(int size) {
        float[] predictions = gaussians(IMAGES * 3 * AREA, 1, 0);
        float[] labels = gaussians(IMAGES * 3 * AREA, 1, 0);
        for (int image = 0; image < IMAGES; image++) {
            for (int c = 0; c < 3; c++) {
                labels[(image * 3 + c) * AREA] = 0;
                // A floor.
                labels[(image * 3 + c) * AREA + 1] = c == 1 ? -4 : 0;
            }
        }
        List<Double> angles = new ArrayList<>();
        for (int i = 0; i < IMAGES * AREA; i++) {
            // The channels of a file are x, z and -y of the camera frame.
            double[] bytes = bytes(labels, i);
            for (int c = 0; c < 3; c++) {
                bytes[c] = Math.floor(bytes[c]);
            }
            boolean none = i % AREA == 0;
            double[] white = {255, 255, 255};
            double[] label = none ? white : bytes;
            if (Arrays.stream(label).max().orElseThrow() != 255) {
                angles.add(Math.toDegrees(Math.acos(Math.min(1, dot(normalised(label),
                        normalised(bytes(predictions, i)))))));
            }
        }
        assertTrue(angles.size() <= IMAGES * (AREA - 2) && angles.size() > IMAGES * AREA * 0.9);
        Collections.sort(angles);
        int half = angles.size() / 2;
        double median = angles.size() % 2 == 1 ? angles.get(half) : (angles.get(half - 1) + angles.get(half)) / 2;
        Shape shape = Shape.of(IMAGES, 3, HEIGHT, WIDTH);
        double[] values = ReleasedMetricsTest.values(new Normals().releasedMetrics(), Tensor.of(shape, predictions),
                Tensor.of(shape, labels), size);
        assertEquals(angles.stream().mapToDouble(v -> v).average().orElseThrow(), values[0], 1e-9);
        // A bin, and where two angles are the middle, the gap between them.
        assertEquals(median, values[1], 0.05 + angles.get(half) - angles.get(half - 1));
        assertEquals(share(angles, 11.25), values[2], 1e-9);
        assertEquals(share(angles, 22.5), values[3], 1e-9);
        assertEquals(share(angles, 30), values[4], 1e-9);
        double[] corrected = ReleasedMetricsTest.values(new Normals().metrics(), Tensor.of(shape, predictions),
                Tensor.of(shape, labels), size);
        assertTrue(corrected[0] > 80 && values[0] < 45, corrected[0] + " " + values[0]);
    }

    private static double[] bytes(float[] values, int pixel) {
        int at = pixel / AREA * 3 * AREA + pixel % AREA;
        double[] v = normalised(new double[] {values[at], values[at + AREA], values[at + 2 * AREA]});
        return new double[] {127.5 * (v[0] + 1), 127.5 * (v[2] + 1), 127.5 * (1 - v[1])};
    }

    private static double[] normalised(double[] v) {
        double length = Math.sqrt(dot(v, v));
        return Arrays.stream(v).map(each -> each / Math.max(length, 1e-12)).toArray();
    }

    private static double dot(double[] a, double[] b) {
        return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 16})
    void responses(int size) {
        float[] predictions = gaussians(IMAGES * AREA, 0.5, 0);
        float[] labels = gaussians(IMAGES * AREA, 0.3, 0);
        for (int i = 0; i < labels.length; i++) {
            labels[i] = random.nextInt(IMAGES + 1) <= i / AREA ? 255 : labels[i];
        }
        List<Double> errors = new ArrayList<>();
        for (int[] batch : batches(size)) {
            double sum = 0;
            int count = 0;
            for (int i = batch[0] * AREA; i < batch[1] * AREA; i++) {
                if (labels[i] != 255) {
                    sum += Math.abs((double) predictions[i] - labels[i]);
                    count++;
                }
            }
            errors.add(sum / count);
        }
        Shape shape = Shape.of(IMAGES, 1, HEIGHT, WIDTH);
        for (Task task : List.of(new Keypoints(), new Edges())) {
            assertArrayEquals(new double[] {weighted(errors, batches(size))}, ReleasedMetricsTest.values(
                    task.releasedMetrics(), Tensor.of(shape, predictions), Tensor.of(shape, labels), size), 1e-12);
        }
    }
}
