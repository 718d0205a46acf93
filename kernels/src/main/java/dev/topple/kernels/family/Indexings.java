// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.graph.Indexing;
import dev.topple.engine.tensor.Shape;
import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.List;

/** Elements by index. All operands and results plain. */
public final class Indexings {

    /** From so many neighbours on, a block looks for a slice's indices, else each thread does. */
    private static final int WIDE = 32;
    private static final int THREADS_OF_WIDE = 128;

    private Indexings() {}

    /** The slices that indices name. */
    public static List<Launch> gather(Indexing.Gather op, Operand x, Operand indices, Region y) {
        Shape shape = x.mustBePlain().shape();
        int after = shape.product(op.axis() + 1, shape.rank());
        int count = indices.mustBePlain().shape().size();
        int elements = shape.product(0, op.axis()) * count * after;
        return elements == 0 ? List.of() : List.of(new LaunchBuilder("indexing", "indexing_gather").threads(elements)
                .in(x.region()).in(indices.region()).out(y).put(elements, shape.dim(op.axis()), count, after)
                .build());
    }

    /** Adds slices to the places that indices name. */
    public static List<Launch> scatterAdd(Indexing.ScatterAdd op, Operand g, Operand indices, Region y) {
        Shape shape = g.mustBePlain().shape();
        int before = shape.product(0, op.axis());
        int after = shape.product(op.axis() + indices.shape().rank(), shape.rank());
        int count = indices.mustBePlain().shape().size();
        int slices = before * op.size();
        if (slices * after == 0) {
            return List.of();
        }
        if (after < WIDE) {
            return List.of(new LaunchBuilder("indexing", "indexing_scatter_narrow").threads((long) slices * after)
                    .in(g.region()).in(indices.region()).out(y).put(slices * after, op.size(), count, after).build());
        }
        return List.of(new LaunchBuilder("indexing", "indexing_scatter_wide").grid(Extent.of(slices))
                .block(Extent.of(THREADS_OF_WIDE)).in(g.region()).in(indices.region()).out(y)
                .put(op.size(), count, after).build());
    }

    /** 1 where the place along the new axis is the index, else 0. */
    public static List<Launch> oneHot(Indexing.OneHot op, Operand indices, Region y) {
        Shape shape = indices.mustBePlain().shape();
        int after = shape.product(op.axis(), shape.rank());
        int elements = shape.size() * op.depth();
        return elements == 0 ? List.of() : List.of(new LaunchBuilder("indexing", "indexing_onehot").threads(elements)
                .in(indices.region()).out(y).put(elements, op.depth(), after).build());
    }
}
