// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.graph.Layout;
import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.launch.Form;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Words of 4 bytes, of any type, from one place to another. Operands and results in any form. */
public final class Layouts {

    private static final int TILE = 32;

    /** As many planes as a grid takes along y. */
    private static final int MOST_PLANES = 65535;

    private Layouts() {}

    /** A piece of a value: where its first element is, and the steps along the axes. */
    private record Box(Region region, long offset, int[] strides) {}

    /** The same value in another form. */
    public static List<Launch> reorder(Operand x, Operand y) {
        y.mustBe(x.shape());
        return copy(x.shape().dims(), new Box(x.region(), 0, x.strides()), new Box(y.region(), 0, y.strides()));
    }

    /** Reshapes; plain operands are the same memory in another shape already and need not be copied. */
    public static List<Launch> reshape(Operand x, Operand y) {
        Operand same = new Operand(y.mustBePlain().region(), x.shape(), Form.PLAIN);
        return reorder(x, same);
    }

    /** Transposes. */
    public static List<Launch> transpose(Layout.Transpose op, Operand x, Operand y) {
        int[] steps = x.strides();
        int[] ordered = op.order().stream().mapToInt(axis -> steps[axis]).toArray();
        return copy(y.shape().dims(), new Box(x.region(), 0, ordered), new Box(y.region(), 0, y.strides()));
    }

    /** Repeats along axes of size 1 and new leading axes. */
    public static List<Launch> broadcast(Operand x, Operand y) {
        return copy(y.shape().dims(), new Box(x.region(), 0, x.strides(y.shape())),
                new Box(y.region(), 0, y.strides()));
    }

    /** Cuts a box out. */
    public static List<Launch> slice(Layout.Slice op, Operand x, Operand y) {
        return copy(y.shape().dims(), new Box(x.region(), offset(op.starts(), x.strides()), x.strides()),
                new Box(y.region(), 0, y.strides()));
    }

    /** A frame of one value around. */
    public static List<Launch> pad(Layout.Pad op, Operand x, Operand y) {
        List<Launch> launches = new ArrayList<>();
        if (x.shape().size() != y.shape().size()) {
            launches.addAll(fill(y.region(), y.shape().size(), op.value()));
        }
        launches.addAll(copy(x.shape().dims(), new Box(x.region(), 0, x.strides()),
                new Box(y.region(), offset(op.before(), y.strides()), y.strides())));
        return launches;
    }

    /** One after the other along an axis. */
    public static List<Launch> concat(Layout.Concat op, List<Operand> parts, Operand y) {
        List<Launch> launches = new ArrayList<>();
        long from = 0;
        for (Operand part : parts) {
            launches.addAll(copy(part.shape().dims(), new Box(part.region(), 0, part.strides()),
                    new Box(y.region(), from * y.strides()[op.axis()], y.strides())));
            from += part.shape().dim(op.axis());
        }
        return launches;
    }

    /** One float everywhere. */
    public static List<Launch> fill(Region y, int elements, float value) {
        return elements == 0 ? List.of() : List.of(new LaunchBuilder("layout", "layout_fill").threads(elements)
                .out(y).put(elements, Float.floatToRawIntBits(value)).build());
    }

    private static long offset(List<Integer> starts, int[] strides) {
        return IntStream.range(0, strides.length).mapToLong(axis -> (long) starts.get(axis) * strides[axis]).sum();
    }

    private static List<Launch> copy(int[] dims, Box from, Box to) {
        // The target's order, so that what is written lies in a row.
        Axes axes = Axes.inMemoryOrder(dims, to.strides(), from.strides());
        if (IntStream.of(dims).anyMatch(dim -> dim == 0)) {
            return List.of();
        }
        int inner = axes.rank() - 1;
        for (int other = 0; other < inner; other++) {
            boolean turned = axes.stride(0, inner) == 1 && axes.stride(1, other) == 1 && axes.stride(1, inner) != 1;
            Axes planes = turned ? axes.without(other, inner) : axes;
            if (turned && Math.min(axes.dim(inner), axes.dim(other)) >= 4 && planes.count() <= MOST_PLANES) {
                return List.of(tiles(axes, other, from, to));
            }
        }
        boolean fours = axes.fours() && from.offset() % 4 == 0 && to.offset() % 4 == 0;
        Axes walked = fours ? axes.inFours() : axes;
        return List.of(new LaunchBuilder("layout", fours ? "layout_copy_4" : "layout_copy_1").threads(walked.count())
                .in(from.region(), from.offset()).out(to.region(), to.offset()).put(walked.count())
                .axes(walked, 1).axes(walked, 0).build());
    }

    /** The innermost axis of the target is another than that of the source, which is {@code columns}. */
    private static Launch tiles(Axes axes, int columns, Box from, Box to) {
        int rows = axes.rank() - 1;
        Axes planes = axes.without(columns, rows);
        int across = LaunchBuilder.blocks(axes.dim(columns), TILE);
        int down = LaunchBuilder.blocks(axes.dim(rows), TILE);
        return new LaunchBuilder("layout", "layout_tiles").grid(Extent.of(across * down, planes.count()))
                .block(Extent.of(TILE, 8)).in(from.region(), from.offset()).out(to.region(), to.offset())
                .put(axes.dim(rows), axes.dim(columns), axes.stride(1, rows), axes.stride(0, columns))
                .axes(planes, 1).axes(planes, 0).build();
    }
}
