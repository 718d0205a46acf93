// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// Convolution and the gradient of its image in fp32, as implicit products: rows are pixels of all images, columns are
// channels of the target, terms are taps times source channels; the source is gathered on the way to shared memory.
//
// Source: [image][row][column][channel]; the kernels named `any` take any order by strides and any number of channels,
// the others want multiples of 4 channels in a group. Target, residual and mask: [image][row][column][channel].
// Weights: [group][tap * channels + channel][out channel], rows padded to 4, made by convolution_pack.
// Launch: x = tiles, those of the same pixels first; z = group * phases + phase (phases: 1, or strideH * strideW for
// the gradient); as many tiles as the largest phase has; y: segments, or 1. Threads as in the kernel's bounds, shared
// memory static.
// Order of summation: chunks of 32 channels, in each the taps in rows, in each its channels, ascending: a chain of fma
// for each element and segment; then segments ascending. Which taps are left out makes no difference to the bits, as
// adding 0 makes none and a sum's -0 becomes 0 in the epilogue.
// Limit: the rate of fma where taps times channels exceed about 40, else the bytes of source and target.

#include "convolution.cuh"
#include "tile.cuh"

template <class T, bool ANY>
__device__ __forceinline__ void convolve(const Convolution& c, const float* __restrict__ source,
        const float* __restrict__ weight, float* target, const Epilogue& epilogue, float* parts, int length) {
    __shared__ __align__(16) float shared[T::SHARED];
    __shared__ int4 entries[2][T::DEPTH];
    constexpr int DEPTH = T::DEPTH, FOURS = DEPTH / 4;
    float* left = shared;
    float* right = shared + 2 * DEPTH * T::BM;
    // Registers are scarce, and these are seldom needed.
    __shared__ Term places[T::DEPTH];
    __shared__ Walk w;
    if (threadIdx.x == 0) {
        w = Walk(c, T::BM, T::BN, true);
    }
    __syncthreads();
    if (w.m0 >= w.pixels) {
        return;
    }
    int tid = threadIdx.x;
    source += w.group * c.channels * c.channelStride;
    weight += (size_t) w.group * c.kernelH * c.kernelW * c.channels * c.pitch + w.n0;

    // A thread brings in four channels of each of its pixels, or single terms of one pixel.
    constexpr int PIXELS = ANY ? 1 : T::LEFT / 4, EACH = ANY ? T::LEFT : 4;
    int base[PIXELS], y[PIXELS], x[PIXELS];
#pragma unroll
    for (int i = 0; i < PIXELS; i++) {
        w.source(c, w.m0 + (ANY ? tid % T::BM : tid / FOURS + i * (T::THREADS / FOURS)), base[i], y[i], x[i]);
    }
    constexpr int RIGHTS = T::RIGHT / 4;
    float fromSource[PIXELS][EACH];
    float4 fromWeight[RIGHTS];
    Segments segment(c, length);
#pragma unroll 1
    do {
        float sum[T::TM][T::TN] = {};
        if (tid < DEPTH) {
            Term term(segment.from, segment.to);
            term.advance(w, tid);
            places[tid] = term;
        }
        auto prepare = [&](int round) {
            if (tid < DEPTH) {
                Term term = places[tid];
                entries[round & 1][tid] = term.entry(w, c);
                term.advance(w, DEPTH);
                places[tid] = term;
            }
        };
        auto fetch = [&](int round) {
            const int4* terms = entries[round & 1];
            if (ANY) {
#pragma unroll
                for (int j = 0; j < EACH; j++) {
                    int4 e = terms[tid / T::BM * EACH + j];
                    bool inside = (unsigned) (y[0] + e.x) < c.sourceH && (unsigned) (x[0] + e.y) < c.sourceW;
                    fromSource[0][j] = inside ? source[base[0] + e.z] : 0.0f;
                }
            } else {
                int4 e = terms[tid % FOURS * 4];
#pragma unroll
                for (int i = 0; i < PIXELS; i++) {
                    bool inside = (unsigned) (y[i] + e.x) < c.sourceH && (unsigned) (x[i] + e.y) < c.sourceW;
                    float4 v = inside ? load4(source + base[i] + e.z) : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
                    fromSource[i][0] = v.x;
                    fromSource[i][1] = v.y;
                    fromSource[i][2] = v.z;
                    fromSource[i][3] = v.w;
                }
            }
#pragma unroll
            for (int i = 0; i < RIGHTS; i++) {
                int e = tid + i * T::THREADS;
                int row = terms[e / (T::BN / 4)].w;
                int column = e % (T::BN / 4) * 4;
                fromWeight[i] = row >= 0 && w.n0 + column < c.pitch ? load4(weight + (size_t) row * c.pitch + column)
                                                                    : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
            }
        };
        auto keep = [&](int slot) {
#pragma unroll
            for (int i = 0; i < PIXELS; i++) {
                int first = ANY ? tid / T::BM * EACH : tid % FOURS * 4;
                int m = ANY ? tid % T::BM : tid / FOURS + i * (T::THREADS / FOURS);
#pragma unroll
                for (int j = 0; j < EACH; j++) {
                    left[(slot * DEPTH + first + j) * T::BM + T::template place<true>(first + j, m)] = fromSource[i][j];
                }
            }
#pragma unroll
            for (int i = 0; i < RIGHTS; i++) {
                store4(right + slot * DEPTH * T::BN + (tid + i * T::THREADS) * 4, fromWeight[i]);
            }
        };

        int rounds = (w.depth(segment.to - segment.from) + DEPTH - 1) / DEPTH;
        prepare(0);
        __syncthreads();
#pragma unroll 1
        for (int s = -1; s < rounds; s++) {
            if (s + 1 < rounds) {
                fetch(s + 1);
                prepare(s + 2);
            }
            if (s >= 0) {
                T::template multiply<true, false>(left + (s & 1) * DEPTH * T::BM, right + (s & 1) * DEPTH * T::BN, sum);
            }
            if (s + 1 < rounds) {
                keep(s + 1 & 1);
            }
            __syncthreads();
        }

        const Epilogue e = segment.epilogue(c, epilogue, target);
        float* to = segment.target(c, target, parts);
        bool aligned = (c.targetChannels & 3) == 0 && (c.outChannels & 3) == 0;
        T::hand(shared, sum, [&](int i, int j, float4 value) {
            int left = c.outChannels - w.n0 - j;
            if (w.m0 + i < w.pixels && left > 0) {
                int channel = w.group * c.outChannels + w.n0 + j;
                finish(e, value, channel, (size_t) w.target(c, w.m0 + i) * c.targetChannels + channel, left, aligned,
                        to);
            }
        });
    } while (segment.advance(c, length));
}

