// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.networks;

import java.util.List;

/** A network with one head for each task. */
public interface Network {

    /** The number of channels that each task predicts: classes, metres, a vector. */
    List<Integer> CHANNELS = List.of(13, 1, 3);

    /**
     * Computes it.
     *
     * @param images RGB {@code [N, 3, height, width]}, values from 0 to 1
     * @return for each task a prediction at the size of the images
     */
    <T> List<T> predict(Layers<T> layers, T images, int height, int width);

    /**
     * A network by its name.
     *
     * @throws IllegalArgumentException if there is no such network
     */
    static Network of(String name) {
        return switch (name) {
            case "resnet34-light" -> new DeepLab(DeepLabResNet.DILATED_34, DeepLab.Head.LIGHT);
            case "resnet34-aspp" -> new DeepLab(DeepLabResNet.DILATED_34, DeepLab.Head.ASPP);
            case "resnet18-light" -> new DeepLab(DeepLabResNet.PLAIN_18, DeepLab.Head.LIGHT);
            case "mobilenetv2-light" -> new DeepLab(new MobileNetV2(), DeepLab.Head.POINTWISE);
            default -> throw new IllegalArgumentException("there is no network '" + name
                    + "'; there are resnet34-light, resnet34-aspp, resnet18-light and mobilenetv2-light");
        };
    }
}
