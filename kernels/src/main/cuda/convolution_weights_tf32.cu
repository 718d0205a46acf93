// arch: 80
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// The gradient of a convolution's weight on tensor cores, as implicit products: rows are channels of the result,
// columns are taps times channels of the image, terms are pixels of all results. Factors are rounded to tf32 on their
// way to the registers, sums are fp32.
//
// Image and gradient of the result: [image][row][column][channel], channels of a group in fours.
// Launch: x = tiles, those of the same rows first; z = split * groups + group; 128 threads; a split has `length`
// pixels; dynamic shared memory: 3 stages of (BM + BN) x 32 floats and 1024 bytes. Partial sums as those of fp32.
// Order of summation: eight pixels to an mma, ascending; then splits ascending.
// Limit: the rate of mma.sync, and just below it the reads of shared memory.

#include "tensor.cuh"
#include "weights.cuh"

template <class T>
__device__ __forceinline__ void correlate(const Correlation& c, const float* __restrict__ image,
        const float* __restrict__ gradient, float* __restrict__ partial) {
    extern __shared__ __align__(16) float shared[];
    int4* entries = reinterpret_cast<int4*>(shared + T::STAGES * T::STAGE);
    const Block b(c, T::BM, T::BN);
    int tid = threadIdx.x;
    image += b.group * c.channels;
    gradient += b.group * c.outChannels;

    constexpr int LEFT_LANES = T::BM / 4, RIGHT_LANES = T::BN / 4;
    int row = b.m0 + tid % LEFT_LANES * 4;
    int column = b.n0 + tid % RIGHT_LANES * 4;
    int y, x, distance;
    c.tap(column, y, x, distance);

    Pixel pixel(c, b.first + tid % TERMS);
    auto prepare = [&](int round) {
        if (tid < TERMS) {
            entries[(round & 1) * TERMS + tid] = pixel.entry(c, b.end);
            pixel.advance(c, TERMS);
        }
    };
    auto fetch = [&](int round, float* stage) {
        const int4* pixels = entries + (round & 1) * TERMS;
#pragma unroll
        for (int i = 0; i < T::BM / 16; i++) {
            int term = tid / LEFT_LANES + i * (T::THREADS / LEFT_LANES);
            int p = pixels[term].w;
            bool inside = p >= 0 && row < c.outChannels;
            copy16(stage + T::template alongRows<T::BM>(term, tid % LEFT_LANES),
                    gradient + (long long) p * c.gradientChannels + row, inside);
        }
#pragma unroll
        for (int i = 0; i < T::BN / 16; i++) {
            int term = tid / RIGHT_LANES + i * (T::THREADS / RIGHT_LANES);
            int4 e = pixels[term];
            bool inside = column < b.columns && (unsigned) (e.x + y) < c.imageH && (unsigned) (e.y + x) < c.imageW;
            copy16(stage + T::BM * TERMS + T::template alongRows<T::BN>(term, tid % RIGHT_LANES),
                    image + (e.z + distance), inside);
        }
    };

    T tile;
    tile.template run<true, true, true, true>(shared, (b.end - b.first + TERMS - 1) / TERMS, prepare, fetch);
    tile.hand(shared, [&](int i, int j, float4 v) { b.write(c, i, j, v, partial); });
}

#define CORRELATION(NAME, BM, BN, WM, WN, BLOCKS)                                                                      \
    extern "C" __global__ void __launch_bounds__(128, BLOCKS) NAME(CORRELATION_PARAMETERS) {                           \
        correlate<TensorTile<BM, BN, WM, WN, 3>>(CORRELATION_ARGUMENT, image, gradient, partial);                      \
    }

CORRELATION(convolution_weights_tf32_128x128, 128, 128, 64, 64, 2)
CORRELATION(convolution_weights_tf32_64x64, 64, 64, 32, 32, 4)
