// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.tensor.Tensor;
import java.util.List;

/**
 * How many of the images with a known class are given that class, and, where there are more than ten classes, how many
 * have it among their five largest logits. Of equal logits the first counts as the largest; NaN never wins, and a class
 * whose logit is NaN is not recognised.
 */
final class ClassificationMetrics implements Metrics {

    private static final int TOP = 5;
    private static final int MANY = 10;

    // The parts: how many images, how many of them right, how many right among the largest.
    private static final int COUNT = 0;
    private static final int RIGHT = 1;
    private static final int AMONG_TOP = 2;

    private final String task;
    private final int classes;
    private final List<Metric> metrics;

    ClassificationMetrics(String task, int classes) {
        this.task = task;
        this.classes = classes;
        Metric accuracy = new Metric("Accuracy", true, "");
        this.metrics = classes > MANY ? List.of(accuracy, new Metric("Top-5 Acc", true, "")) : List.of(accuracy);
    }

    /** Whether the class of the one image of these parts was recognised. */
    static boolean right(double[] parts) {
        return parts[RIGHT] > 0;
    }

    @Override
    public List<Metric> list() {
        return metrics;
    }

    @Override
    public int parts() {
        return 3;
    }

    @Override
    public void measure(Tensor prediction, Tensor label, int row, double[] into) {
        int truth = label.ints()[row];
        if (truth == Classification.UNKNOWN) {
            return;
        }
        if (truth < 0 || truth >= classes) {
            throw new IllegalArgumentException(task + ": the label " + truth + " is none of " + classes + " classes");
        }
        float[] logits = prediction.floats();
        int from = row * classes;
        float mine = logits[from + truth];
        int before = 0;
        for (int c = 0; c < classes; c++) {
            float other = logits[from + c];
            before += other > mine || other == mine && c < truth ? 1 : 0;
        }
        into[COUNT]++;
        if (!Float.isNaN(mine)) {
            into[RIGHT] += before == 0 ? 1 : 0;
            into[AMONG_TOP] += before < TOP ? 1 : 0;
        }
    }

    @Override
    public double[] values(double[] total) {
        double accuracy = total[RIGHT] / total[COUNT];
        return classes > MANY ? new double[] {accuracy, total[AMONG_TOP] / total[COUNT]} : new double[] {accuracy};
    }
}
