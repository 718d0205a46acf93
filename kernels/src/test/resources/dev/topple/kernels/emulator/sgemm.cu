// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// c = a b, row-major, by tiles of 64 x 64 in shared memory, 4 x 4 values a thread, any extents.
#define TILE 64
#define DEPTH 16

extern "C" __global__ void __launch_bounds__(256)
sgemm(const float* __restrict__ a, const float* __restrict__ b, float* __restrict__ c, int m, int n, int k) {
    __shared__ float left[DEPTH][TILE + 4];
    __shared__ float right[DEPTH][TILE + 4];
    int row0 = blockIdx.y * TILE, column0 = blockIdx.x * TILE;
    int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
    float sum[4][4] = {};
    for (int k0 = 0; k0 < k; k0 += DEPTH) {
        for (int i = threadIdx.x; i < TILE * DEPTH; i += 256) {
            int r = i / DEPTH, d = i % DEPTH;
            left[d][r] = row0 + r < m && k0 + d < k ? a[(row0 + r) * k + k0 + d] : 0.f;
            int e = i / TILE, s = i % TILE;
            right[e][s] = column0 + s < n && k0 + e < k ? b[(k0 + e) * n + column0 + s] : 0.f;
        }
        __syncthreads();
#pragma unroll
        for (int d = 0; d < DEPTH; d++) {
            float x[4], y[4];
            *(float4*) x = *(const float4*) &left[d][ty * 4];
            *(float4*) y = *(const float4*) &right[d][tx * 4];
#pragma unroll
            for (int i = 0; i < 4; i++)
#pragma unroll
                for (int j = 0; j < 4; j++) sum[i][j] = fmaf(x[i], y[j], sum[i][j]);
        }
        __syncthreads();
    }
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            int r = row0 + ty * 4 + i, s = column0 + tx * 4 + j;
            if (r < m && s < n) c[r * n + s] = sum[i][j];
        }
}
