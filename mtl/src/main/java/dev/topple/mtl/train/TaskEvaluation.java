// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Task;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How good the predictions of one task were.
 *
 * @param task the task
 * @param total the sum of the parts of its metrics over all images
 * @param losses the loss of each image in the order of the data set
 * @param validPixels how many pixels of each image have a valid label
 */
public record TaskEvaluation(Task task, double[] total, double[] losses, int[] validPixels) {

    /** The metrics in the order of tables; NaN where nothing was counted. */
    public Map<String, Double> metrics() {
        List<Metric> list = task.metrics().list();
        double[] values = task.metrics().values(total);
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i++) {
            metrics.put(list.get(i).name(), values[i]);
        }
        return metrics;
    }

    /** The mean loss over the images that have a valid pixel; NaN if none has. */
    public double loss() {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < losses.length; i++) {
            if (validPixels[i] > 0) {
                sum += losses[i];
                count++;
            }
        }
        return sum / count;
    }
}
