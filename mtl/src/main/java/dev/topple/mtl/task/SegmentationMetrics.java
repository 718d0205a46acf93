// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.List;

/**
 * Mean intersection over union and pixel accuracy. The parts are the confusion matrix, row-major, label by row and
 * prediction by column.
 *
 * <p>The mean takes every class that occurs in the labels or in the predictions of the total: a class that occurs in
 * the labels and is never hit counts as 0, a class that occurs in neither does not count.
 */
final class SegmentationMetrics implements Metrics {

    private static final List<Metric> METRICS = List.of(
            new Metric("mIoU", true, ""),
            new Metric("Pixel Acc", true, ""));

    private final int classes;
    private final int ignored;

    SegmentationMetrics(int classes, int ignored) {
        this.classes = classes;
        this.ignored = ignored;
    }

    @Override
    public List<Metric> list() {
        return METRICS;
    }

    @Override
    public int parts() {
        return classes * classes;
    }

    @Override
    public void measure(Tensor prediction, Tensor label, int row, double[] into) {
        Shape shape = prediction.shape();
        int area = shape.dim(2) * shape.dim(3);
        float[] logits = prediction.floats();
        int[] labels = label.ints();
        for (int i = 0; i < area; i++) {
            int truth = labels[row * area + i];
            if (truth == ignored) {
                continue;
            }
            if (truth < 0 || truth >= classes) {
                throw new IllegalArgumentException(
                        "segmentation: the label " + truth + " is none of " + classes + " classes");
            }
            into[truth * classes + largest(logits, row * classes * area + i, area)]++;
        }
    }

    /** The first largest logit; NaN never wins. */
    private int largest(float[] logits, int from, int step) {
        int best = 0;
        float value = Float.NEGATIVE_INFINITY;
        for (int c = 0; c < classes; c++) {
            float logit = logits[from + c * step];
            if (logit > value) {
                best = c;
                value = logit;
            }
        }
        return best;
    }

    /** The share of pixels that are right, from a confusion matrix; NaN without any. */
    static double accuracy(int classes, double[] confusion) {
        double hits = 0;
        double pixels = 0;
        for (int i = 0; i < confusion.length; i++) {
            pixels += confusion[i];
            hits += i % (classes + 1) == 0 ? confusion[i] : 0;
        }
        return hits / pixels;
    }

    @Override
    public double[] values(double[] total) {
        double hits = 0;
        double pixels = 0;
        double sum = 0;
        int occurring = 0;
        for (int c = 0; c < classes; c++) {
            double labelled = 0;
            double predicted = 0;
            for (int other = 0; other < classes; other++) {
                labelled += total[c * classes + other];
                predicted += total[other * classes + c];
            }
            double hit = total[c * classes + c];
            double union = labelled + predicted - hit;
            if (union > 0) {
                sum += hit / union;
                occurring++;
            }
            hits += hit;
            pixels += labelled;
        }
        return new double[] {sum / occurring, hits / pixels};
    }
}
