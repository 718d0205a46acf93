// arch: 80
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// c = a b with tf32 tensor cores, two stages of cp.async; extents are multiples of 64, 64 and 16. ldmatrix loads a.
#define TILE 64
#define DEPTH 16
#define PITCH_A (DEPTH + 4)
#define PITCH_B (TILE + 8)

__device__ __forceinline__ unsigned address(const void* p) { return (unsigned) __cvta_generic_to_shared(p); }

__device__ __forceinline__ void copy(float* to, const float* from, int bytes) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(address(to)), "l"(from), "r"(bytes) : "memory");
}

extern "C" __global__ void __launch_bounds__(128)
tf32_gemm(const float* __restrict__ a, const float* __restrict__ b, float* __restrict__ c, int m, int n, int k) {
    __shared__ __align__(16) float left[2][TILE][PITCH_A];
    __shared__ __align__(16) float right[2][DEPTH][PITCH_B];
    int row0 = blockIdx.y * TILE, column0 = blockIdx.x * TILE;
    int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    int wr = warp / 2 * 32, wc = warp % 2 * 32;
    float sum[2][4][4] = {};
    auto fetch = [&](int stage, int k0) {
        for (int i = threadIdx.x; i < TILE * DEPTH / 4; i += 128) {
            int r = i / (DEPTH / 4), d = i % (DEPTH / 4) * 4;
            copy(&left[stage][r][d], a + (size_t) (row0 + r) * k + k0 + d, 16);
            int e = i / (TILE / 4), s = i % (TILE / 4) * 4;
            copy(&right[stage][e][s], b + (size_t) (k0 + e) * n + column0 + s, 16);
        }
        asm volatile("cp.async.commit_group;" ::: "memory");
    };
    fetch(0, 0);
    int stage = 0;
    for (int k0 = 0; k0 < k; k0 += DEPTH, stage ^= 1) {
        if (k0 + DEPTH < k) {
            fetch(stage ^ 1, k0 + DEPTH);
            asm volatile("cp.async.wait_group 1;" ::: "memory");
        } else {
            asm volatile("cp.async.wait_group 0;" ::: "memory");
        }
        __syncthreads();
#pragma unroll
        for (int d = 0; d < DEPTH; d += 8) {
            unsigned x[2][4], y[4][2];
#pragma unroll
            for (int i = 0; i < 2; i++) {
                const float* p = &left[stage][wr + i * 16 + lane % 16][d + lane / 16 * 4];
                asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                             : "=r"(x[i][0]), "=r"(x[i][1]), "=r"(x[i][2]), "=r"(x[i][3]) : "r"(address(p)) : "memory");
#pragma unroll
                for (int q = 0; q < 4; q++)
                    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(x[i][q]) : "f"(__uint_as_float(x[i][q])));
            }
#pragma unroll
            for (int j = 0; j < 4; j++)
#pragma unroll
                for (int q = 0; q < 2; q++)
                    asm("cvt.rna.tf32.f32 %0, %1;"
                        : "=r"(y[j][q]) : "f"(right[stage][d + lane % 4 + q * 4][wc + j * 8 + lane / 4]));
#pragma unroll
            for (int i = 0; i < 2; i++)
#pragma unroll
                for (int j = 0; j < 4; j++)
                    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
                        "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                        : "+f"(sum[i][j][0]), "+f"(sum[i][j][1]), "+f"(sum[i][j][2]), "+f"(sum[i][j][3])
                        : "r"(x[i][0]), "r"(x[i][1]), "r"(x[i][2]), "r"(x[i][3]), "r"(y[j][0]), "r"(y[j][1]));
        }
        __syncthreads();
    }
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 4; j++) {
            float* p = c + (size_t) (row0 + wr + i * 16 + lane / 4) * n + column0 + wc + j * 8 + lane % 4 * 2;
            *(float2*) p = make_float2(sum[i][j][0], sum[i][j][1]);
            *(float2*) (p + 8 * (size_t) n) = make_float2(sum[i][j][2], sum[i][j][3]);
        }
}
