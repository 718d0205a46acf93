// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// The inner part of a product on tensor cores: mma.sync.m16n8k8 with tf32 factors and fp32 sums, for a block of four
// warps. Operands come to shared memory by cp.async, TERMS terms a stage, in one of two orders:
//
// - terms are neighbours: [row][TERMS], rows of 128 bytes. ldmatrix gives each thread its factors in the registers of
//   which mma wants them: seen as 16-bit numbers, 8 rows of 16 bytes are a matrix whose pairs are four terms.
// - rows are neighbours: [TERMS][rows]. Threads read single factors; ldmatrix would tear 32-bit numbers apart.
//
// In both, blocks of 16 bytes are exchanged by XOR such that neither copies nor loads meet themselves in a bank.
// In the text below a row of the right operand is a column of the result.

#pragma once

#include "epilogue.cuh"
#include "shared.cuh"

constexpr int TERMS = 32;

/** Copies 16 bytes, or writes zeros, and then `from` may be anywhere; REUSED keeps what is read in the first cache. */
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
__device__ __forceinline__ unsigned tf32(unsigned v) {
    if (!ROUNDED) {
        return v;
    }
    unsigned bits;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(__uint_as_float(v)));
    return bits;
}

/** Four matrices of 8 rows and 4 terms; a lane gives the address of row lane % 8 of matrix lane / 8. */
__device__ __forceinline__ void loadMatrices(unsigned address, unsigned& a, unsigned& b, unsigned& c, unsigned& d) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(a), "=r"(b), "=r"(c), "=r"(d) : "r"(address) : "memory");
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
        return row * TERMS + ((block ^ (row & 7)) << 2);
    }

    /** Where block `block` of 16 bytes of a term lies, rows being neighbours. */
    template <int ROWS>
    static __device__ __forceinline__ int alongRows(int term, int block) {
        return term * ROWS + ((block ^ (term & 3) << 1) << 2);
    }

    /** Adds the products of one stage. */
    template <bool LEFT_BY_ROWS, bool RIGHT_BY_ROWS, bool ROUND_LEFT, bool ROUND_RIGHT>
    __device__ __forceinline__ void multiply(const float* stage) {
        const float* left = stage;
        const float* right = stage + BM * TERMS;
        // Of four matrices the left operand's go down first, then along the terms; the right operand's the other way.
        int lane = threadIdx.x % 32, turn = lane & 7;
        unsigned leftRow = sharedAddress(left + (rows0 + (lane >> 3 & 1) * 8 + turn) * TERMS);
        unsigned rightRow = sharedAddress(right + (columns0 + (lane >> 4) * 8 + turn) * TERMS);
        int leftBlock = (lane >> 4 ^ turn) << 4, rightBlock = ((lane >> 3 & 1) ^ turn) << 4;
#pragma unroll
        for (int step = 0; step < TERMS / 8; step++) {
            unsigned a[MT][4], b[NT][2];
#pragma unroll
            for (int j = 0; j < NT; j += 2) {
                if (RIGHT_BY_ROWS) {
#pragma unroll
                    for (int e = 0; e < 4; e++) {
                        b[j + e / 2][e % 2] = single<BN>(right, step * 8 + e % 2 * 4, columns0, j * 8 + e / 2 * 8);
                    }
                } else {
                    loadMatrices(rightRow + j * 8 * TERMS * 4 + (rightBlock ^ step << 5), b[j][0], b[j][1],
                            b[j + 1][0], b[j + 1][1]);
                }
            }
#pragma unroll
            for (int i = 0; i < MT; i++) {
                if (LEFT_BY_ROWS) {
#pragma unroll
                    for (int e = 0; e < 4; e++) {
                        a[i][e] = single<BM>(left, step * 8 + e / 2 * 4, rows0, i * 16 + e % 2 * 8);
                    }
                } else {
                    loadMatrices(leftRow + i * 16 * TERMS * 4 + (leftBlock ^ step << 5), a[i][0], a[i][1], a[i][2],
                            a[i][3]);
                }
            }
#pragma unroll
            for (int j = 0; j < NT; j++) {
                b[j][0] = tf32<ROUND_RIGHT>(b[j][0]);
                b[j][1] = tf32<ROUND_RIGHT>(b[j][1]);
            }
#pragma unroll
            for (int i = 0; i < MT; i++) {
#pragma unroll
                for (int e = 0; e < 4; e++) {
                    a[i][e] = tf32<ROUND_LEFT>(a[i][e]);
                }
#pragma unroll
                for (int j = 0; j < NT; j++) {
                    multiplySmall(sum[i][j], a[i], b[j]);
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
    template <class Write>
    __device__ __forceinline__ void hand(float* shared, Write write) const {
#pragma unroll
        for (int i = 0; i < MT; i++) {
#pragma unroll
            for (int h = 0; h < 2; h++) {
                float* p = shared + (rows0 + i * 16 + h * 8 + group) * PITCH + columns0 + quad * 2;
#pragma unroll
                for (int j = 0; j < NT; j++) {
                    *reinterpret_cast<float2*>(p + j * 8) = make_float2(sum[i][j][h * 2], sum[i][j][h * 2 + 1]);
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

private:
    /** The factor of a thread's own term and row, so many after the first ones, rows being neighbours. */
    template <int ROWS>
    __device__ __forceinline__ unsigned single(const float* operand, int term, int first, int row) const {
        return __float_as_uint(operand[(term + quad) * ROWS + ((first + row + group) ^ quad << 3)]);
    }
};
