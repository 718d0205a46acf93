// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.driver;

/** How many blocks of a grid or threads of a block there are along each axis. */
public record Extent(int x, int y, int z) {

    public Extent {
        if (x < 1 || y < 1 || z < 1) {
            throw new IllegalArgumentException(
                    "an extent needs at least 1 along each axis, not " + x + " x " + y + " x " + z);
        }
    }

    /** Along x alone. */
    public static Extent of(int x) {
        return new Extent(x, 1, 1);
    }

    /** Along x and y. */
    public static Extent of(int x, int y) {
        return new Extent(x, y, 1);
    }

    /** The product. */
    public long count() {
        return (long) x * y * z;
    }
}
