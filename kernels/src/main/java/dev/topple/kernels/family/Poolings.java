// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.graph.Pooling;
import dev.topple.engine.tensor.Shape;
import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.List;
import java.util.Optional;

/** Pooling and its adjoints on images in any form. Nothing is added to memory by two threads. */
public final class Poolings {

    /** Into so many bands of rows a plane is cut where the windows of a scatter are unknown. */
    private static final int BANDS = 8;

    private Poolings() {}

    /**
     * The largest of each window.
     *
     * @param indices of the values' form
     */
    public static List<Launch> max(Pooling.MaxPool2d op, Operand x, Operand y, Operand indices) {
        y.mustBe(pooled(op.window(), x));
        indices.mustBe(y.shape());
        if (indices.form() != y.form()) {
            throw new IllegalArgumentException("values and indices of pooling must lie in the same order");
        }
        int pack = x.fours() && y.fours() ? 4 : 1;
        return y.shape().size() == 0 ? List.of() : List.of(start("pool_max_", pack, y)
                .in(x.region()).out(y.region()).out(indices.region()).put(sizes(y, pack, x, y)).steps(x)
                .put(window(op.window())).build());
    }

    /**
     * The adjoint of {@link #max}: what {@code Scatter} does where its indices come from pooling with that window.
     *
     * @param mask the value of a ReLU whose gradient follows, as y lies
     */
    public static List<Launch> maxGradient(Pooling.Window window, Operand g, Operand indices, Optional<Region> mask,
            Operand y) {
        g.mustBe(pooled(window, y));
        indices.mustBe(g.shape());
        int pack = g.fours() && indices.fours() && y.fours() ? 4 : 1;
        return y.shape().size() == 0 ? List.of() : List.of(start("pool_maxgradient_", pack, y)
                .in(g.region()).in(indices.region()).in(mask).out(y.region()).put(sizes(y, pack, y, g)).steps(g)
                .steps(indices).put(window(window)).build());
    }

    /** Adds values to the places that any indices name; slower than {@link #maxGradient}. */
    public static List<Launch> scatter(Operand g, Operand indices, Operand y) {
        indices.mustBe(g.image().shape());
        y.mustBe(Shape.of(g.shape().dim(0), g.channels(), y.height(), y.width()));
        int planes = g.shape().dim(0) * g.channels();
        if (y.shape().size() == 0) {
            return List.of();
        }
        int bands = Math.min(BANDS, y.height());
        return List.of(new LaunchBuilder("pool", "pool_scatter")
                .grid(Extent.of(LaunchBuilder.blocks(planes, LaunchBuilder.THREADS), bands))
                .in(g.region()).in(indices.region()).out(y.region())
                .put(planes, y.channels(), bands, y.height(), y.width(), g.height(), g.width())
                .steps(g).steps(indices).steps(y).build());
    }

    /** The pixels that indices name. */
    public static List<Launch> gather(Operand x, Operand indices, Operand y) {
        y.mustBe(indices.image().shape());
        return y.shape().size() == 0 ? List.of() : List.of(new LaunchBuilder("pool", "pool_gather")
                .threads(y.shape().size()).in(x.image().region()).in(indices.region()).out(y.region())
                .put(sizes(y, 1, x, y)).steps(x).steps(indices).build());
    }

    /** The mean of each window. */
    public static List<Launch> mean(Pooling.AvgPool2d op, Operand x, Operand y) {
        y.mustBe(pooled(op.window(), x));
        int pack = x.fours() && y.fours() ? 4 : 1;
        return y.shape().size() == 0 ? List.of() : List.of(start("pool_mean_", pack, y)
                .in(x.region()).out(y.region()).put(sizes(y, pack, x, y)).steps(x).put(window(op.window()))
                .put(op.countPadding() ? 1 : 0).build());
    }

    /**
     * The adjoint of {@link #mean}.
     *
     * @param mask the value of a ReLU whose gradient follows, as y lies
     */
    public static List<Launch> meanGradient(Pooling.AvgPool2dGradient op, Operand g, Optional<Region> mask,
            Operand y) {
        g.mustBe(pooled(op.window(), y));
        int pack = g.fours() && y.fours() ? 4 : 1;
        return y.shape().size() == 0 ? List.of() : List.of(start("pool_meangradient_", pack, y)
                .in(g.region()).in(mask).out(y.region()).put(sizes(y, pack, y, g)).steps(g).put(window(op.window()))
                .put(op.countPadding() ? 1 : 0).build());
    }

    private static LaunchBuilder start(String kernel, int pack, Operand y) {
        return new LaunchBuilder("pool", kernel + pack).threads(y.shape().size() / pack);
    }

    /** As SIZES of the kernels: of the result's packs, of the large image, of the small one. */
    private static int[] sizes(Operand result, int pack, Operand large, Operand small) {
        return new int[] {result.shape().size() / pack, result.channelsLast(), result.channels(), large.height(),
            large.width(), small.height(), small.width()};
    }

    private static int[] window(Pooling.Window w) {
        return new int[] {w.kernelH(), w.kernelW(), w.strideH(), w.strideW(), w.padH(), w.padW()};
    }

    private static Shape pooled(Pooling.Window window, Operand x) {
        return Shape.of(x.image().shape().dim(0), x.channels(), window.outHeight(x.height()),
                window.outWidth(x.width()));
    }
}
