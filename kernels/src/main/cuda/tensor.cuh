// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// The inner part of a product on tensor cores: mma.sync.m16n8k8 with tf32 factors and fp32 sums, for a block of four
// warps. Operands come to shared memory by cp.async, TERMS terms a stage, in one of two orders:
//
// - terms are neighbours: [row][TERMS], rows of 128 bytes. A thread of a warp reads four neighbouring terms of a row
//   with one load of 16 bytes and uses them as the terms t and t + 4 of two steps. Which four terms of an operand meet
//   in a step does not matter as long as both operands agree.
// - rows are neighbours: [TERMS][rows]. A thread reads four neighbouring rows of one term; they become rows of
//   neighbouring small matrices.
//
// In both, blocks of 16 bytes are exchanged by XOR such that neither copies nor loads meet themselves in a bank.
// In the text below a row of the right operand is a column of the result.

#pragma once

#include "epilogue.cuh"
#include "shared.cuh"

constexpr int TERMS = 32;

/** Copies 16 bytes, or writes zeros; REUSED keeps what is read in the first cache. */
template <bool REUSED = false>
__device__ __forceinline__ void copy16(float* to, const float* from, bool copied) {
    if (REUSED) {
        asm volatile("cp.async.ca.shared.global [%0], [%1], 16, %2;"
                     :: "r"(sharedAddress(to)), "l"(from), "r"(copied ? 16 : 0) : "memory");
    } else {
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
                     :: "r"(sharedAddress(to)), "l"(from), "r"(copied ? 16 : 0) : "memory");
    }
}

__device__ __forceinline__ void commitCopies() { asm volatile("cp.async.commit_group;" ::: "memory"); }

template <int PENDING>
__device__ __forceinline__ void awaitCopies() {
    asm volatile("cp.async.wait_group %0;" :: "n"(PENDING) : "memory");
}

/** To tf32, to the nearest, ties away from zero. */
template <bool ROUNDED>
__device__ __forceinline__ unsigned tf32(float v) {
    if (!ROUNDED) {
        return __float_as_uint(v);
    }
    unsigned bits;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(v));
    return bits;
}

