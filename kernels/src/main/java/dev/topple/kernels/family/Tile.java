// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.kernels.driver.Extent;

/**
 * The part of a product that one block makes.
 *
 * @param rows of the target
 * @param columns of the target
 * @param threads of a block
 * @param sharedBytes of dynamic shared memory
 */
record Tile(int rows, int columns, int threads, int sharedBytes) {

    /** Along z; CUDA's own limit. */
    static final int MOST_LAYERS = 65535;
    private static final int TENSOR_THREADS = 128;
    private static final int STAGES = 3;
    private static final int STAGE_TERMS = 32;

    /** A tile of a kernel for tensor cores: three stages of 32 terms, and more shared memory besides. */
    static Tile tensor(int rows, int columns, int besides) {
        return new Tile(rows, columns, TENSOR_THREADS, 4 * STAGES * STAGE_TERMS * (rows + columns) + besides);
    }

    /** The tile's part of a kernel's name. */
    String suffix() {
        return rows + "x" + columns;
    }

    /** How many tiles cover a target. */
    long count(int targetRows, int targetColumns) {
        return (long) divideUp(targetRows, rows) * divideUp(targetColumns, columns);
    }

    Extent grid(int targetRows, int targetColumns, int layers) {
        return grid(targetRows, targetColumns, 1, layers);
    }

    Extent grid(int targetRows, int targetColumns, int segments, int layers) {
        return new Extent(Math.toIntExact(count(targetRows, targetColumns)), segments, layers);
    }

    Extent block() {
        return Extent.of(threads);
    }

    static int divideUp(int a, int b) {
        return Math.ceilDiv(a, b);
    }
}
