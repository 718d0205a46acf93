// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.Convolution;
import dev.topple.engine.tensor.Shape;

/**
 * The shape of a convolution with a square kernel of odd size, padded so that stride 1 keeps the size.
 *
 * @param in the channels that it reads
 * @param out the channels that it writes
 * @param size the kernel's side
 * @param stride how far it moves
 * @param dilation how far apart the pixels are that it reads
 * @param groups into how many groups channels are divided
 * @param padding where the zeros go
 */
record Kernel(int in, int out, int size, int stride, int dilation, int groups, Padding padding) {

    /** A plain one: stride 1, no dilation, one group. */
    Kernel(int in, int out, int size) {
        this(in, out, size, 1, 1, 1, Padding.PYTORCH);
    }

    Kernel stride(int to) {
        return new Kernel(in, out, size, to, dilation, groups, padding);
    }

    Kernel dilation(int to) {
        return new Kernel(in, out, size, stride, to, groups, padding);
    }

    Kernel groups(int to) {
        return new Kernel(in, out, size, stride, dilation, to, padding);
    }

    Kernel padding(Padding to) {
        return new Kernel(in, out, size, stride, dilation, groups, to);
    }

    /** The shape of the weight. */
    Shape weight() {
        return Shape.of(out, in / groups, size, size);
    }

    /** How it moves over an image of a size. */
    Convolution.Geometry geometry(int height, int width) {
        int pad = dilation * (size / 2);
        boolean late = padding == Padding.KERAS && stride > 1;
        int top = late ? before(pad, height) : pad;
        int left = late ? before(pad, width) : pad;
        return new Convolution.Geometry(stride, stride, top, left, pad, pad, dilation, dilation, groups);
    }

    private static int before(int pad, int side) {
        return Math.max(0, pad - (1 - side % 2));
    }
}