/** Adds the product of 16 x 8 and 8 x 8 factors. */
__device__ __forceinline__ void multiplySmall(float (&sum)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

template <int BM_, int BN_, int WM, int WN, int STAGES_>
struct TensorTile {
    static constexpr int BM = BM_, BN = BN_, STAGES = STAGES_;
    static constexpr int THREADS = BM / WM * (BN / WN) * 32;
    static constexpr int MT = WM / 16, NT = WN / 8;
    /** Floats of a stage of both operands; the right one follows the left. */
    static constexpr int STAGE = (BM + BN) * TERMS;
    /** Floats from one row of the finished tile to the next. */
    static constexpr int PITCH = BN + 8;
    static_assert(BM * PITCH <= STAGES * STAGE, "the finished tile must fit where the operands were");
    static_assert(THREADS == 128, "copies are shared out among four warps");

    float sum[MT][NT][4] = {};
    const int group = threadIdx.x % 32 / 4, quad = threadIdx.x % 4;
    const int rows0 = threadIdx.x / 32 / (BN / WN) * WM, columns0 = threadIdx.x / 32 % (BN / WN) * WN;

    /** Where block `block` of 16 bytes of a row lies, terms being neighbours. */
    static __device__ __forceinline__ int alongTerms(int row, int block) {
        return row * TERMS + ((block ^ ((row & 1) << 2 | (row >> 1 & 3))) << 2);
    }

    /** Where block `block` of 16 bytes of a term lies, rows being neighbours. */
    template <int ROWS>
    static __device__ __forceinline__ int alongRows(int term, int block) {
        return term * ROWS + ((block ^ (term >> 2 & 3) << 1) << 2);
    }

    /** Adds the products of one stage. */
    template <bool LEFT_BY_ROWS, bool RIGHT_BY_ROWS, bool ROUND_LEFT, bool ROUND_RIGHT>
    __device__ __forceinline__ void multiply(const float* stage) {
        const float* left = stage;
        const float* right = stage + BM * TERMS;
#pragma unroll
        for (int half = 0; half < TERMS / 16; half++) {
            unsigned b[2][NT][2];
            if (RIGHT_BY_ROWS) {
#pragma unroll
                for (int term = 0; term < 4; term++) {
#pragma unroll
                    for (int q = 0; q < NT / 4; q++) {
                        float4 v = loadShared4(
                                right + alongRows<BN>(half * 16 + quad * 4 + term, columns0 / 4 + q * 8 + group));
                        b[term / 2][4 * q][term % 2] = tf32<ROUND_RIGHT>(v.x);
                        b[term / 2][4 * q + 1][term % 2] = tf32<ROUND_RIGHT>(v.y);
                        b[term / 2][4 * q + 2][term % 2] = tf32<ROUND_RIGHT>(v.z);
                        b[term / 2][4 * q + 3][term % 2] = tf32<ROUND_RIGHT>(v.w);
                    }
                }
            } else {
#pragma unroll
                for (int j = 0; j < NT; j++) {
                    float4 v = loadShared4(right + alongTerms(columns0 + j * 8 + group, half * 4 + quad));
                    b[0][j][0] = tf32<ROUND_RIGHT>(v.x);
                    b[0][j][1] = tf32<ROUND_RIGHT>(v.y);
                    b[1][j][0] = tf32<ROUND_RIGHT>(v.z);
                    b[1][j][1] = tf32<ROUND_RIGHT>(v.w);
                }
            }
            // Two small matrices at a time, so that the next ones can be read while these are multiplied.
#pragma unroll
            for (int pair = 0; pair < MT / 2; pair++) {
                unsigned a[2][2][4];
                if (LEFT_BY_ROWS) {
#pragma unroll
                    for (int term = 0; term < 4; term++) {
                        float4 v = loadShared4(
                                left + alongRows<BM>(half * 16 + quad * 4 + term, rows0 / 4 + pair * 8 + group));
                        a[term / 2][0][term % 2 * 2] = tf32<ROUND_LEFT>(v.x);
                        a[term / 2][0][term % 2 * 2 + 1] = tf32<ROUND_LEFT>(v.y);
                        a[term / 2][1][term % 2 * 2] = tf32<ROUND_LEFT>(v.z);
                        a[term / 2][1][term % 2 * 2 + 1] = tf32<ROUND_LEFT>(v.w);
                    }
                } else {
#pragma unroll
                    for (int i = 0; i < 4; i++) {
                        float4 v = loadShared4(left + alongTerms(rows0 + pair * 32 + i * 8 + group, half * 4 + quad));
                        a[0][i / 2][i % 2] = tf32<ROUND_LEFT>(v.x);
                        a[0][i / 2][i % 2 + 2] = tf32<ROUND_LEFT>(v.y);
                        a[1][i / 2][i % 2] = tf32<ROUND_LEFT>(v.z);
                        a[1][i / 2][i % 2 + 2] = tf32<ROUND_LEFT>(v.w);
                    }
                }
#pragma unroll
                for (int step = 0; step < 2; step++) {
#pragma unroll
                    for (int i = 0; i < 2; i++) {
#pragma unroll
                        for (int j = 0; j < NT; j++) {
                            multiplySmall(sum[pair * 2 + i][j], a[step][i], b[step][j]);
                        }
                    }
                }
            }
        }
    }

    /**
     * Runs through all stages: fetch(round, stage) starts the copies of a round, prepare(round) what a fetch needs to
     * know, one barrier before it.
     */
    template <bool LEFT_BY_ROWS, bool RIGHT_BY_ROWS, bool ROUND_LEFT, bool ROUND_RIGHT, class Prepare, class Fetch>
    __device__ __forceinline__ void run(float* shared, int rounds, Prepare prepare, Fetch fetch) {
        prepare(0);
#pragma unroll 1
        for (int r = 1 - STAGES; r < rounds; r++) {
            // The copies of round r are done, and everybody is done with the stage that is written next.
            awaitCopies<STAGES - 2>();
            __syncthreads();
            int next = r + STAGES - 1;
            if (next < rounds) {
                fetch(next, shared + next % STAGES * STAGE);
                prepare(next + 1);
            }
            commitCopies();
            if (r >= 0) {
                multiply<LEFT_BY_ROWS, RIGHT_BY_ROWS, ROUND_LEFT, ROUND_RIGHT>(shared + r % STAGES * STAGE);
            }
        }
        awaitCopies<0>();
        __syncthreads();
    }

    /** Hands out the finished tile, four neighbours of a row at a time, as write(row, column, values). */
    template <bool LEFT_BY_ROWS, bool RIGHT_BY_ROWS, class Write>
    __device__ __forceinline__ void hand(float* shared, Write write) const {
#pragma unroll
        for (int i = 0; i < MT; i++) {
#pragma unroll
            for (int h = 0; h < 2; h++) {
                int row = rows0 + (LEFT_BY_ROWS ? i / 2 * 32 + group * 4 + i % 2 * 2 + h : i * 16 + h * 8 + group);
#pragma unroll
                for (int j = 0; j < NT; j++) {
                    float* p = shared + row * PITCH + columns0;
                    if (RIGHT_BY_ROWS) {
                        p[j / 4 * 32 + quad * 8 + j % 4] = sum[i][j][h * 2];
                        p[j / 4 * 32 + quad * 8 + 4 + j % 4] = sum[i][j][h * 2 + 1];
                    } else {
                        *reinterpret_cast<float2*>(p + j * 8 + quad * 2) =
                                make_float2(sum[i][j][h * 2], sum[i][j][h * 2 + 1]);
                    }
                }
            }
        }
        __syncthreads();
        // Rolled, for what is done with each element is long.
#pragma unroll 1
        for (int e = threadIdx.x; e < BM * BN / 4; e += THREADS) {
            int row = e / (BN / 4), column = e % (BN / 4) * 4;
            write(row, column, loadShared4(shared + row * PITCH + column));
        }
    }
};
