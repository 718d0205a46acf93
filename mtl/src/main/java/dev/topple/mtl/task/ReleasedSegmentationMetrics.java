// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.tensor.Tensor;
import java.util.List;

/**
 * Segmentation as the released code judges it. Two quirks beside {@link SegmentationMetrics}, with which it shares the
 * parts:
 * <ul>
 * <li><strong>mIoU over classes with a hit only.</strong> A class without a single correct pixel is dropped from the
 * mean instead of counting as 0. An attack that wipes out a class altogether so <em>raises</em> the mean of the rest;
 * with no hit at all there is no value.
 * <li><strong>Pixel accuracy batch by batch</strong>, weighted by the number of images: a pixel of a batch with few
 * valid pixels counts more than one of another, and the value depends on the batch size. Ours pools all pixels.
 * </ul>
 */
final class ReleasedSegmentationMetrics implements Metrics {

    private static final int MEAN_IOU = 0;

    private final int classes;
    private final SegmentationMetrics corrected;

    ReleasedSegmentationMetrics(int classes, int ignored) {
        this.classes = classes;
        this.corrected = new SegmentationMetrics(classes, ignored);
    }

    @Override
    public List<Metric> list() {
        return corrected.list();
    }

    @Override
    public int parts() {
        return corrected.parts();
    }

    @Override
    public void measure(Tensor prediction, Tensor label, int row, double[] into) {
        corrected.measure(prediction, label, row, into);
    }

    @Override
    public boolean pooled(int metric) {
        return metric == MEAN_IOU;
    }

    @Override
    public double[] values(double[] total) {
        double[] values = corrected.values(total);
        double sum = 0;
        int hit = 0;
        for (int c = 0; c < classes; c++) {
            double hits = total[c * classes + c];
            if (hits > 0) {
                double union = -hits;
                for (int other = 0; other < classes; other++) {
                    union += total[c * classes + other] + total[other * classes + c];
                }
                sum += hits / union;
                hit++;
            }
        }
        values[MEAN_IOU] = sum / hit;
        return values;
    }
}