#define CONVOLUTION(NAME, BM, BN, TM, TN, DEPTH, ANY, BLOCKS)                                                          \
    extern "C" __global__ void __launch_bounds__(Tile<BM, BN, TM, TN, DEPTH>::THREADS, BLOCKS) NAME(                   \
            CONVOLUTION_PARAMETERS, SEGMENT_PARAMETERS) {                                                              \
        convolve<Tile<BM, BN, TM, TN, DEPTH>, ANY>(CONVOLUTION_ARGUMENT, source, weight, target, EPILOGUE_ARGUMENT,    \
                parts, length);                                                                                        \
    }

CONVOLUTION(convolution_128x128, 128, 128, 8, 8, 8, false, 2)
CONVOLUTION(convolution_64x64, 64, 64, 8, 4, 16, false, 4)
CONVOLUTION(convolution_128x32, 128, 32, 8, 4, 16, false, 4)
CONVOLUTION(convolution_any_64x64, 64, 64, 8, 4, 16, true, 4)
CONVOLUTION(convolution_any_128x32, 128, 32, 8, 4, 16, true, 4)

// Adds the sums of segments, [segment][target], in ascending order, and finishes.
// Launch: a thread for `each` neighbouring elements: 4 where channels come in fours, else 1.
extern "C" __global__ void __launch_bounds__(256) convolution_parts(const float* __restrict__ parts, float* target,
        const float* scale, const float* shift, const float* residual, const float* mask, int relu, int elements,
        int channels, int segments, int each) {
    size_t index = (size_t) (blockIdx.x * 256 + threadIdx.x) * each;
    if (index >= elements) {
        return;
    }
    const Epilogue e = {scale, shift, residual, mask, relu};
    int channel = index % channels;
    if (each == 4) {
        float4 sum = load4(parts + index);
        for (int s = 1; s < segments; s++) {
            float4 v = load4(parts + (size_t) s * elements + index);
            sum = make_float4(sum.x + v.x, sum.y + v.y, sum.z + v.z, sum.w + v.w);
        }
        finish(e, sum, channel, index, 4, true, target);
    } else {
        float sum = parts[index];
        for (int s = 1; s < segments; s++) {
            sum += parts[(size_t) s * elements + index];
        }
        target[index] = finished(e, sum, channel, index);
    }
}

// Prepares weights [O][I][tap] of all groups, O and I being those of one group.
// forward: terms are (tap, i) and columns are o; backward: terms are (tap, o) and columns are i.
// byColumn 0: [group][term][column, padded to pitch]; 1: [group][column][term, padded to pitch].
// Rounded: to tf32, to the nearest, ties away from zero, as cvt.rna does.
// Launch: a thread for each element of the prepared form, with its padding.
extern "C" __global__ void __launch_bounds__(256) convolution_pack(const float* __restrict__ weight,
        float* __restrict__ packed, int groups, int outChannels, int inChannels, int taps, int pitch, int backward,
        int byColumn, int rounded) {
    int channels = backward ? outChannels : inChannels;
    int columns = backward ? inChannels : outChannels;
    int terms = taps * channels;
    int rows = byColumn ? columns : terms;
    int index = blockIdx.x * 256 + threadIdx.x;
    if (index >= groups * rows * pitch) {
        return;
    }
    int along = index % pitch;
    int row = index / pitch % rows;
    int group = index / pitch / rows;
    int term = byColumn ? along : row;
    int column = byColumn ? row : along;
    float v = 0.0f;
    if (term < terms && column < columns) {
        int tap = term / channels;
        int channel = term % channels;
        int o = group * outChannels + (backward ? channel : column);
        int i = backward ? column : channel;
        v = weight[(o * inChannels + i) * taps + tap];
        if (rounded) {
            unsigned bits = __float_as_uint(v);
            // Infinities and NaN stay what they are.
            if ((bits & 0x7f800000u) != 0x7f800000u) {
                v = __uint_as_float((bits + 0x1000u) & 0xffffe000u);
            }
        }
    }
    packed[index] = v;
}
