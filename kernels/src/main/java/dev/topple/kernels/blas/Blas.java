// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.blas;

/**
 * A library of matrix products, bound to one stream: its work is done in that stream's order, can be captured there,
 * and gives the same bits each time. All addresses are of device memory and aligned to 4 bytes. Failures are
 * {@link dev.topple.kernels.driver.DriverException}.
 */
public interface Blas extends AutoCloseable {

    /** Which library it is, its version and where it lies. */
    String description();

    /** One product. C must not overlap A or B. */
    void multiply(Gemm gemm, long a, long b, long c);

    /**
     * Many products of one shape.
     *
     * @param strideA elements from one A to the next; 0 if all share one
     * @param strideB the same of B
     * @param strideC elements from one C to the next
     * @param count how many
     */
    void multiplyBatched(Gemm gemm, long a, long strideA, long b, long strideB, long c, long strideC, int count);

    /** Frees what the library holds. Its work must be done. */
    @Override
    void close();
}
