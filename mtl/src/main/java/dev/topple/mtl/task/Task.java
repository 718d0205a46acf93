// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.graph.Value;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;

/**
 * One thing that a model predicts of an image, for every pixel or for the {@link #wholeImage whole}. Predictions are
 * floats {@code [N, channels, H, W]} at the size of the image, or {@code [N, channels, 1, 1]} of a whole one; whatever
 * happens to one image never depends on another.
 *
 * <p>To add a task, implement this interface and {@link Metrics}, and register a {@link TaskKind}, by which files name
 * it; {@code docs/adding-a-task.md} shows both.
 */
public interface Task {

    /** The name in files, tables and options: lower case letters, digits and {@code -}. A model has each name once. */
    String name();

    /** How many channels a prediction has. */
    int channels();

    /** Whether a prediction is one of the whole image and not one of each pixel. */
    default boolean wholeImage() {
        return false;
    }

    /** The type of the predictions for {@code n} images of a size. */
    default TensorType predictionType(int n, int height, int width) {
        return wholeImage() ? TensorType.f32(n, channels(), 1, 1) : TensorType.f32(n, channels(), height, width);
    }

    /** The type of the labels of {@code n} images of a size. */
    TensorType labelType(int n, int height, int width);

    /** What stands in a label, in all of its channels, where it is not valid. */
    float invalid();

    /**
     * The loss of each image, {@code [N]}, in the task's fixed unit: the mean over the pixels whose label is valid, and
     * 0 for an image without any.
     */
    Value loss(Value prediction, Value label);

    /** What the loss is measured in, for people: {@code nats}, {@code metres}. */
    String lossUnit();

    /**
     * The number of pixels with a valid label in each image, as floats {@code [N]}; for a task of the
     * {@link #wholeImage whole} image 1 or 0.
     */
    Value validPixels(Value label);

    /** A label that says what the prediction says: what an image without a label is attacked against. */
    Value labelOf(Value prediction);

    /** How predictions are judged. */
    Metrics metrics();

    /**
     * How the code released with Zhang et al., arXiv 2305.12066, judges predictions, quirks included, so that numbers
     * can be held against theirs: the same metrics by name, unit, direction and order as {@link #metrics}, which is
     * what to trust. By default there are no quirks.
     */
    default Metrics releasedMetrics() {
        return metrics();
    }

    /**
     * Whether an attack on an image is a success as far as this task goes; each task states its threshold. An image
     * without a valid label is never broken, and neither is one whose clean prediction was as bad already.
     *
     * @param clean the parts of {@link #metrics} of the clean image
     * @param attacked those of the attacked image
     */
    boolean broken(double[] clean, double[] attacked);

    /** How labels and predictions look; by default a shade for each value of the first channel. */
    default Drawing drawing() {
        return Drawing.shades();
    }

    /**
     * The labels of the images mirrored left to right: a copy with the last axis, the width, reversed; of the
     * {@link #wholeImage whole} image the label itself. A task whose values change under a mirror overrides this.
     */
    default Tensor mirror(Tensor label) {
        return wholeImage() ? label : Mirror.columns(label);
    }

    /** Finds the best prediction that looks at no image: the least that a model must beat. */
    BestConstant bestConstant();

    /**
     * All that files must hold to say which task this is: the name of its {@link TaskKind} as {@code task}, and
     * whatever that kind reads besides. By default the kind has the task's name, and there is nothing besides.
     */
    default JsonObject description() {
        return JsonValue.object().put("task", name()).build();
    }
}
