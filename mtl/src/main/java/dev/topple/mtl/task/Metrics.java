// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.tensor.Tensor;
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
}
