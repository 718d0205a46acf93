// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// Counting and summing with atomic operations, in shared memory and in global.
extern "C" __global__ void histogram(const int* __restrict__ x, unsigned* __restrict__ counts, int n) {
    extern __shared__ unsigned bins[];
    for (int i = threadIdx.x; i < 64; i += blockDim.x) bins[i] = 0;
    __syncthreads();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
        atomicAdd(&bins[x[i] & 63], 1u);
    __syncthreads();
    for (int i = threadIdx.x; i < 64; i += blockDim.x) atomicAdd(&counts[i], bins[i]);
}

// The last block to come adds up what all of them left.
extern "C" __global__ void total(const float* __restrict__ x, float* partial, unsigned* arrived, float* result, int n) {
    __shared__ float sum[128];
    __shared__ bool last;
    float s = 0;
    for (int i = blockIdx.x * 128 + threadIdx.x; i < n; i += gridDim.x * 128) s += x[i];
    sum[threadIdx.x] = s;
    __syncthreads();
    for (int o = 64; o > 0; o >>= 1) {
        if (threadIdx.x < o) sum[threadIdx.x] += sum[threadIdx.x + o];
        __syncthreads();
    }
    if (threadIdx.x == 0) {
        partial[blockIdx.x] = sum[0];
        __threadfence();
        last = atomicAdd(arrived, 1u) == gridDim.x - 1;
    }
    __syncthreads();
    if (last && threadIdx.x == 0) {
        float t = 0;
        for (int i = 0; i < gridDim.x; i++) t += ((volatile float*) partial)[i];
        *result = t;
    }
}

// Threads take turns by a lock: those that hold it must get on while others spin.
extern "C" __global__ void locked(int* lock, int* count) {
    bool done = false;
    while (!done) {
        if (atomicCAS(lock, 0, 1) == 0) {
            *(volatile int*) count = *(volatile int*) count + 1;
            __threadfence();
            atomicExch(lock, 0);
            done = true;
        }
    }
}
