// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// Philox4x32-10 (Salmon et al., 2011) as the engine draws it: element j of a row is word j % 4 of the counter
// {j / 4, stream, 0, 0} under the row's key. Uniform numbers have the same bits as the engine's. Normal ones are
// computed in float64 by other functions and rounded to float32 once: nearly always the same bits, else the next
// number.
//
// Launch: 256 threads, x = rows, y = 1024 elements of the row for each block.

__device__ __forceinline__ uint4 philox(unsigned k0, unsigned k1, unsigned block, unsigned stream) {
    uint4 c = make_uint4(block, stream, 0u, 0u);
#pragma unroll
    for (int round = 0; round < 10; round++) {
        unsigned high0 = __umulhi(0xD2511F53u, c.x), low0 = 0xD2511F53u * c.x;
        unsigned high1 = __umulhi(0xCD9E8D57u, c.z), low1 = 0xCD9E8D57u * c.z;
        c = make_uint4(high1 ^ c.y ^ k0, low1, high0 ^ c.w ^ k1, low0);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return c;
}

__device__ __forceinline__ void four(float* y, int j, int each, float a, float b, float c, float d) {
    y[j] = a;
    if (j + 1 < each) {
        y[j + 1] = b;
    }
    if (j + 2 < each) {
        y[j + 2] = c;
    }
    if (j + 3 < each) {
        y[j + 3] = d;
    }
}

__device__ __forceinline__ float uniform(unsigned bits) {
    return (float) (bits >> 8) * 5.9604644775390625e-8f;
}

extern "C" __global__ void __launch_bounds__(256) random_uniform(const int* keys, float* y, int each, int stream) {
    int block = blockIdx.y * 256 + threadIdx.x;
    int j = 4 * block;
    if (j < each) {
        uint4 c = philox(keys[2 * blockIdx.x], keys[2 * blockIdx.x + 1], block, stream);
        four(y + (size_t) blockIdx.x * each, j, each, uniform(c.x), uniform(c.y), uniform(c.z), uniform(c.w));
    }
}

__device__ __forceinline__ void normal(unsigned a, unsigned b, float* even, float* odd) {
    double radius = sqrt(-2.0 * log(((double) a + 1.0) * 2.3283064365386962890625e-10));
    double sine, cosine;
    sincospi(2.0 * ((double) b * 2.3283064365386962890625e-10), &sine, &cosine);
    *even = (float) (radius * cosine);
    *odd = (float) (radius * sine);
}

extern "C" __global__ void __launch_bounds__(256) random_normal(const int* keys, float* y, int each, int stream) {
    int block = blockIdx.y * 256 + threadIdx.x;
    int j = 4 * block;
    if (j < each) {
        uint4 c = philox(keys[2 * blockIdx.x], keys[2 * blockIdx.x + 1], block, stream);
        float p, q, r, s;
        normal(c.x, c.y, &p, &q);
        normal(c.z, c.w, &r, &s);
        four(y + (size_t) blockIdx.x * each, j, each, p, q, r, s);
    }
}
