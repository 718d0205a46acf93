// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// C = op(A) op(B) in fp32, row-major, batched, with an epilogue whose channels are the columns of C.
//
// Launch: x = tiles, those of one row of tiles first; z = members of the batch, inner ones first; threads as in the
// kernel's bounds. Shared memory is static: twice (BM + BN) x DEPTH floats, at least half a tile.
// Order of summation: ascending terms, one chain of fma for each element.
// Limit: the rate of fma. A tile of 128 x 128 reads 4 x 16 bytes of shared memory for 64 fma of a thread.

#include "tile.cuh"

/** Puts four neighbours into shared memory: terms of one column, or columns of one term. */
template <class T, int SIZE, bool TERMS>
__device__ __forceinline__ void put(float* to, int e, float4 v) {
    if (TERMS) {
        int term = e % (T::DEPTH / 4) * 4;
        float* p = to + term * SIZE + T::template place<true>(term, e / (T::DEPTH / 4));
        p[0] = v.x;
        p[SIZE] = v.y;
        p[2 * SIZE] = v.z;
        p[3 * SIZE] = v.w;
    } else {
        store4(to + e * 4, v);
    }
}

/** A block's tile and the member of the batch. */
struct Place {
    int m, n, in, out;

    /** Found anew where it is needed again, which an asm volatile forces: registers are scarce in between. */
    __device__ __forceinline__ Place(int tileM, int tileN, int columns, int inner) {
        int tile, layer, across = (columns + tileN - 1) / tileN;
        asm volatile("mov.u32 %0, %%ctaid.x;" : "=r"(tile));
        asm volatile("mov.u32 %0, %%ctaid.z;" : "=r"(layer));
        m = tile / across * tileM;
        n = tile % across * tileN;
        in = layer % inner;
        out = layer / inner;
    }
};

template <class T, bool TRANSPOSE_A, bool TRANSPOSE_B>
__device__ __forceinline__ void product(const float* __restrict__ a, const float* __restrict__ b, float* c,
        const Epilogue& epilogue, int m, int n, int k, int lda, int ldb, int ldc, int alignedA, int alignedB,
        int alignedC, int inner, long long innerA, long long innerB, long long innerC, long long outerA,
        long long outerB, long long outerC) {
    __shared__ __align__(16) float shared[T::SHARED];
    constexpr int DEPTH = T::DEPTH;
    float* left = shared;
    float* right = shared + 2 * DEPTH * T::BM;
    constexpr int LEFTS = T::LEFT / 4, RIGHTS = T::RIGHT / 4;
    const Place first(T::BM, T::BN, n, inner);

    // Of each operand a thread brings in LEFTS or RIGHTS times four neighbours: along the terms where these are
    // neighbours in memory, else along the rows or columns.
    int tid = threadIdx.x;
    int row = first.m + (TRANSPOSE_A ? tid % (T::BM / 4) * 4 : tid / (DEPTH / 4));
    int termA = TRANSPOSE_A ? tid / (T::BM / 4) : tid % (DEPTH / 4) * 4;
    constexpr int STEP_A = TRANSPOSE_A ? T::THREADS / (T::BM / 4) : T::THREADS / (DEPTH / 4);
    int column = first.n + (TRANSPOSE_B ? tid / (DEPTH / 4) : tid % (T::BN / 4) * 4);
    int termB = TRANSPOSE_B ? tid % (DEPTH / 4) * 4 : tid / (T::BN / 4);
    constexpr int STEP_B = TRANSPOSE_B ? T::THREADS / (DEPTH / 4) : T::THREADS / (T::BN / 4);
    a += first.in * innerA + first.out * outerA
            + (TRANSPOSE_A ? (size_t) termA * lda + row : (size_t) row * lda + termA);
    b += first.in * innerB + first.out * outerB
            + (TRANSPOSE_B ? (size_t) column * ldb + termB : (size_t) termB * ldb + column);
    float4 fromA[LEFTS], fromB[RIGHTS];
    float sum[T::TM][T::TN] = {};

    auto fetch = [&](int k0) {
#pragma unroll
        for (int i = 0; i < LEFTS; i++) {
            int count = TRANSPOSE_A ? (k0 + termA + i * STEP_A < k ? m - row : 0)
                                    : (row + i * STEP_A < m ? k - k0 - termA : 0);
            fromA[i] = loadSome(a + (size_t) (i * STEP_A) * lda, count, alignedA);
        }
#pragma unroll
        for (int i = 0; i < RIGHTS; i++) {
            int count = TRANSPOSE_B ? (column + i * STEP_B < n ? k - k0 - termB : 0)
                                    : (k0 + termB + i * STEP_B < k ? n - column : 0);
            fromB[i] = loadSome(b + (size_t) (i * STEP_B) * ldb, count, alignedB);
        }
        a += TRANSPOSE_A ? (size_t) DEPTH * lda : DEPTH;
        b += TRANSPOSE_B ? DEPTH : (size_t) DEPTH * ldb;
    };
    auto keep = [&](int slot) {
#pragma unroll
        for (int i = 0; i < LEFTS; i++) {
            put<T, T::BM, !TRANSPOSE_A>(left + slot * DEPTH * T::BM, tid + i * T::THREADS, fromA[i]);
        }
#pragma unroll
        for (int i = 0; i < RIGHTS; i++) {
            put<T, T::BN, TRANSPOSE_B>(right + slot * DEPTH * T::BN, tid + i * T::THREADS, fromB[i]);
        }
    };

    int rounds = (k + DEPTH - 1) / DEPTH;
    for (int s = -1; s < rounds; s++) {
        if (s + 1 < rounds) {
            fetch((s + 1) * DEPTH);
        }
        if (s >= 0) {
            T::template multiply<!TRANSPOSE_A, TRANSPOSE_B>(left + (s & 1) * DEPTH * T::BM,
                    right + (s & 1) * DEPTH * T::BN, sum);
        }
        if (s + 1 < rounds) {
            keep(s + 1 & 1);
        }
        __syncthreads();
    }

    const Place at(T::BM, T::BN, n, inner);
    size_t offset = at.in * innerC + at.out * outerC;
    Epilogue e = epilogue;
    e.residual = e.residual ? e.residual + offset : e.residual;
    e.mask = e.mask ? e.mask + offset : e.mask;
    T::hand(shared, sum, [&](int i, int j, float4 v) {
        if (at.m + i < m) {
            int column = at.n + j;
            finish(e, v, column, (size_t) (at.m + i) * ldc + column, n - column, alignedC && n - column >= 4,
                    c + offset);
        }
    });
}

