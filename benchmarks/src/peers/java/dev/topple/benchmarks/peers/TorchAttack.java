// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.topple.benchmarks.networks.Network;
import dev.topple.benchmarks.networks.Scenes;
import java.util.List;

/** The steps of a DGBA attack, in libtorch: iterated FGSM on the direction {@code sum_i grad L_i / L_i}. */
final class TorchAttack implements AutoCloseable {

    private final NDManager manager = NDManager.newBaseManager();
    private final Network network;
    private final TorchLayers layers;
    private final Way way;
    private final int height;
    private final int width;
    private final PtNDArray clean;
    private final TorchLosses losses;
    private PtNDArray iterate;

    TorchAttack(String name, Scenes scenes, Way way, DataType type) {
        this.network = Network.of(name);
        this.layers = new TorchLayers(manager, type, way == Way.RELEASED, false);
        this.way = way;
        this.height = scenes.images().shape().dim(2);
        this.width = scenes.images().shape().dim(3);
        this.clean = TorchLayers.array(manager, scenes.images(), type);
        this.losses = new TorchLosses(manager, scenes, type);
        this.iterate = (PtNDArray) clean.duplicate();
        JniUtils.setGradMode(true);
    }

    /** Begins anew at the clean images. */
    void restart() {
        move((PtNDArray) clean.duplicate());
    }

    private void move(PtNDArray next) {
        next.attach(manager);
        iterate.close();
        iterate = next;
    }

    /** One step within the budget: iterate, losses, direction, next iterate. */
    void step() {
        double epsilon = AttackCase.EPSILON;
        try (NDManager sub = manager.newSubManager()) {
            PtNDArray direction = direction(sub, losses -> {});
            JniUtils.setGradMode(false);
            NDArray next = iterate.add(direction.sign().mul(epsilon / AttackCase.STEPS_ACROSS));
            next = next.maximum(clean.sub(epsilon)).minimum(clean.add(epsilon)).clip(0, 1);
            JniUtils.setGradMode(true);
            move((PtNDArray) next);
        }
    }

    /** What the losses of a direction are given to. */
    interface LossReader {

        /** Takes the loss of each task, {@code [N]}. */
        void read(List<PtNDArray> losses);
    }

    /** The direction at the iterate; everything made on the way belongs to the manager. */
    PtNDArray direction(NDManager sub, LossReader reader) {
        PtNDArray x = (PtNDArray) iterate.duplicate();
        x.attach(sub);
        x.setRequiresGradient(true);
        List<PtNDArray> values = losses.of(network.predict(layers, x, height, width));
        reader.read(values);
        return switch (way) {
            case STRONG -> fused(x, values);
            case RELEASED -> released(x, values);
        };
    }

    private static PtNDArray fused(PtNDArray x, List<PtNDArray> losses) {
        NDArray sum = null;
        for (PtNDArray loss : losses) {
            NDArray term = loss.div(loss.stopGradient());
            sum = sum == null ? term : sum.add(term);
        }
        TorchLosses.backward(sum.sum(), false);
        return JniUtils.getGradient(x);
    }

    private static PtNDArray released(PtNDArray x, List<PtNDArray> losses) {
        NDArray sum = null;
        for (int task = 0; task < losses.size(); task++) {
            PtNDArray loss = losses.get(task);
            TorchLosses.backward(loss.sum(), task + 1 < losses.size());
            NDArray term = JniUtils.getGradient(x).div(loss.stopGradient().reshape(new Shape(-1, 1, 1, 1)));
            sum = sum == null ? term : sum.add(term);
            JniUtils.zeroGrad(x);
        }
        return (PtNDArray) sum;
    }

    @Override
    public void close() {
        manager.close();
    }
}
