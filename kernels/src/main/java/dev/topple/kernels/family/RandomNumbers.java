// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.graph.RandomOp;
import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.launch.Launch;
import java.util.List;

/** Random numbers as {@code dev.topple.engine.random.Philox} draws them. */
public final class RandomNumbers {

    /** Elements of a row for each block. */
    private static final int PER_BLOCK = 4 * LaunchBuilder.THREADS;

    private RandomNumbers() {}

    /**
     * Launches for a draw.
     *
     * @param keys two words for each row, plain
     * @param y plain
     */
    public static List<Launch> launches(RandomOp op, Operand keys, Operand y) {
        int each = op.each().size();
        int rows = keys.mustBePlain().shape().dim(0);
        y.mustBePlain();
        if (rows * each == 0) {
            return List.of();
        }
        String kernel = switch (op) {
            case RandomOp.Uniform uniform -> "random_uniform";
            case RandomOp.Normal normal -> "random_normal";
        };
        return List.of(new LaunchBuilder("random", kernel)
                .grid(Extent.of(rows, LaunchBuilder.blocks(each, PER_BLOCK))).in(keys.region()).out(y.region())
                .put(each, op.stream()).build());
    }
}
