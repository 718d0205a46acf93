// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;

/**
 * Depth: how far away a pixel's surface is, in metres. Predictions and labels are {@code [N, 1, H, W]}; a label of at
 * most {@link #LEAST} is not valid. The loss is the mean absolute error in metres.
 */
public record Depth() implements Task {

    /** The name of this task. */
    public static final String NAME = "depth";

    /** A label above this is valid. */
    public static final float LEAST = 3e-5f;

    @Override
    public String name() {
        return NAME;
    }

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
        return 0;
    }

    @Override
    public Value loss(Value prediction, Value label) {
        Value valid = Pixels.above(label, LEAST);
        Value error = prediction.minus(Pixels.where(valid, label)).abs();
        return Pixels.mean(Pixels.where(valid, error), Pixels.count(valid));
    }

    @Override
    public String lossUnit() {
        return "metres";
    }

    @Override
    public Value validPixels(Value label) {
        return Pixels.count(Pixels.above(label, LEAST));
    }

    @Override
    public Value labelOf(Value prediction) {
        return prediction.stopGradient();
    }

    @Override
    public Metrics metrics() {
        return new DepthMetrics();
    }

    /** The attacked image's relative error is above 0.25 and above twice that of the clean image. */
    @Override
    public boolean broken(double[] clean, double[] attacked) {
        return Pixels.broken(DepthMetrics.relativeError(clean), DepthMetrics.relativeError(attacked), 0.25, 2);
    }

    @Override
    public Drawing drawing() {
        return Drawing.scale(0, 10, metres -> metres > LEAST);
    }

    @Override
    public Metrics releasedMetrics() {
        return new ReleasedDepthMetrics();
    }

    /** The median, which minimises the absolute error, to the millimetre; depths from 64 m on count as 64 m. */
    @Override
    public BestConstant bestConstant() {
        long[] millimetres = new long[64_001];
        return new BestConstant() {
            private long count;

            @Override
            public void add(Tensor label) {
                for (float metres : label.floats()) {
                    if (metres > LEAST) {
                        millimetres[Math.min(Math.round(metres * 1000), millimetres.length - 1)]++;
                        count++;
                    }
                }
            }

            @Override
            public float[] prediction() {
                long below = 0;
                for (int i = 0; i < millimetres.length; i++) {
                    below += millimetres[i];
                    if (count > 0 && 2 * below >= count) {
                        return new float[] {i / 1000f};
                    }
                }
                return new float[] {0};
            }
        };
    }
}
