// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// The softmax of each row, one block a row, by shuffles inside the warps and shared memory between them.
__device__ float reduce(float v, bool sum, float* shared) {
    for (int o = 16; o > 0; o >>= 1) {
        float w = __shfl_xor_sync(0xffffffffu, v, o);
        v = sum ? v + w : fmaxf(v, w);
    }
    if (threadIdx.x % 32 == 0) shared[threadIdx.x / 32] = v;
    __syncthreads();
    v = shared[0];
    for (int i = 1; i < blockDim.x / 32; i++) v = sum ? v + shared[i] : fmaxf(v, shared[i]);
    __syncthreads();
    return v;
}

extern "C" __global__ void softmax(const float* __restrict__ x, float* __restrict__ y, int columns) {
    __shared__ float shared[32];
    const float* row = x + (size_t) blockIdx.x * columns;
    float top = -INFINITY;
    for (int i = threadIdx.x; i < columns; i += blockDim.x) top = fmaxf(top, row[i]);
    top = reduce(top, false, shared);
    float sum = 0;
    for (int i = threadIdx.x; i < columns; i += blockDim.x) sum += expf(row[i] - top);
    sum = reduce(sum, true, shared);
    for (int i = threadIdx.x; i < columns; i += blockDim.x)
        y[(size_t) blockIdx.x * columns + i] = expf(row[i] - top) / sum;
}
