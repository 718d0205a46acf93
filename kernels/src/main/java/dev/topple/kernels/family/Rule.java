// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.graph.Resampling;

/**
 * How pixels of a result find their sources along one axis: pixel i lies at {@code max(0, i mul + add) / den}.
 *
 * @param smooth whether the next pixel counts, too, by what the division leaves
 */
record Rule(int mul, int add, int den, int in, int out, boolean smooth) {

    /** Where so large a number comes up, the kernels' whole numbers do not suffice. */
    private static final long LIMIT = Integer.MAX_VALUE;

    static Rule of(Resampling.Method method, int in, int out) {
        if (2L * in * out + 2L * in + 2L * out > LIMIT) {
            throw new IllegalArgumentException("cannot resize from " + in + " to " + out
                    + " pixels along one axis: the product must be below 2^30");
        }
        return switch (method) {
            case NEAREST -> new Rule(in, 0, out, in, out, false);
            case BILINEAR -> new Rule(2 * in, in - out, 2 * out, in, out, true);
            case BILINEAR_ALIGN_CORNERS -> out == 1
                    ? new Rule(0, 0, 1, in, out, true)
                    : new Rule(in - 1, 0, out - 1, in, out, true);
        };
    }

    /** As RULE of the kernels. */
    int[] parameters() {
        return new int[] {mul, add, den, in, out, smooth ? 1 : 0};
    }
}
