// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.networks;

import dev.topple.benchmarks.networks.Layers.Filter;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;

/** Random weights of layers, a function of the layer's name and size: whoever asks gets the same. */
public final class NetworkWeights {

    private NetworkWeights() {}

    /** A convolution's weight, uniform with the variance {@code 2 / fan-in} of He et al., 2015. */
    public static Tensor weight(String name, Filter filter) {
        double deviation = Math.sqrt(2.0 / filter.fanIn());
        return uniform(name + ".weight",
                Shape.of(filter.out(), filter.in() / filter.groups(), filter.kernel(), filter.kernel()), 0, deviation);
    }

    /** A convolution's bias. */
    public static Tensor bias(String name, int channels) {
        return uniform(name + ".bias", Shape.of(channels), 0, 0.1);
    }

    /** The factor of a normalisation. */
    public static Tensor gamma(String name, int channels, double gain) {
        return uniform(name + ".gamma", Shape.of(channels), gain, 0.1 * gain);
    }

    /** The summand of a normalisation. */
    public static Tensor beta(String name, int channels) {
        return uniform(name + ".beta", Shape.of(channels), 0, 0.1);
    }

    /** The mean of a normalisation. */
    public static Tensor mean(String name, int channels) {
        return uniform(name + ".mean", Shape.of(channels), 0, 0.1);
    }

    /** The variance of a normalisation, positive. */
    public static Tensor variance(String name, int channels) {
        return uniform(name + ".variance", Shape.of(channels), 1, 0.1);
    }

    private static Tensor uniform(String name, Shape shape, double mean, double deviation) {
        RandomSource random = new RandomSource(name.hashCode());
        float[] values = new float[shape.size()];
        float width = (float) (deviation * Math.sqrt(12));
        float low = (float) mean - width / 2;
        for (int i = 0; i < values.length; i++) {
            values[i] = low + width * random.nextFloat();
        }
        return Tensor.of(shape, values);
    }
}
