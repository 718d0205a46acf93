// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Semantic segmentation: which of some classes a pixel shows. Predictions are logits {@code [N, classes, H, W]}, labels
 * integers {@code [N, H, W]} from 0 to classes - 1 or {@link #ignored()}. The loss is the cross-entropy in nats. A
 * label of any other value makes the loss of its image NaN, so that it is noticed.
 *
 * @param classes the names of the classes, at least two, each once
 * @param ignored the label of pixels that do not count; no class
 */
public record Segmentation(List<String> classes, int ignored) implements Task {

    /** The label of pixels that do not count, unless said otherwise. */
    public static final int IGNORED = 255;

    /** The name of this task. */
    public static final String NAME = "segmentation";

    /** The most classes: labels are bytes in most files, and metrics count every pair of classes. */
    private static final int MOST_CLASSES = 255;

    public Segmentation {
        classes = List.copyOf(classes);
        if (classes.size() < 2 || classes.size() > MOST_CLASSES) {
            throw new IllegalArgumentException("segmentation needs from 2 to " + MOST_CLASSES + " classes, not "
                    + classes.size());
        }
        if (classes.stream().distinct().count() != classes.size() || classes.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("segmentation: each class needs a name of its own: " + classes);
        }
        if (ignored >= 0 && ignored < classes.size()) {
            throw new IllegalArgumentException("segmentation: the ignored label " + ignored + " is that of a class");
        }
    }

    /** Classes of these names; the label {@link #IGNORED} is ignored. */
    public Segmentation(List<String> classes) {
        this(classes, IGNORED);
    }

    /** So many classes without names of their own; the label {@link #IGNORED} is ignored. */
    public static Segmentation of(int classes) {
        return new Segmentation(IntStream.range(0, classes).mapToObj(i -> "class " + i).toList());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int channels() {
        return classes.size();
    }

    @Override
    public TensorType labelType(int n, int height, int width) {
        return TensorType.i32(n, height, width);
    }

    @Override
    public Value loss(Value prediction, Value label) {
        return Pixels.mean(Softmax.crossEntropy(prediction, label, ignored), validPixels(label));
    }

    @Override
    public String lossUnit() {
        return "nats";
    }

    @Override
    public Value validPixels(Value label) {
        return Pixels.count(label.compare(Relation.NOT_EQUAL, ignored));
    }

    @Override
    public Value labelOf(Value prediction) {
        return prediction.argMax(1);
    }

    @Override
    public Metrics metrics() {
        return new SegmentationMetrics(classes.size(), ignored);
    }

    @Override
    public Metrics releasedMetrics() {
        return new ReleasedSegmentationMetrics(classes.size(), ignored);
    }

    /**
     * The logarithm of how often each class occurs (each counted once more than it does): it minimises the
     * cross-entropy, and its largest element is the most frequent class.
     */
    @Override
    public BestConstant bestConstant() {
        long[] counts = new long[classes.size()];
        return new BestConstant() {
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
                double total = counts.length;
                for (long count : counts) {
                    total += count;
                }
                float[] logits = new float[counts.length];
                for (int c = 0; c < logits.length; c++) {
                    logits[c] = (float) StrictMath.log((counts[c] + 1) / total);
                }
                return logits;
            }
        };
    }
}
