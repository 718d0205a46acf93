// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// The inner part of a product in fp32: a block's tile of BM x BN elements from shared memory, TM x TN of them in each
// thread's registers, DEPTH terms at a time: half as many where a thread has twice the sums, for registers are scarce.
// Each element is one chain of fma over ascending terms, so that its bits depend on neither the tile nor its place in
// it.
//
// Shared memory holds both operands with the terms as rows. Where rows are written four terms of one column at a time
// (an operand that lies the other way round), columns are exchanged by XOR so that neither writing nor reading meets
// itself in a bank.

#pragma once

#include "epilogue.cuh"
#include "shared.cuh"

template <int BM_, int BN_, int TM_, int TN_, int DEPTH_>
struct Tile {
    static constexpr int BM = BM_, BN = BN_, TM = TM_, TN = TN_, DEPTH = DEPTH_;
    static_assert(DEPTH == 8 || DEPTH == 16, "columns are exchanged for so many terms");
    static constexpr int ACROSS = BN / TN;
    static constexpr int THREADS = BM / TM * ACROSS;
    static constexpr int ROW_GROUPS = TM / 4, COLUMN_GROUPS = TN / 4;
    /** Elements of each operand that a thread brings in for one round of terms. */
    static constexpr int LEFT = BM * DEPTH / THREADS, RIGHT = BN * DEPTH / THREADS;

    /** The first of the four rows, or columns, of a thread's group. */
    static __device__ __forceinline__ int row(int group) {
        return group * (BM / ROW_GROUPS) + threadIdx.x / ACROSS * 4;
    }
    static __device__ __forceinline__ int column(int group) {
        return group * (BN / COLUMN_GROUPS) + threadIdx.x % ACROSS * 4;
    }

    /** Where a column of a row of terms lies: those of each four terms in banks of their own. */
    template <bool SWIZZLED>
    static __device__ __forceinline__ int place(int term, int column) {
        return SWIZZLED ? column ^ (term >> 2) * (128 / DEPTH) : column;
    }

    template <bool SWIZZLED_LEFT, bool SWIZZLED_RIGHT>
    static __device__ __forceinline__ void multiply(const float* left, const float* right, float (&sum)[TM][TN]) {
#pragma unroll
        for (int k = 0; k < DEPTH; k++) {
            step<SWIZZLED_LEFT, SWIZZLED_RIGHT>(left, right, k, sum);
        }
    }

    /** Floats of shared memory: two rounds of both operands, and later a part of the finished tile. */
    static constexpr int ROUNDS = 2 * DEPTH * (BM + BN), PART = BM / ROW_GROUPS * BN;
    static constexpr int SHARED = ROUNDS > PART ? ROUNDS : PART;

    /**
     * Hands out the finished tile, four neighbours of a row at a time, as write(row, column, values), in whole rows
     * from shared memory. Called by all threads, after a barrier.
     */
    template <class Write>
    static __device__ __forceinline__ void hand(float* shared, const float (&sum)[TM][TN], Write write) {
        constexpr int ROWS = BM / ROW_GROUPS;
        // Rolled, for what is done with each element is long.
#pragma unroll 1
        for (int group = 0; group < ROW_GROUPS; group++) {
#pragma unroll
            for (int i = 0; i < TM; i++) {
                if (i / 4 == group) {
#pragma unroll
                    for (int j = 0; j < TN; j += 4) {
                        store4(shared + (row(0) + i % 4) * BN + column(j / 4),
                                make_float4(sum[i][j], sum[i][j + 1], sum[i][j + 2], sum[i][j + 3]));
                    }
                }
            }
            __syncthreads();
#pragma unroll 1
            for (int e = threadIdx.x; e < ROWS * BN / 4; e += THREADS) {
                write(group * ROWS + e / (BN / 4), e % (BN / 4) * 4, loadShared4(shared + e * 4));
            }
            __syncthreads();
        }
    }

private:
    template <bool SWIZZLED_LEFT, bool SWIZZLED_RIGHT>
    static __device__ __forceinline__ void step(const float* left, const float* right, int k, float (&sum)[TM][TN]) {
        float a[TM], b[TN];
#pragma unroll
        for (int g = 0; g < ROW_GROUPS; g++) {
            float4 v = loadShared4(left + k * BM + place<SWIZZLED_LEFT>(k, row(g)));
            a[g * 4] = v.x;
            a[g * 4 + 1] = v.y;
            a[g * 4 + 2] = v.z;
            a[g * 4 + 3] = v.w;
        }
#pragma unroll
        for (int g = 0; g < COLUMN_GROUPS; g++) {
            float4 v = loadShared4(right + k * BN + place<SWIZZLED_RIGHT>(k, column(g)));
            b[g * 4] = v.x;
            b[g * 4 + 1] = v.y;
            b[g * 4 + 2] = v.z;
            b[g * 4 + 3] = v.w;
        }
#pragma unroll
        for (int i = 0; i < TM; i++) {
#pragma unroll
            for (int j = 0; j < TN; j++) {
                sum[i][j] = fmaf(a[i], b[j], sum[i][j]);
            }
        }
    }
};

/** Up to four neighbours, zeros beyond them. */
__device__ __forceinline__ float4 loadSome(const float* p, int count, bool aligned) {
    if (aligned && count >= 4) {
        return load4(p);
    }
    float4 v = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    if (count > 0) {
        v.x = p[0];
    }
    if (count > 1) {
        v.y = p[1];
    }
    if (count > 2) {
        v.z = p[2];
    }
    if (count > 3) {
        v.w = p[3];
    }
    return v;
}
