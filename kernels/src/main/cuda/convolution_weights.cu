// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// The gradient of a convolution's weight in fp32, as implicit products: rows are channels of the result, columns are
// taps times channels of the image, terms are pixels of all results.
//
// Gradient of the result: [image][row][column][channel]. Image: the same, in fours of channels, or (`any`) any order.
// Launch: x = tiles, those of the same rows first; z = split * groups + group; threads as in the kernel's bounds; a
// split has `length` pixels. Each writes a partial sum [split][out channel][tap * channels + channel], which
// convolution_weights_sum adds up.
// Order of summation: pixels of a split ascending, one chain of fma; then splits ascending.
// Limit: the rate of fma; for few channels, the bytes of the partial sums and of both images.

#include "tile.cuh"
#include "weights.cuh"

template <class T, bool ANY>
__device__ __forceinline__ void correlate(const Correlation& c, const float* __restrict__ image,
        const float* __restrict__ gradient, float* __restrict__ partial) {
    __shared__ __align__(16) float shared[T::SHARED];
    __shared__ int4 entries[2][T::DEPTH];
    constexpr int DEPTH = T::DEPTH;
    float* left = shared;
    float* right = shared + 2 * DEPTH * T::BM;
    const Block b(c, T::BM, T::BN);
    int tid = threadIdx.x;
    image += b.group * c.channels * c.channelStride;
    gradient += b.group * c.outChannels;

    // A thread brings in four channels of each of its pixels, always the same ones; of the image perhaps single ones.
    constexpr int LEFTS = T::LEFT / 4, RIGHTS = ANY ? T::RIGHT : T::RIGHT / 4;
    constexpr int LEFT_STEP = T::THREADS / (T::BM / 4);
    constexpr int RIGHT_LANES = ANY ? T::BN : T::BN / 4, RIGHT_STEP = T::THREADS / RIGHT_LANES;
    static_assert(T::THREADS % RIGHT_LANES == 0 && T::THREADS % (T::BM / 4) == 0, "columns must stay with a thread");
    int row = b.m0 + tid % (T::BM / 4) * 4;
    int column = b.n0 + tid % RIGHT_LANES * (ANY ? 1 : 4);
    bool aligned = (c.gradientChannels & 3) == 0 && (c.outChannels & 3) == 0;
    int y, x, distance;
    c.tap(column, y, x, distance);
    float4 fromGradient[LEFTS];
    float fromImage[RIGHTS][ANY ? 1 : 4];
    float sum[T::TM][T::TN] = {};

    Pixel pixel(c, b.first + tid % DEPTH);
    auto prepare = [&](int round) {
        if (tid < DEPTH) {
            entries[round & 1][tid] = pixel.entry(c, b.end);
            pixel.advance(c, DEPTH);
        }
    };
    auto fetch = [&](int round) {
        const int4* pixels = entries[round & 1];
#pragma unroll
        for (int i = 0; i < LEFTS; i++) {
            int p = pixels[tid / (T::BM / 4) + i * LEFT_STEP].w;
            fromGradient[i] = loadSome(gradient + (size_t) max(p, 0) * c.gradientChannels + row,
                    p < 0 ? 0 : c.outChannels - row, aligned);
        }
#pragma unroll
        for (int i = 0; i < RIGHTS; i++) {
            int4 e = pixels[tid / RIGHT_LANES + i * RIGHT_STEP];
            bool inside = column < b.columns && (unsigned) (e.x + y) < c.imageH && (unsigned) (e.y + x) < c.imageW;
            if (ANY) {
                fromImage[i][0] = inside ? image[e.z + distance] : 0.0f;
            } else {
                float4 v = inside ? load4(image + e.z + distance) : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
                fromImage[i][0] = v.x;
                fromImage[i][1 % (ANY ? 1 : 4)] = v.y;
                fromImage[i][2 % (ANY ? 1 : 4)] = v.z;
                fromImage[i][3 % (ANY ? 1 : 4)] = v.w;
            }
        }
    };
    auto keep = [&](int slot) {
#pragma unroll
        for (int i = 0; i < LEFTS; i++) {
            store4(left + slot * DEPTH * T::BM + (tid + i * T::THREADS) * 4, fromGradient[i]);
        }
#pragma unroll
        for (int i = 0; i < RIGHTS; i++) {
            float* to = right + slot * DEPTH * T::BN + (tid + i * T::THREADS) * (ANY ? 1 : 4);
            if (ANY) {
                *to = fromImage[i][0];
            } else {
                store4(to, make_float4(fromImage[i][0], fromImage[i][1 % (ANY ? 1 : 4)],
                        fromImage[i][2 % (ANY ? 1 : 4)], fromImage[i][3 % (ANY ? 1 : 4)]));
            }
        }
    };

    int rounds = (b.end - b.first + DEPTH - 1) / DEPTH;
    prepare(0);
    __syncthreads();
    for (int s = -1; s < rounds; s++) {
        if (s + 1 < rounds) {
            fetch(s + 1);
            prepare(s + 2);
        }
        if (s >= 0) {
            T::template multiply<false, false>(left + (s & 1) * DEPTH * T::BM, right + (s & 1) * DEPTH * T::BN, sum);
        }
        if (s + 1 < rounds) {
            keep(s + 1 & 1);
        }
        __syncthreads();
    }
    T::hand(shared, sum, [&](int i, int j, float4 v) { b.write(c, i, j, v, partial); });
}

#define CORRELATION(NAME, BM, BN, TM, TN, DEPTH, ANY, BLOCKS)                                                          \
    extern "C" __global__ void __launch_bounds__(Tile<BM, BN, TM, TN, DEPTH>::THREADS, BLOCKS) NAME(                   \
            CORRELATION_PARAMETERS) {                                                                                  \
        correlate<Tile<BM, BN, TM, TN, DEPTH>, ANY>(CORRELATION_ARGUMENT, image, gradient, partial);                   \
    }

CORRELATION(convolution_weights_128x128, 128, 128, 8, 8, 8, false, 2)
CORRELATION(convolution_weights_64x64, 64, 64, 8, 4, 16, false, 4)
CORRELATION(convolution_weights_any_64x64, 64, 64, 8, 4, 16, true, 4)

// Adds partial sums [split][out channel][tap][channel] to a weight [out channel][channel][tap].
// Launch: a thread for each element of the weight.
extern "C" __global__ void __launch_bounds__(256) convolution_weights_sum(const float* __restrict__ partial,
        float* __restrict__ weight, int splits, int outChannels, int channels, int taps) {
    int size = outChannels * channels * taps;
    int index = blockIdx.x * 256 + threadIdx.x;
    if (index >= size) {
        return;
    }
    float sum = partial[index];
#pragma unroll 8
    for (int s = 1; s < splits; s++) {
        sum += partial[(size_t) s * size + index];
    }
    int channel = index % channels;
    int tap = index / channels % taps;
    int o = index / channels / taps;
    weight[(o * channels + channel) * taps + tap] = sum;
}
