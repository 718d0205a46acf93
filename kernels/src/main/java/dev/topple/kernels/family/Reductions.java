// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.graph.Reduction;
import dev.topple.engine.tensor.Shape;
import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/**
 * Sums, largest elements and their places. How the elements of one result are shared among threads depends on how many
 * they are and how they lie alone, so a row of a batch has the bits of the row by itself.
 */
public final class Reductions {

    /** So few elements are added by one thread. */
    private static final int FEW = 16;
    private static final int MOST_FOR_WARP = 1024;

    /** Of elements that lie in a row, a block takes so many; the next launch adds what blocks found. */
    private static final int CHUNK = 8192;
    private static final int COLUMN_CHUNK = 512;
    private static final int RESULTS_OF_COLUMNS = 32;

    private Reductions() {}

    /**
     * Launches for a reduction.
     *
     * @param y for the result, plain
     * @param working gives working memory of so many floats
     */
    public static List<Launch> launches(Reduction op, Operand x, Region y, LongFunction<Region> working) {
        return switch (op) {
            case Reduction.Sum sum -> launches("sum", x, sum.axes(), y, working);
            case Reduction.Max max -> launches("max", x, max.axes(), y, working);
            case Reduction.ArgMax max -> launches("argmax", x, List.of(max.axis()), y, working);
        };
    }

    private static List<Launch> launches(String name, Operand x, List<Integer> axes, Region y,
            LongFunction<Region> working) {
        Shape shape = x.shape();
        int[] steps = x.strides();
        int[] keptAxes = IntStream.range(0, shape.rank()).filter(axis -> !axes.contains(axis)).toArray();
        int[] reducedAxes = axes.stream().mapToInt(axis -> axis).toArray();
        Axes kept = Axes.of(IntStream.of(keptAxes).map(shape::dim).toArray(),
                IntStream.of(keptAxes).map(axis -> steps[axis]).toArray());
        int[] reducedSteps = IntStream.of(reducedAxes).map(axis -> steps[axis]).toArray();
        Axes reduced = Axes.inMemoryOrder(IntStream.of(reducedAxes).map(shape::dim).toArray(), reducedSteps);
        if (kept.count() == 0) {
            return List.of();
        }
        boolean inRows = reduced.stride(0, reduced.rank() - 1) == 1 || reduced.count() <= 1;
        List<Launch> launches = new ArrayList<>();
        reduce(name, x.region(), y, kept, reduced, inRows, working, launches);
        return launches;
    }

    private static void reduce(String name, Region x, Region y, Axes kept, Axes reduced, boolean inRows,
            LongFunction<Region> working, List<Launch> launches) {
        int results = kept.count();
        int count = reduced.count();
        int chunk = name.equals("argmax") || count <= FEW ? Math.max(1, count) : inRows ? CHUNK : COLUMN_CHUNK;
        int chunks = Math.max(1, LaunchBuilder.blocks(count, chunk));
        Region target = chunks == 1 ? y : working.apply((long) results * chunks);
        String way = count <= FEW ? "few" : !inRows ? "columns" : count <= MOST_FOR_WARP ? "warps" : "blocks";
        int perBlock = switch (way) {
            case "few" -> LaunchBuilder.THREADS;
            case "warps" -> LaunchBuilder.THREADS / 32;
            case "blocks" -> 1;
            default -> RESULTS_OF_COLUMNS;
        };
        launches.add(new LaunchBuilder("reduce", "reduce_" + name + "_" + way)
                .grid(Extent.of(LaunchBuilder.blocks(results, perBlock), chunks))
                .block(way.equals("columns") ? Extent.of(32, 8) : Extent.of(LaunchBuilder.THREADS))
                .in(x).out(target).put(results, count, chunk, chunks).axes(kept, 0).axes(reduced, 0).build());
        if (chunks > 1) {
            reduce(name, target, y, Axes.of(new int[] {results}, new int[] {chunks}),
                    Axes.of(new int[] {chunks}, new int[] {1}), true, working, launches);
        }
    }
}