#define GEMM(NAME, BM, BN, TM, TN, DEPTH, TRANSPOSE_A, TRANSPOSE_B, BLOCKS)                                            \
    extern "C" __global__ void __launch_bounds__(Tile<BM, BN, TM, TN, DEPTH>::THREADS, BLOCKS) NAME(                   \
            const float* __restrict__ a, const float* __restrict__ b, float* c, const float* scale,                    \
            const float* shift, const float* residual, const float* mask, int relu, int m, int n, int k, int lda,      \
            int ldb, int ldc, int alignedA, int alignedB, int alignedC, int inner, long long innerA, long long innerB, \
            long long innerC, long long outerA, long long outerB, long long outerC) {                                  \
        product<Tile<BM, BN, TM, TN, DEPTH>, TRANSPOSE_A, TRANSPOSE_B>(a, b, c,                                        \
                Epilogue{scale, shift, residual, mask, relu}, m, n, k, lda, ldb, ldc, alignedA, alignedB, alignedC,    \
                inner, innerA, innerB, innerC, outerA, outerB, outerC);                                                \
    }

#define GEMMS(TILE, BM, BN, TM, TN, DEPTH, BLOCKS)                                                                     \
    GEMM(gemm_##TILE##_nn, BM, BN, TM, TN, DEPTH, false, false, BLOCKS)                                                \
    GEMM(gemm_##TILE##_nt, BM, BN, TM, TN, DEPTH, false, true, BLOCKS)                                                 \
    GEMM(gemm_##TILE##_tn, BM, BN, TM, TN, DEPTH, true, false, BLOCKS)                                                 \
    GEMM(gemm_##TILE##_tt, BM, BN, TM, TN, DEPTH, true, true, BLOCKS)

GEMMS(128x128, 128, 128, 8, 8, 8, 2)
GEMMS(64x64, 64, 64, 8, 4, 16, 4)
GEMMS(32x32, 32, 32, 4, 4, 16, 8)
