// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.mtl.task.BestConstant;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Metrics;
import dev.topple.mtl.task.Task;
import java.util.List;

/**
 * A task whose loss is the mean of |prediction - label| + prediction over pixels, in a unit of one's choice, so that
 * models with known gradients can be attacked; labels below 0 are not valid. With labels 0 and positive predictions the
 * loss is twice the mean prediction.
 *
 * @param name the name
 * @param unit what the loss is multiplied by
 */
public record ToyTask(String name, double unit) implements Task {

    /** A label that is not valid. */
    public static final float NONE = -1;

    @Override
    public int channels() {
        return 1;
    }

    @Override
    public TensorType labelType(int n, int height, int width) {
        return TensorType.f32(n, 1, height, width);
    }

    @Override
    public float invalid() {
        return NONE;
    }

    @Override
    public Value loss(Value prediction, Value label) {
        Value zero = label.graph().fill(Shape.scalar(), 0);
        Value valid = label.compare(Relation.GREATER_OR_EQUAL, 0);
        Value sum = valid.choose(prediction.minus(label).abs().plus(prediction), zero).sum(1, 2, 3);
        Value one = label.graph().fill(Shape.scalar(), 1);
        return sum.dividedBy(validPixels(label).max(one)).times(unit);
    }

    @Override
    public String lossUnit() {
        return "toys";
    }

    @Override
    public Value validPixels(Value label) {
        return label.compare(Relation.GREATER_OR_EQUAL, 0).cast(DType.F32).sum(1, 2, 3);
    }

    /** Off by a millionth, as a label that is normalised or encoded is off by rounding. */
    @Override
    public Value labelOf(Value prediction) {
        return prediction.relu().plus(1e-6);
    }

    /** The mean absolute error, and how many pixels are within 0.1, in percent. */
    @Override
    public Metrics metrics() {
        return new Metrics() {
            @Override
            public List<Metric> list() {
                return List.of(new Metric("error", false, ""), new Metric("within", true, "%"));
            }

            @Override
            public int parts() {
                return 3;
            }

            @Override
            public void measure(Tensor prediction, Tensor label, int row, double[] into) {
                int each = label.shape().product(1, 4);
                for (int i = row * each; i < (row + 1) * each; i++) {
                    if (label.floats()[i] >= 0) {
                        double error = Math.abs((double) prediction.floats()[i] - label.floats()[i]);
                        into[0] += error;
                        into[1] += error <= 0.1 ? 1 : 0;
                        into[2]++;
                    }
                }
            }

            @Override
            public double[] values(double[] total) {
                return new double[] {total[0] / total[2], 100 * total[1] / total[2]};
            }
        };
    }

    /** The error has doubled. */
    @Override
    public boolean broken(double[] clean, double[] attacked) {
        return attacked[0] > 2 * clean[0];
    }

    @Override
    public BestConstant bestConstant() {
        throw new UnsupportedOperationException("toys are not predicted by constants");
    }
}
