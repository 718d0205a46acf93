// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;

/** What the losses of all tasks share: means over the valid pixels of each image. */
final class Pixels {

    private Pixels() {}

    /** How many elements of each row are true: floats {@code [N]}. */
    static Value count(Value valid) {
        return perImage(valid.cast(DType.F32));
    }

    /**
     * The mean of each row over its valid elements, 0 for a row without any.
     *
     * @param each floats that are 0 wherever they are not valid
     * @param count how many elements of each row are valid, {@code [N]}
     */
    static Value mean(Value each, Value count) {
        Value one = count.graph().fill(Shape.scalar(), 1);
        return perImage(each).dividedBy(count.max(one));
    }

    private static Value perImage(Value value) {
        int[] axes = new int[value.shape().rank() - 1];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = i + 1;
        }
        return value.sum(axes);
    }

    /** The value where valid, elsewhere 0, so that whatever stands there reaches neither loss nor gradient. */
    static Value where(Value valid, Value value) {
        return valid.choose(value, value.graph().fill(Shape.scalar(), 0));
    }

    /** Whether floats are above a threshold; NaN is not. */
    static Value above(Value value, double threshold) {
        return value.compare(Relation.GREATER, threshold);
    }
}
