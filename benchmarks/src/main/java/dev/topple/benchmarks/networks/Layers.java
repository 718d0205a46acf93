// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.networks;

/**
 * What a library must be able to do to compute the networks of this package. Names say whose weights a layer has.
 *
 * @param <T> images {@code [N, C, H, W]} of that library
 */
public interface Layers<T> {

    /**
     * A convolution that keeps the size but for its stride: its padding is {@code dilation * (kernel - 1) / 2}.
     *
     * @param in channels of the image
     * @param out channels of the result
     * @param kernel height and width of the kernel
     * @param groups of channels that do not meet
     */
    record Filter(int in, int out, int kernel, int stride, int dilation, int groups) {

        /** With stride 1, no dilation, one group. */
        public static Filter of(int in, int out, int kernel) {
            return new Filter(in, out, kernel, 1, 1, 1);
        }

        /** Each channel by itself, 3x3. */
        public static Filter depthwise(int channels, int stride) {
            return new Filter(channels, channels, 3, stride, 1, channels);
        }

        /** The same with another stride. */
        public Filter by(int pixels) {
            return new Filter(in, out, kernel, pixels, dilation, groups);
        }

        /** The same with another dilation. */
        public Filter dilated(int pixels) {
            return new Filter(in, out, kernel, stride, pixels, groups);
        }

        /** What is padded on each side. */
        public int padding() {
            return dilation * (kernel - 1) / 2;
        }

        /** The elements of a weight {@code [out, in / groups, kernel, kernel]} for each output. */
        public int fanIn() {
            return in / groups * kernel * kernel;
        }
    }

    /** A convolution with a bias. */
    T biased(String name, T x, Filter filter);

    /**
     * A convolution without bias and the batch normalisation of its result, statistics frozen.
     *
     * @param gain about how much larger than its normalised source the result is
     */
    T normalised(String name, T x, Filter filter, double gain);

    /** What is positive, else 0. */
    T relu(T x);

    /** The sum of two images. */
    T add(T a, T b);

    /** The largest of windows of 3x3 pixels, stride 2, padding 1, the last window hanging over the edge (ceil mode). */
    T maxPool(T x);

    /** Bilinear interpolation to another size; pixels have areas (corners do not meet corners). */
    T resize(T x, int height, int width);

    /** The colours 0 to 1 in the network's range. */
    T normalise(T images);
}
