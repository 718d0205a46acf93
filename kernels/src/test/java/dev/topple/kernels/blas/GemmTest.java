// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.blas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class GemmTest {

    @Test
    void refusesRowsThatOverlap() {
        assertEquals("lda is 4, but a row has 5 elements", refusal(false, false, 4, 6, 6));
        assertEquals("ldb is 4, but a row has 5 elements", refusal(true, true, 3, 4, 6));
        assertEquals("ldc is 5, but a row has 6 elements", refusal(true, true, 3, 5, 5));
        assertThrows(IllegalArgumentException.class, () -> Gemm.of(0, 1, 1, Gemm.Arithmetic.FP32));
    }

    private static String refusal(boolean transposeA, boolean transposeB, int lda, int ldb, int ldc) {
        return assertThrows(IllegalArgumentException.class, () -> new Gemm(transposeA, transposeB, 3, 6, 5, lda, ldb,
                ldc, 1, 0, Gemm.Arithmetic.FP32)).getMessage();
    }
}
