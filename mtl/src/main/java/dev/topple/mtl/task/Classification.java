// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Value;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.tensor.TensorType;
import java.util.List;
import java.util.Set;

/**
 * Classification: which of some classes a whole image, or some thing in it, belongs to. Predictions are logits
 * {@code [N, classes, 1, 1]}, labels integers {@code [N]} from 0 to classes - 1, or {@link #UNKNOWN} where there is
 * none. The loss is the cross-entropy in nats. A label of any other value makes the loss of its image NaN, so that it
 * is noticed. A model may have several such tasks, each with a name of its own.
 *
 * @param name the name of the task: lower case letters, digits and {@code -}
 * @param classes the names of the classes, at least two, each once
 */
public record Classification(String name, List<String> classes) implements Task {

    /** The name in descriptions. */
    public static final String KIND = "classification";

    /** The label of images of which the class is not known. */
    public static final int UNKNOWN = -1;

    private static final int MOST_CLASSES = 1 << 16;

    public Classification {
        classes = List.copyOf(classes);
        if (!name.matches("[a-z0-9][a-z0-9-]{0,63}")) {
            throw new IllegalArgumentException("classification: a task's name has lower case letters, digits and -, at"
                    + " most 64, not '" + name + "'");
        }
        if (classes.size() < 2 || classes.size() > MOST_CLASSES) {
            throw new IllegalArgumentException(name + ": classification needs from 2 to " + MOST_CLASSES
                    + " classes, not " + classes.size());
        }
        if (classes.stream().distinct().count() != classes.size() || classes.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException(name + ": each class needs a name of its own: " + classes);
        }
    }

    @Override
    public int channels() {
        return classes.size();
    }

    @Override
    public boolean wholeImage() {
        return true;
    }

    @Override
    public TensorType labelType(int n, int height, int width) {
        return TensorType.i32(n);
    }

    @Override
    public float invalid() {
        return UNKNOWN;
    }

    @Override
    public Value loss(Value prediction, Value label) {
        Value atPixels = label.reshape(label.shape().dim(0), 1, 1);
        return Pixels.mean(Softmax.crossEntropy(prediction, atPixels, UNKNOWN), validPixels(label));
    }

    @Override
    public String lossUnit() {
        return "nats";
    }

    @Override
    public Value validPixels(Value label) {
        return Pixels.count(label.reshape(label.shape().dim(0), 1).compare(Relation.NOT_EQUAL, UNKNOWN));
    }

    @Override
    public Value labelOf(Value prediction) {
        return prediction.argMax(1).reshape(prediction.shape().dim(0));
    }

    @Override
    public Metrics metrics() {
        return new ClassificationMetrics(name, classes.size());
    }

    /** The clean image's class is recognised, that of the attacked image is not. */
    @Override
    public boolean broken(double[] clean, double[] attacked) {
        return ClassificationMetrics.right(clean) && !ClassificationMetrics.right(attacked);
    }

    @Override
    public Drawing drawing() {
        return Drawing.bars(classes);
    }

    /**
     * The logarithm of how often each class occurs (each counted once more than it does): it minimises the
     * cross-entropy, and its largest element is the most frequent class.
     */
    @Override
    public BestConstant bestConstant() {
        return new ClassFrequencies(classes.size());
    }

    @Override
    public JsonObject description() {
        return JsonValue.object().put("task", KIND).put("name", name).put("classes", Tasks.classes(classes)).build();
    }

    static Classification read(JsonView json) {
        json.only(Set.of("task", "name", "classes"));
        String name = json.field("name").asString();
        List<String> classes = Tasks.classes(json);
        try {
            return new Classification(name, classes);
        } catch (IllegalArgumentException e) {
            throw json.fail(e.getMessage());
        }
    }
}
