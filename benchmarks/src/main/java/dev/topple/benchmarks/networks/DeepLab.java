// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.networks;

import dev.topple.benchmarks.networks.Layers.Filter;
import java.util.ArrayList;
import java.util.List;

/** An encoder that all tasks share and a head for each task, its prediction enlarged to the size of the images. */
record DeepLab(Encoder encoder, Head head) implements Network {

    /** Turns images into features. */
    interface Encoder {

        /** The channels of the features. */
        int channels();

        /** Adds the encoder. */
        <T> T encode(Layers<T> layers, T images);
    }

    /** How a task's prediction is made of the features. */
    enum Head {
        /** 3x3 to 128 channels, 1x1. */
        LIGHT,
        /** 1x1 to 256 channels, 1x1: for features of few pixels and many channels. */
        POINTWISE,
        /**
         * Atrous spatial pyramid: the sum of four branches, each 3x3 with dilation 6, 12, 18 or 24 to 1024 channels,
         * 1x1 to 1024, 1x1. (The dropout between them is not there when a model is attacked.)
         */
        ASPP;

        <T> T apply(Layers<T> layers, String name, T features, int in, int out) {
            return switch (this) {
                case LIGHT -> branch(layers, name, features, out, List.of(Filter.of(in, 128, 3)));
                case POINTWISE -> branch(layers, name, features, out, List.of(Filter.of(in, 256, 1)));
                case ASPP -> {
                    T sum = null;
                    for (int dilation = 6; dilation <= 24; dilation += 6) {
                        T branch = branch(layers, name + ".dilation" + dilation, features, out,
                                List.of(Filter.of(in, 1024, 3).dilated(dilation), Filter.of(1024, 1024, 1)));
                        sum = sum == null ? branch : layers.add(sum, branch);
                    }
                    yield sum;
                }
            };
        }

        private static <T> T branch(Layers<T> layers, String name, T x, int out, List<Filter> filters) {
            T y = x;
            for (int i = 0; i < filters.size(); i++) {
                y = layers.relu(layers.biased(name + "." + i, y, filters.get(i)));
            }
            int in = filters.get(filters.size() - 1).out();
            return layers.biased(name + "." + filters.size(), y, Filter.of(in, out, 1));
        }
    }

    @Override
    public <T> List<T> predict(Layers<T> layers, T images, int height, int width) {
        T features = encoder.encode(layers, layers.normalise(images));
        List<T> predictions = new ArrayList<>();
        for (int task = 0; task < CHANNELS.size(); task++) {
            T small = head.apply(layers, "head" + task, features, encoder.channels(), CHANNELS.get(task));
            predictions.add(layers.resize(small, height, width));
        }
        return predictions;
    }
}
