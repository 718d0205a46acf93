// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.tensor.Tensor;
import java.util.List;

/** The logarithm of how often each class occurs, each counted once more than it does, times its weight. */
final class ClassFrequencies implements BestConstant {

    private final long[] counts;
    private final List<Double> weights;

    /** Of classes that all count the same. */
    ClassFrequencies(int classes) {
        this(classes, List.of());
    }

    /**
     * Of classes with weights.
     *
     * @param weights one for each class, or none at all
     */
    ClassFrequencies(int classes, List<Double> weights) {
        this.counts = new long[classes];
        this.weights = weights;
    }

    @Override
    public void add(Tensor label) {
        for (int c : label.ints()) {
            if (c >= 0 && c < counts.length) {
                counts[c]++;
            }
        }
    }

    @Override
    public float[] prediction() {
        double[] weighted = new double[counts.length];
        double total = 0;
        for (int c = 0; c < counts.length; c++) {
            weighted[c] = (counts[c] + 1) * (weights.isEmpty() ? 1 : weights.get(c));
            total += weighted[c];
        }
        float[] logits = new float[counts.length];
        for (int c = 0; c < logits.length; c++) {
            logits[c] = (float) StrictMath.log(weighted[c] / total);
        }
        return logits;
    }
}
