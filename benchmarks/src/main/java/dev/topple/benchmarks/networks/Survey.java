// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.networks;

import dev.topple.engine.graph.Pooling;
import dev.topple.engine.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a network is made of and what a step of an attack on it costs at least: a walk over its layers that computes
 * nothing. A step is a forward pass and the gradient of the images; no gradient of a weight.
 */
public final class Survey implements Layers<Survey.Extent> {

    private static final long FLOAT_BYTES = 4;
    private static final int COLOURS = 3;
    private static final Pooling.Window WINDOW = Pooling.Window.square(3, 2, 1).ceil();

    private final Map<String, Tensor> weights = new LinkedHashMap<>();
    private final boolean withWeights;
    private long multiplications;
    private long elements;

    /** The size of images. */
    public record Extent(int images, int channels, int height, int width) {

        long elements() {
            return (long) images * channels * height * width;
        }
    }

    private Survey(boolean withWeights) {
        this.withWeights = withWeights;
    }

    /** What a step costs for so many images of a size. */
    public static Survey of(Network network, int images, int height, int width) {
        return walk(network, images, height, width, false);
    }

    /** The weights of a network by their names: a layer's name and which of its weights it is. */
    public static Map<String, Tensor> weights(Network network) {
        return walk(network, 1, 64, 64, true).weights;
    }

    private static Survey walk(Network network, int images, int height, int width, boolean withWeights) {
        Survey survey = new Survey(withWeights);
        network.predict(survey, new Extent(images, COLOURS, height, width), height, width);
        long pixels = (long) images * height * width;
        // Labels are read: a class, a depth, a vector. The update reads iterate, clean image and gradient and writes.
        survey.elements += pixels * (Network.CHANNELS.size() + 2) + 4 * COLOURS * pixels;
        return survey;
    }

    /** Floating-point operations of a step: two for each product of a convolution, forward and backward. */
    public long stepFlops() {
        return 2 * 2 * multiplications;
    }

    /**
     * The fewest bytes that a step moves if it goes layer by layer: every image between layers is written once and read
     * once, forward and backward, every weight is read once in each direction. Activations, normalisation, masks and the
     * enlarging of predictions for their losses are taken to cost nothing of their own.
     */
    public long stepBytes() {
        return FLOAT_BYTES * elements;
    }

    private Extent convolved(Extent x, Filter filter) {
        int stride = filter.stride();
        Extent y = new Extent(x.images(), filter.out(), (x.height() + stride - 1) / stride,
                (x.width() + stride - 1) / stride);
        long weight = (long) filter.out() * filter.fanIn();
        multiplications += y.elements() * filter.fanIn();
        elements += 2 * (x.elements() + y.elements() + weight);
        return y;
    }

    private void keep(String name, Tensor value) {
        weights.put(name, value);
    }

    @Override
    public Extent biased(String name, Extent x, Filter filter) {
        if (withWeights) {
            keep(name + ".weight", NetworkWeights.weight(name, filter));
            keep(name + ".bias", NetworkWeights.bias(name, filter.out()));
        }
        return convolved(x, filter);
    }

    @Override
    public Extent normalised(String name, Extent x, Filter filter, double gain) {
        if (withWeights) {
            keep(name + ".weight", NetworkWeights.weight(name, filter));
            keep(name + ".gamma", NetworkWeights.gamma(name, filter.out(), gain));
            keep(name + ".beta", NetworkWeights.beta(name, filter.out()));
            keep(name + ".mean", NetworkWeights.mean(name, filter.out()));
            keep(name + ".variance", NetworkWeights.variance(name, filter.out()));
        }
        return convolved(x, filter);
    }

    @Override
    public Extent relu(Extent x) {
        return x;
    }

    @Override
    public Extent add(Extent a, Extent b) {
        // One of the two is read where the other is written; so it is with their gradients.
        elements += 2 * a.elements();
        return a;
    }

    @Override
    public Extent maxPool(Extent x) {
        Extent y = new Extent(x.images(), x.channels(), WINDOW.outHeight(x.height()), WINDOW.outWidth(x.width()));
        elements += 2 * (x.elements() + y.elements());
        return y;
    }

    @Override
    public Extent resize(Extent x, int height, int width) {
        elements += 2 * x.elements();
        return new Extent(x.images(), x.channels(), height, width);
    }

    @Override
    public Extent normalise(Extent images) {
        return images;
    }
}
