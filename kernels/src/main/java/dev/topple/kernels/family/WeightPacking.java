// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.tensor.DType;
import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.launch.Argument;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.List;

/**
 * How the weight of a convolution is laid out for a kernel. Equal packings of one weight are the same bits, so that one
 * prepared form serves all convolutions that want it.
 *
 * @param groups of the convolution
 * @param outChannels in a group
 * @param inChannels in a group
 * @param taps rows times columns of the kernel
 * @param backward whether terms are taps times channels of the result, and not of the image
 * @param byColumn whether the terms of one channel of the target are neighbours, and not the channels of one term
 * @param rounded whether to tf32
 */
public record WeightPacking(int groups, int outChannels, int inChannels, int taps, boolean backward, boolean byColumn,
        boolean rounded) {

    private static final int THREADS = 256;

    private int terms() {
        return taps * (backward ? outChannels : inChannels);
    }

    private int columns() {
        return backward ? inChannels : outChannels;
    }

    /** Elements from one row of the packed form to the next. */
    int pitch() {
        return ((byColumn ? terms() : columns()) + 3) / 4 * 4;
    }

    /** How many elements the packed form has. */
    public int elements() {
        return Math.toIntExact((long) groups * (byColumn ? columns() : terms()) * pitch());
    }

    /** Memory for the packed form. */
    public Region region() {
        return new Region(DType.F32, elements());
    }

    /**
     * Packs.
     *
     * @param weight {@code [O][I / groups][KH][KW]}
     */
    public Launch launch(Region weight, Region packed) {
        return new Launch("convolution", "convolution_pack", Extent.of((elements() + THREADS - 1) / THREADS),
                Extent.of(THREADS), 0,
                List.of(Argument.of(weight), Argument.of(packed), Argument.of(groups), Argument.of(outChannels),
                        Argument.of(inChannels), Argument.of(taps), Argument.of(pitch()), flag(backward),
                        flag(byColumn), flag(rounded)),
                List.of(weight), List.of(packed));
    }

    private static Argument flag(boolean value) {
        return Argument.of(value ? 1 : 0);
    }
}
