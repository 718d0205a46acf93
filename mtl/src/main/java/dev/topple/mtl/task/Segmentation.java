// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.graph.Indexing;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Value;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Semantic segmentation: which of some classes a pixel shows. Predictions are logits {@code [N, classes, H, W]}, labels
 * integers {@code [N, H, W]} from 0 to classes - 1 or {@link #ignored()}. The loss is the cross-entropy in nats. A
 * label of any other value makes the loss of its image NaN, so that it is noticed.
 *
 * @param classes the names of the classes, at least two, each once
 * @param ignored the label of pixels that do not count; no class
 * @param weights how much a pixel of each class counts in the loss, which is then a weighted mean; empty if all count
 *            the same. Metrics do not know of them
 */
public record Segmentation(List<String> classes, int ignored, List<Double> weights) implements Task {

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
        weights = List.copyOf(weights);
        if (!weights.isEmpty() && (weights.size() != classes.size()
                || weights.stream().anyMatch(weight -> !(weight >= 0.01 && weight <= 1e6)))) {
            throw new IllegalArgumentException("segmentation: each of the " + classes.size()
                    + " classes needs a weight from 0.01 to 1e6, or none has one: " + weights);
        }
    }

    /** Classes of these names that all count the same. */
    public Segmentation(List<String> classes, int ignored) {
        this(classes, ignored, List.of());
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
    public float invalid() {
        return ignored;
    }

    @Override
    public Value loss(Value prediction, Value label) {
        if (weights.isEmpty()) {
            return Pixels.mean(Softmax.crossEntropy(prediction, label, ignored), validPixels(label));
        }
        Value each = label.graph().constant(weightTensor());
        Value counts = Pixels.where(label.compare(Relation.NOT_EQUAL, ignored),
                label.graph().apply(new Indexing.Gather(0), each, label));
        return Pixels.weightedMean(Softmax.crossEntropy(prediction, label, each, ignored), counts);
    }

    private Tensor weightTensor() {
        float[] values = new float[weights.size()];
        for (int c = 0; c < values.length; c++) {
            values[c] = weights.get(c).floatValue();
        }
        return Tensor.of(Shape.of(values.length), values);
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

    /** The attacked image's pixel accuracy is below half of the clean image's. */
    @Override
    public boolean broken(double[] clean, double[] attacked) {
        return SegmentationMetrics.accuracy(classes.size(), attacked)
                < SegmentationMetrics.accuracy(classes.size(), clean) / 2;
    }

    @Override
    public Drawing drawing() {
        return Drawing.classes(classes, ignored);
    }

    /**
     * The logarithm of how often each class occurs (each counted once more than it does), times its weight: it
     * minimises the cross-entropy, and without weights its largest element is the most frequent class.
     */
    @Override
    public BestConstant bestConstant() {
        return new ClassFrequencies(classes.size(), weights);
    }

    @Override
    public JsonObject description() {
        JsonValue.Builder json = JsonValue.object().put("task", NAME).put("classes", Tasks.classes(classes))
                .put("ignored", ignored);
        return weights.isEmpty() ? json.build()
                : json.put("weights", JsonValue.array(weights.stream().map(JsonValue::of).toList())).build();
    }

    static Segmentation read(JsonView json) {
        json.only(Set.of("task", "classes", "ignored", "weights"));
        List<String> classes = Tasks.classes(json);
        try {
            List<Double> weights = json.optional("weights").map(JsonView::elements).orElse(List.of()).stream()
                    .map(JsonView::asDouble).toList();
            return new Segmentation(classes, json.field("ignored").asInt(), weights);
        } catch (IllegalArgumentException e) {
            throw json.fail(e.getMessage());
        }
    }
}
