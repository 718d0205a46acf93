// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.topple.benchmarks.networks.Network;
import dev.topple.benchmarks.networks.Scenes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Training in libtorch: eager, with DJL's Adam. */
final class TorchTraining implements Training {

    private static final float NO_CLIPPING = -1;

    private final NDManager manager = NDManager.newBaseManager();
    private final Network network;
    private final TorchLayers layers = new TorchLayers(manager, DataType.FLOAT32, true, true);
    private final TrainingCase of;
    private final PtNDArray images;
    private final PtNDArray count;
    private final TorchLosses losses;
    private final Map<PtNDArray, PtNDArray> firstMoments = new HashMap<>();
    private final Map<PtNDArray, PtNDArray> secondMoments = new HashMap<>();
    private int steps;

    TorchTraining(TrainingCase of, int threads) {
        Libtorch.load(threads);
        JniUtils.setGradMode(true);
        this.of = of;
        network = Network.of(of.network());
        Scenes scenes = of.scenes();
        images = TorchLayers.array(manager, scenes.images(), DataType.FLOAT32);
        count = TorchLayers.number(manager, of.images(), DataType.FLOAT32);
        losses = new TorchLosses(manager, scenes, DataType.FLOAT32);
    }

    @Override
    public double step() {
        try (NDManager sub = manager.newSubManager()) {
            PtNDArray x = (PtNDArray) images.duplicate();
            x.attach(sub);
            List<PtNDArray> values = losses.of(network.predict(layers, x, of.height(), of.width()));
            NDArray sum = null;
            for (PtNDArray loss : values) {
                NDArray mean = loss.sum().div(count);
                sum = sum == null ? mean : sum.add(mean);
            }
            TorchLosses.backward(sum, false);
            update();
            return sum.getFloat();
        }
    }

    private void update() {
        steps++;
        double correction = Math.sqrt(1 - Math.pow(TrainingCase.BETA2, steps))
                / (1 - Math.pow(TrainingCase.BETA1, steps));
        for (PtNDArray weight : layers.parameters()) {
            try (PtNDArray gradient = JniUtils.getGradient(weight)) {
                JniUtils.adamUpdate(weight, gradient, moment(firstMoments, weight), moment(secondMoments, weight),
                        (float) TrainingCase.RATE, (float) (TrainingCase.RATE * correction), 0, 1, NO_CLIPPING,
                        (float) TrainingCase.BETA1, (float) TrainingCase.BETA2, (float) TrainingCase.EPSILON, false);
            }
            JniUtils.zeroGrad(weight);
        }
    }

    private PtNDArray moment(Map<PtNDArray, PtNDArray> moments, PtNDArray weight) {
        return moments.computeIfAbsent(weight,
                w -> (PtNDArray) manager.zeros(w.getShape(), DataType.FLOAT32));
    }

    @Override
    public void close() {
        manager.close();
    }
}
