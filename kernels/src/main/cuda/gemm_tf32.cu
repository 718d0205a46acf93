// arch: 80
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// C = op(A) op(B) on tensor cores, row-major, batched, with an epilogue whose channels are the columns of C. Factors
// are rounded to tf32 on their way to the registers, sums are fp32.
//
// The neighbours of A and B in memory come in fours: where terms are neighbours k is a multiple of 4, else m or n is;
// so are distances between rows and members of the batch, and addresses are multiples of 16 bytes.
// Launch: x = tiles, those of one row of tiles first; z = members of the batch, inner ones first; 128 threads; dynamic
// shared memory: 3 stages of (BM + BN) x 32 floats.
// Order of summation: eight terms to an mma, ascending.
// Limit: the rate of mma.sync, and just below it the reads of shared memory.

#include "tensor.cuh"

template <class T, bool TRANSPOSE_A, bool TRANSPOSE_B>
__device__ __forceinline__ void product(const float* __restrict__ a, const float* __restrict__ b, float* c,
        const Epilogue& epilogue, int m, int n, int k, int lda, int ldb, int ldc, int alignedC, int inner,
        long long innerA, long long innerB, long long innerC, long long outerA, long long outerB, long long outerC) {
    extern __shared__ __align__(16) float shared[];
    int columns = (n + T::BN - 1) / T::BN;
    int m0 = blockIdx.x / columns * T::BM;
    int n0 = blockIdx.x % columns * T::BN;
    int in = blockIdx.z % inner;
    int out = blockIdx.z / inner;
    size_t offset = in * innerC + out * outerC;
    a += in * innerA + out * outerA;
    b += in * innerB + out * outerB;
    int tid = threadIdx.x;

    // An operand of 128 or 64 rows lies in shared memory by terms ([row][32]) or by rows ([32][row]).
    auto byTerms = [&](float* to, const float* from, int first, int rows, int size, int ld, int k0) {
#pragma unroll
        for (int i = 0; i < size / 16; i++) {
            int row = first + tid / 8 + i * 16, term = k0 + tid % 8 * 4;
            bool inside = row < rows && term < k;
            copy16(to + T::alongTerms(tid / 8, tid % 8) + i * 16 * TERMS,
                    from + (long long) row * ld + term, inside);
        }
    };
    auto fetch = [&](int round, float* stage) {
        int k0 = round * TERMS;
        float* right = stage + T::BM * TERMS;
        if (TRANSPOSE_A) {
            constexpr int BLOCKS = T::BM / 4;
#pragma unroll
            for (int i = 0; i < T::BM / 16; i++) {
                int e = tid + i * T::THREADS, row = m0 + e % BLOCKS * 4, term = k0 + e / BLOCKS;
                bool inside = row < m && term < k;
                copy16(stage + T::template alongRows<T::BM>(e / BLOCKS, e % BLOCKS),
                        a + (long long) term * lda + row, inside);
            }
        } else {
            byTerms(stage, a, m0, m, T::BM, lda, k0);
        }
        if (TRANSPOSE_B) {
            byTerms(right, b, n0, n, T::BN, ldb, k0);
        } else {
            constexpr int BLOCKS = T::BN / 4;
#pragma unroll
            for (int i = 0; i < T::BN / 16; i++) {
                int e = tid + i * T::THREADS, column = n0 + e % BLOCKS * 4, term = k0 + e / BLOCKS;
                bool inside = column < n && term < k;
                copy16(right + T::template alongRows<T::BN>(e / BLOCKS, e % BLOCKS),
                        b + (long long) term * ldb + column, inside);
            }
        }
    };

    T tile;
    tile.template run<TRANSPOSE_A, !TRANSPOSE_B, true, true>(shared, (k + TERMS - 1) / TERMS, [](int) {}, fetch);

    Epilogue e = epilogue;
    e.residual = e.residual ? e.residual + offset : e.residual;
    e.mask = e.mask ? e.mask + offset : e.mask;
    tile.hand(shared, [&](int i, int j, float4 v) {
        if (m0 + i < m) {
            finish(e, v, n0 + j, (size_t) (m0 + i) * ldc + n0 + j, n - n0 - j, alignedC && n - n0 - j >= 4, c + offset);
        }
    });
}

#define GEMM(NAME, BM, BN, WM, WN, TRANSPOSE_A, TRANSPOSE_B, BLOCKS)                                                   \
    extern "C" __global__ void __launch_bounds__(128, BLOCKS) NAME(const float* __restrict__ a,                        \
            const float* __restrict__ b, float* c, const float* scale, const float* shift, const float* residual,      \
            const float* mask, int relu, int m, int n, int k, int lda, int ldb, int ldc, int alignedA, int alignedB,   \
            int alignedC, int inner, long long innerA, long long innerB, long long innerC, long long outerA,           \
            long long outerB, long long outerC) {                                                                      \
        product<TensorTile<BM, BN, WM, WN, 3>, TRANSPOSE_A, TRANSPOSE_B>(a, b, c,                                      \
                Epilogue{scale, shift, residual, mask, relu}, m, n, k, lda, ldb, ldc, alignedC, inner, innerA, innerB, \
                innerC, outerA, outerB, outerC);                                                                       \
    }

#define GEMMS(TILE, BM, BN, WM, WN, BLOCKS)                                                                            \
    GEMM(gemm_tf32_##TILE##_nn, BM, BN, WM, WN, false, false, BLOCKS)                                                  \
    GEMM(gemm_tf32_##TILE##_nt, BM, BN, WM, WN, false, true, BLOCKS)                                                   \
    GEMM(gemm_tf32_##TILE##_tn, BM, BN, WM, WN, true, false, BLOCKS)                                                   \
    GEMM(gemm_tf32_##TILE##_tt, BM, BN, WM, WN, true, true, BLOCKS)

GEMMS(128x128, 128, 128, 64, 64, 2)
GEMMS(64x64, 64, 64, 32, 32, 4)
