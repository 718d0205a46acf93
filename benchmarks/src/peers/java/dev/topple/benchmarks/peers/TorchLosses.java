// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.topple.benchmarks.networks.Scenes;
import dev.topple.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** The losses of segmentation, depth and normals in libtorch, for labels that are all valid. */
final class TorchLosses {

    /** Lengths are sqrt(|v|^2 + this), as in the task {@code normals}. */
    private static final double EPSILON = 1e-8;

    private final DataType type;
    private final PtNDArray pixels;
    private final PtNDArray classes;
    private final PtNDArray depths;
    private final PtNDArray normals;

    TorchLosses(NDManager manager, Scenes scenes, DataType type) {
        this.type = type;
        Tensor depth = scenes.depths();
        this.pixels = TorchLayers.number(manager, depth.shape().dim(2) * depth.shape().dim(3), type);
        this.classes = (PtNDArray) TorchLayers.array(manager, scenes.classes(), DataType.INT64).expandDims(1);
        this.depths = TorchLayers.array(manager, scenes.depths(), type);
        this.normals = TorchLayers.array(manager, scenes.normals(), type);
    }

    /** The loss of each task, {@code [N]}: cross-entropy, absolute error, one minus cosine. */
    List<PtNDArray> of(List<PtNDArray> predictions) {
        PtNDArray logits = JniUtils.logSoftmax(predictions.get(0), 1, type);
        NDArray vectors = predictions.get(2);
        int[] channels = {1};
        NDArray lengths = vectors.square().sum(channels, true).add(EPSILON)
                .mul(normals.square().sum(channels, true).add(EPSILON)).sqrt();
        List<NDArray> each = List.of(JniUtils.gather(logits, classes, 1).neg(),
                predictions.get(1).sub(depths).abs(),
                vectors.mul(normals).sum(channels, true).div(lengths).neg().add(1));
        List<PtNDArray> losses = new ArrayList<>();
        for (NDArray loss : each) {
            losses.add((PtNDArray) loss.sum(new int[] {1, 2, 3}).div(pixels));
        }
        return losses;
    }

    /** A backward pass from a sum. */
    static void backward(NDArray scalar, boolean keepGraph) {
        try (NDArray one = scalar.onesLike()) {
            JniUtils.backward((PtNDArray) scalar, (PtNDArray) one, keepGraph, false);
        }
    }
}
