// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.Precision;
import dev.topple.engine.tensor.Shape;
import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.launch.Argument;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The matrix product over the last two axes of two operands, each transposed first if so asked; leading axes broadcast.
 * All operands lie in plain order and begin at multiples of 16 bytes. An element's order of summation follows from k
 * alone.
 */
public final class Products {

    /** Leading axes of an operand that a kernel walks by itself; more of them are more launches. */
    private static final int WALKED = 2;
    private static final long MOST_ELEMENTS = Integer.MAX_VALUE;

    private final boolean transposeA;
    private final boolean transposeB;
    private final int m;
    private final int n;
    private final int k;
    private final int rowA;
    private final int rowB;
    private final List<BatchAxis> axes;
    private final boolean alignedA;
    private final boolean alignedB;
    private final boolean tensor;
    private final Tile tile;
    private final String reason;

    /**
     * Chooses a kernel.
     *
     * @param transposeA whether A lies there as [k][m]
     * @param transposeB whether B lies there as [n][k]
     * @param a the shape of A as it lies there
     * @param b the shape of B as it lies there
     */
    public Products(boolean transposeA, boolean transposeB, Shape a, Shape b, Precision precision) {
        this.transposeA = transposeA;
        this.transposeB = transposeB;
        this.n = b.dim(transposeB ? -2 : -1);
        this.k = a.dim(transposeA ? -2 : -1);
        this.rowA = a.dim(-1);
        this.rowB = b.dim(-1);
        int rows = a.dim(transposeA ? -1 : -2);
        List<BatchAxis> merged = BatchAxis.of(leading(a), leading(b), (long) rows * k, (long) k * n, (long) rows * n);
        // Many matrices times one matrix are one tall matrix times it.
        if (!transposeA && merged.size() == 1 && merged.get(0).strideB() == 0
                && merged.get(0).strideA() == (long) rows * k && (long) rows * merged.get(0).size() <= MOST_ELEMENTS) {
            this.m = rows * merged.get(0).size();
            this.axes = List.of();
        } else {
            this.m = rows;
            this.axes = merged;
        }
        this.alignedA = rowA % 4 == 0 && axes.stream().allMatch(axis -> axis.strideA() % 4 == 0);
        this.alignedB = rowB % 4 == 0 && axes.stream().allMatch(axis -> axis.strideB() % 4 == 0);
        this.tensor = precision == Precision.FAST && alignedA && alignedB;
        long count = axes.stream().mapToLong(BatchAxis::size).reduce(1, Math::multiplyExact);
        int layers = (int) Math.min(count, Integer.MAX_VALUE);
        this.tile = TileTable.product(m, n, layers, tensor);
        this.reason = (tensor ? "tensor cores, tf32" : "fp32") + ", tiles of " + tile.suffix()
                + (tensor || precision == Precision.EXACT ? "" : "; tensor cores want rows in fours, not of "
                        + (alignedA ? rowB : rowA));
    }

    private static int[] leading(Shape shape) {
        return Arrays.copyOf(shape.dims(), shape.rank() - 2);
    }

    /** By which kernel, and why by no faster one, for people. */
    public String reason() {
        return reason;
    }

    /**
     * Multiplies.
     *
     * @param epilogue its channels are the columns of C
     */
    public List<Launch> launches(Region a, Region b, Epilogue epilogue, Region c) {
        if (c.elements() > MOST_ELEMENTS) {
            throw new IllegalArgumentException("a product has " + c.elements()
                    + " elements, but the kernels count up to " + MOST_ELEMENTS);
        }
        List<Launch> out = new ArrayList<>();
        int outer = Math.max(0, axes.size() - WALKED);
        walk(0, outer, 0, 0, 0, (atA, atB, atC) -> layers(a, b, epilogue, c, atA, atB, atC, out));
        return out;
    }

    @FunctionalInterface
    private interface Place {
        void at(long a, long b, long c);
    }

    private void walk(int axis, int end, long atA, long atB, long atC, Place place) {
        if (axis == end) {
            place.at(atA, atB, atC);
            return;
        }
        BatchAxis s = axes.get(axis);
        for (int i = 0; i < s.size(); i++) {
            walk(axis + 1, end, atA + i * s.strideA(), atB + i * s.strideB(), atC + i * s.strideC(), place);
        }
    }

    /** The last two axes, in as many launches as their layers need. */
    private void layers(Region a, Region b, Epilogue epilogue, Region c, long atA, long atB, long atC,
            List<Launch> out) {
        BatchAxis inner = axes.isEmpty() ? BatchAxis.SINGLE : axes.get(axes.size() - 1);
        BatchAxis outer = axes.size() < WALKED ? BatchAxis.SINGLE : axes.get(axes.size() - WALKED);
        int wide = Math.min(inner.size(), Tile.MOST_LAYERS);
        int deep = Math.min(outer.size(), Tile.MOST_LAYERS / wide);
        for (int o = 0; o < outer.size(); o += deep) {
            for (int i = 0; i < inner.size(); i += wide) {
                int width = Math.min(wide, inner.size() - i);
                int layers = width * Math.min(deep, outer.size() - o);
                out.add(launch(a, b, epilogue, c, atA + o * outer.strideA() + i * inner.strideA(),
                        atB + o * outer.strideB() + i * inner.strideB(),
                        atC + o * outer.strideC() + i * inner.strideC(), width, inner, outer, layers));
            }
        }
    }

    private Launch launch(Region a, Region b, Epilogue epilogue, Region c, long atA, long atB, long atC, int width,
            BatchAxis inner, BatchAxis outer, int layers) {
        List<Argument> arguments = new ArrayList<>(List.of(new Argument.Pointer(a, 4 * atA),
                new Argument.Pointer(b, 4 * atB), new Argument.Pointer(c, 4 * atC)));
        arguments.addAll(epilogue.arguments(4 * atC));
        boolean alignedC = n % 4 == 0;
        for (int number : new int[] {m, n, k, rowA, rowB, n, alignedA ? 1 : 0, alignedB ? 1 : 0, alignedC ? 1 : 0,
            width}) {
            arguments.add(Argument.of(number));
        }
        for (BatchAxis axis : List.of(inner, outer)) {
            arguments.addAll(List.of(Argument.of(axis.strideA()), Argument.of(axis.strideB()),
                    Argument.of(axis.strideC())));
        }
        List<Region> reads = new ArrayList<>(List.of(a, b));
        reads.addAll(epilogue.regions());
        String kernel = (tensor ? "gemm_tf32_" : "gemm_") + tile.suffix() + "_" + (transposeA ? "t" : "n")
                + (transposeB ? "t" : "n");
        Extent grid = tile.grid(m, n, layers);
        return new Launch(tensor ? "gemm_tf32" : "gemm", kernel, grid, tile.block(), tile.sharedBytes(), arguments,
                reads, List.of(c));
    }
}
