// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.launch.Argument;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/** A convolution of each channel for itself, always in fp32: its limit is memory. */
record DepthwiseConvolution(ImageWalk walk) implements ConvolutionPlan {

    private static final int THREADS = 128;
    /** Columns of a thread; a constant of the kernel. */
    private static final int STRIP = 4;

    private boolean isVector() {
        return walk.shape().channels() == walk.shape().outChannels() && walk.targetChannels() % 4 == 0;
    }

    @Override
    public WeightPacking packing() {
        return new WeightPacking(1, walk.shape().outChannels(), 1, walk.shape().taps(), false, false, false);
    }

    @Override
    public String reason() {
        return isVector() ? "depthwise in fp32, four channels at a time"
                : "depthwise in fp32, one channel at a time; four want a multiple of 4 and as many of the result";
    }

    @Override
    public List<Launch> launches(Region source, Region packed, Epilogue epilogue, Region target,
            LongFunction<Region> working) {
        Geometry g = walk.shape().geometry();
        int stepH = walk.backward() ? g.strideH() : 1;
        int stepW = walk.backward() ? g.strideW() : 1;
        int rows = Math.ceilDiv(walk.targetHeight(), stepH);
        int strips = Math.ceilDiv(Math.ceilDiv(walk.targetWidth(), stepW), STRIP);
        long threads = (long) walk.shape().images() * rows * strips
                * (isVector() ? walk.targetChannels() / 4 : walk.targetChannels());
        List<Argument> arguments = new ArrayList<>();
        arguments.add(Argument.of(source));
        arguments.add(Argument.of(packed));
        arguments.add(Argument.of(target));
        arguments.addAll(epilogue.arguments(0));
        arguments.addAll(walk.arguments(packing().pitch()));
        List<Region> reads = new ArrayList<>(List.of(source, packed));
        reads.addAll(epilogue.regions());
        return List.of(new Launch("depthwise", isVector() ? "depthwise_vector" : "depthwise_any",
                new Extent(Math.toIntExact((threads + THREADS - 1) / THREADS), 1, walk.phases()), Extent.of(THREADS),
                0, arguments, reads, List.of(target)));
    }
}
