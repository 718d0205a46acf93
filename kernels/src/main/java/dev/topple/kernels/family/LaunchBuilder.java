// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.launch.Argument;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A launch whose parameters are written down in their order. */
public final class LaunchBuilder {

    /** Threads of a block of most kernels. */
    static final int THREADS = 256;

    private final String module;
    private final String kernel;
    private Extent grid = Extent.of(1);
    private Extent block = Extent.of(THREADS);
    private final List<Argument> arguments = new ArrayList<>();
    private final List<Region> reads = new ArrayList<>();
    private final List<Region> writes = new ArrayList<>();

    /** Of a kernel in a module; one block of 256 threads unless it is told otherwise. */
    public LaunchBuilder(String module, String kernel) {
        this.module = module;
        this.kernel = kernel;
    }

    /** Blocks of 256 threads, one thread for each item. */
    public LaunchBuilder threads(long items) {
        return grid(Extent.of(blocks(items, THREADS)));
    }

    /** How many blocks some items need. */
    static int blocks(long items, int perBlock) {
        long blocks = (items + perBlock - 1) / perBlock;
        if (blocks > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(items + " items are too many for one kernel");
        }
        return (int) blocks;
    }

    /** Blocks. */
    LaunchBuilder grid(Extent extent) {
        grid = extent;
        return this;
    }

    /** Threads of a block. */
    LaunchBuilder block(Extent extent) {
        block = extent;
        return this;
    }

    /** A region that is read. */
    public LaunchBuilder in(Region region) {
        return in(region, 0);
    }

    LaunchBuilder in(Region region, long offset) {
        reads.add(region);
        arguments.add(new Argument.Pointer(region, 4 * offset));
        return this;
    }

    /** A region that may be absent. */
    LaunchBuilder in(Optional<Region> region) {
        if (region.isEmpty()) {
            arguments.add(Argument.none());
            return this;
        }
        return in(region.get());
    }

    /** A region that is written. */
    public LaunchBuilder out(Region region) {
        return out(region, 0);
    }

    LaunchBuilder out(Region region, long offset) {
        writes.add(region);
        arguments.add(new Argument.Pointer(region, 4 * offset));
        return this;
    }

    /** Integers. */
    public LaunchBuilder put(int... values) {
        for (int value : values) {
            arguments.add(Argument.of(value));
        }
        return this;
    }

    /** A float; under a name of its own, as an integer would do for one. */
    LaunchBuilder real(float value) {
        arguments.add(Argument.of(value));
        return this;
    }

    /** The axes of one operand, as AXES of the kernels. */
    LaunchBuilder axes(Axes axes, int operand) {
        if (axes.rank() > Axes.MOST) {
            throw new IllegalArgumentException("kernels walk through at most " + Axes.MOST
                    + " axes that cannot be joined, but " + kernel + " would need " + axes.rank());
        }
        for (int axis = 1; axis < Axes.MOST; axis++) {
            put(axis < axes.rank() ? axes.dim(axis) : 1);
        }
        for (int axis = 0; axis < Axes.MOST; axis++) {
            put(axis < axes.rank() ? axes.stride(operand, axis) : 0);
        }
        return this;
    }

    /** The steps of an image, as STEPS of the kernels. */
    LaunchBuilder steps(Operand image) {
        return put(image.strides());
    }

    /** The finished launch. */
    public Launch build() {
        return new Launch(module, kernel, grid, block, 0, arguments, reads, writes);
    }
}
