// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * The metrics of a task, computed from sums over images. What is counted of one image (a confusion matrix, sums of
 * errors, a histogram) is a fixed number of {@code double}s, its <em>parts</em>; parts of several images are added, and
 * metrics are computed from the total. So batches, shards, resumed runs and resampled images share one code path.
 */
public interface Metrics {

    /** The metrics, in the order of tables. */
    List<Metric> list();

    /** How many parts an image has. */
    int parts();

    /**
     * Adds the parts of one image.
     *
     * @param prediction floats {@code [N, channels, H, W]}
     * @param label the labels of the same images
     * @param row which image
     * @param into the total so far, {@link #parts()} elements
     */
    void measure(Tensor prediction, Tensor label, int row, double[] into);

    /** The value of each metric of {@link #list()} from a total; NaN where nothing was counted. */
    double[] values(double[] total);

    /**
     * Whether a metric of {@link #list()} is a matter of the total of all images. If not, it is computed of each batch
     * of images by itself and averaged over batches, each weighted by its number of images, whatever their valid
     * pixels. That is a habit of released code, see {@link Task#releasedMetrics}: the value depends on how images are
     * batched.
     */
    default boolean pooled(int metric) {
        return true;
    }

    /**
     * The value of each metric of {@link #list()} over some images; NaN where nothing was counted, in all of them or,
     * for a metric that is not {@link #pooled}, in any batch.
     *
     * @param images the parts of each image, in the order in which they are batched
     * @param batch how many images a batch has, but for the last, which has the rest
     */
    default double[] values(double[][] images, int batch) {
        double[] all = new double[parts()];
        double[] averages = new double[list().size()];
        for (int from = 0; from < images.length; from += batch) {
            int to = Math.min(from + batch, images.length);
            double[] total = new double[parts()];
            for (double[] image : Arrays.asList(images).subList(from, to)) {
                for (int i = 0; i < total.length; i++) {
                    total[i] += image[i];
                    all[i] += image[i];
                }
            }
            double[] ofBatch = values(total);
            for (int metric = 0; metric < averages.length; metric++) {
                averages[metric] += ofBatch[metric] * (to - from) / images.length;
            }
        }
        double[] values = values(all);
        for (int metric = 0; metric < values.length; metric++) {
            values[metric] = pooled(metric) ? values[metric] : averages[metric];
        }
        return values;
    }
}
