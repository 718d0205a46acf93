// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;

/**
 * Surface normals: which way a pixel's surface faces, in the camera frame (x right, y down, z forward). Predictions and
 * labels are {@code [N, 3, H, W]}, vectors of any length: only their direction counts. The label of a pixel that is not
 * valid is the zero vector. The loss is one minus the mean cosine of the angle between prediction and label.
 */
public record Normals() implements Task {

    /** The name of this task. */
    public static final String NAME = "normals";

    /**
     * Lengths are sqrt(|v|^2 + this): a vector of length 1e-2 and more keeps its direction's cosine to 5e-5, and the
     * gradient at the zero vector stays finite.
     */
    private static final double EPSILON = 1e-8;

    /** The squared length above which a label is valid. */
    static final float LEAST = 1e-6f;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int channels() {
        return 3;
    }

    @Override
    public TensorType labelType(int n, int height, int width) {
        return TensorType.f32(n, 3, height, width);
    }

    @Override
    public float invalid() {
        return 0;
    }

    @Override
    public Value loss(Value prediction, Value label) {
        Value valid = valid(label);
        Value truth = Pixels.where(valid, label);
        Value squares = squared(prediction).plus(EPSILON).times(squared(truth).plus(EPSILON));
        Value cosine = prediction.times(truth).sumKeepingAxes(1).dividedBy(squares.sqrt());
        Value one = cosine.graph().fill(Shape.scalar(), 1);
        return Pixels.mean(Pixels.where(valid, one.minus(cosine)), Pixels.count(valid));
    }

    private static Value squared(Value vectors) {
        return vectors.square().sumKeepingAxes(1);
    }

    private static Value valid(Value label) {
        return Pixels.above(squared(label), LEAST);
    }

    @Override
    public String lossUnit() {
        return "1 - cosine";
    }

    @Override
    public Value validPixels(Value label) {
        return Pixels.count(valid(label));
    }

    @Override
    public Value labelOf(Value prediction) {
        Value fixed = prediction.stopGradient();
        return fixed.dividedBy(squared(fixed).plus(EPSILON).sqrt());
    }

    @Override
    public Metrics metrics() {
        return new NormalsMetrics();
    }

    /** The attacked image's mean angle is above 30 degrees and above 1.5 times that of the clean image. */
    @Override
    public boolean broken(double[] clean, double[] attacked) {
        return Pixels.broken(Angles.mean(clean), Angles.mean(attacked), 30, 1.5);
    }

    @Override
    public Drawing drawing() {
        return Drawing.directions();
    }

    @Override
    public Metrics releasedMetrics() {
        return new ReleasedNormalsMetrics();
    }

    /** In a mirror, what faced right faces left: x changes its sign. */
    @Override
    public Tensor mirror(Tensor label) {
        Tensor mirrored = Mirror.columns(label);
        Shape shape = label.shape();
        int area = shape.dim(-1) * shape.dim(-2);
        float[] values = mirrored.floats();
        for (int image = 0; image < values.length / (3 * area); image++) {
            for (int i = image * 3 * area; i < image * 3 * area + area; i++) {
                // Not -x: an invalid label stays +0.
                values[i] = 0 - values[i];
            }
        }
        return mirrored;
    }

    /** The mean of the unit labels: its direction has the largest mean cosine. */
    @Override
    public BestConstant bestConstant() {
        double[] sum = new double[3];
        return new BestConstant() {
            private long count;

            @Override
            public void add(Tensor label) {
                Shape shape = label.shape();
                int area = shape.dim(-1) * shape.dim(-2);
                float[] values = label.floats();
                for (int image = 0; image < values.length / (3 * area); image++) {
                    for (int i = image * 3 * area; i < image * 3 * area + area; i++) {
                        double x = values[i];
                        double y = values[i + area];
                        double z = values[i + 2 * area];
                        double squares = x * x + y * y + z * z;
                        if (squares > LEAST) {
                            double length = Math.sqrt(squares);
                            sum[0] += x / length;
                            sum[1] += y / length;
                            sum[2] += z / length;
                            count++;
                        }
                    }
                }
            }

            @Override
            public float[] prediction() {
                float[] mean = new float[3];
                for (int c = 0; c < 3 && count > 0; c++) {
                    mean[c] = (float) (sum[c] / count);
                }
                return mean;
            }
        };
    }
}
