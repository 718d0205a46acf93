// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;

/** What the losses of all tasks share: means over the valid pixels of each image. */
public final class Pixels {

    private Pixels() {}

    /** How many elements of each row are true: floats {@code [N]}. */
    public static Value count(Value valid) {
        return perImage(valid.cast(DType.F32));
    }

    /**
     * The mean of each row over its valid elements, 0 for a row without any.
     *
     * @param each floats that are 0 wherever they are not valid
     * @param count how many elements of each row are valid, {@code [N]}
     */
    public static Value mean(Value each, Value count) {
        Value one = count.graph().fill(Shape.scalar(), 1);
        return perImage(each).dividedBy(count.max(one));
    }

    /**
     * The mean of each row, weighted, 0 for a row without weight.
     *
     * @param each floats, already times their weights
     * @param weights of the elements, each 0 or at least a hundredth
     */
    static Value weightedMean(Value each, Value weights) {
        return perImage(each).dividedBy(perImage(weights).max(weights.graph().fill(Shape.scalar(), 1e-2)));
    }

    private static Value perImage(Value value) {
        int[] axes = new int[value.shape().rank() - 1];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = i + 1;
        }
        return value.sum(axes);
    }

    /** The value where valid, elsewhere 0, so that whatever stands there reaches neither loss nor gradient. */
    public static Value where(Value valid, Value value) {
        return valid.choose(value, value.graph().fill(Shape.scalar(), 0));
    }

    /**
     * Whether an attack drove an error above a level and above a multiple of what it was. An error that became NaN,
     * as predictions did, counts; one of an image without valid pixels, NaN before and after, does not.
     */
    static boolean broken(double clean, double attacked, double level, double factor) {
        return !Double.isNaN(clean) && !(attacked <= level || attacked <= factor * clean);
    }

    /** Whether floats are above a threshold; NaN is not. */
    public static Value above(Value value, double threshold) {
        return value.compare(Relation.GREATER, threshold);
    }
}
