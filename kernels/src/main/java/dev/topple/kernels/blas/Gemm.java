// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.blas;

import java.util.Objects;

/**
 * A product of row-major matrices, C = alpha op(A) op(B) + beta C, where op(A) is m x k, op(B) is k x n and C is m x n.
 *
 * @param transposeA whether A lies there as k x m
 * @param transposeB whether B lies there as n x k
 * @param m rows of C
 * @param n columns of C
 * @param k terms of each sum
 * @param lda elements from one row of A, as it lies there, to the next
 * @param ldb the same of B
 * @param ldc the same of C
 * @param alpha factor of the product
 * @param beta factor of what C holds; with 0, C is not read
 * @param arithmetic how factors are rounded
 */
public record Gemm(boolean transposeA, boolean transposeB, int m, int n, int k, int lda, int ldb, int ldc, float alpha,
        float beta, Arithmetic arithmetic) {

    /** How the factors of each product are rounded; sums are float32 always. */
    public enum Arithmetic {
        /** Not at all. */
        FP32,
        /** To the 10 bits of mantissa that tensor cores take, a relative error of up to 2^-11. */
        TF32
    }

    public Gemm {
        Objects.requireNonNull(arithmetic, "arithmetic");
        if (m < 1 || n < 1 || k < 1) {
            throw new IllegalArgumentException(
                    "a product needs m, n and k of at least 1, not " + m + ", " + n + ", " + k);
        }
        require("lda", lda, transposeA ? m : k);
        require("ldb", ldb, transposeB ? k : n);
        require("ldc", ldc, n);
    }

    /** C = A B of matrices without gaps between rows. */
    public static Gemm of(int m, int n, int k, Arithmetic arithmetic) {
        return new Gemm(false, false, m, n, k, k, n, n, 1, 0, arithmetic);
    }

    private static void require(String name, int ld, int columns) {
        if (ld < columns) {
            throw new IllegalArgumentException(name + " is " + ld + ", but a row has " + columns + " elements");
        }
    }
}
