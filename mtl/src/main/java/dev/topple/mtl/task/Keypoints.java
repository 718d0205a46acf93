// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.TensorType;

/**
 * Keypoints: how much of an interest point a pixel is, from -1 (not at all) to 1. Predictions and labels are
 * {@code [N, 1, H, W]}; the label {@link #VOID} is not valid. The loss is the mean absolute error. A label that is not
 * a number makes the loss of its image NaN, so that it is noticed.
 */
public record Keypoints() implements Task {

    /** The name of this task. */
    public static final String NAME = "keypoints";

    /** The label of pixels that do not count. */
    public static final float VOID = ResponseMap.VOID;

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
        return VOID;
    }

    @Override
    public Value loss(Value prediction, Value label) {
        return ResponseMap.loss(prediction, label);
    }

    @Override
    public String lossUnit() {
        return ResponseMap.UNIT;
    }

    @Override
    public Value validPixels(Value label) {
        return Pixels.count(ResponseMap.valid(label));
    }

    @Override
    public Value labelOf(Value prediction) {
        return prediction.stopGradient();
    }

    @Override
    public Metrics metrics() {
        return new ResponseMap.Error("key_err");
    }

    /** The attacked image's mean error is above 0.1 and above twice that of the clean image. */
    @Override
    public boolean broken(double[] clean, double[] attacked) {
        return ResponseMap.broken(clean, attacked);
    }

    @Override
    public Drawing drawing() {
        return ResponseMap.DRAWING;
    }

    @Override
    public Metrics releasedMetrics() {
        return new ResponseMap.ReleasedError("key_err");
    }

    /** The median, which minimises the absolute error, to a thousandth. */
    @Override
    public BestConstant bestConstant() {
        return new ResponseMap.Median();
    }
}
