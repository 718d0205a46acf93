// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// Pooling and its adjoints. A window covers rows y stride - pad to that plus kernel; adjoints gather: each pixel adds
// what the windows over it give, row by row, and may then be masked as the gradient of a ReLU; masks lie as the result.
// Indices are y W + x in the pooled image's plane, whatever the order of the elements in memory; values and indices
// that belong together lie in the same order.
//
// Launch: 256 threads, a thread for each element of the result in its own order; the kernels _4 for each 4 neighbouring
// channels, where channels are last in all images and a multiple of 4. pool_scatter: a thread for each plane and band
// of rows, which adds in ascending order of the values' places.

#include "axes.cuh"

#define WINDOW int kernelY, int kernelX, int strideY, int strideX, int padY, int padX
#define WINDOW_OF Window{kernelY, kernelX, strideY, strideX, padY, padX}

struct Window {
    int kernelY, kernelX, strideY, strideX, padY, padX;
};

/** The places of a window along an axis, and how many they are with the padding. */
struct Span {
    int from, to, count;

    __device__ __forceinline__ Span(int i, int kernel, int stride, int pad, int size) {
        int start = i * stride - pad;
        from = max(start, 0);
        to = min(start + kernel, size);
        count = min(start + kernel, size + pad) - start;
    }
};

/** The windows over a place. */
struct Over {
    int from, to;

    __device__ __forceinline__ Over(int i, int kernel, int stride, int pad, int windows) {
        int first = i + pad - kernel;
        from = first < 0 ? 0 : first / stride + 1;
        to = min((i + pad) / stride + 1, windows);
    }
};

template <int V>
__device__ __forceinline__ void largest(const float* x, float* y, int* indices, int packs, int channelsLast,
        int channels, int height, int width, int outHeight, int outWidth, const Steps& from, const Window& w) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i >= packs) {
        return;
    }
    Place p = Place::of<V>(i, channelsLast, channels, outHeight, outWidth);
    Span rows(p.y, w.kernelY, w.strideY, w.padY, height);
    Span columns(p.x, w.kernelX, w.strideX, w.padX, width);
    Pack<V> best = load<V>(x + from.at(p.n, p.c, rows.from, columns.from));
    int place[V];
#pragma unroll
    for (int k = 0; k < V; k++) {
        place[k] = rows.from * width + columns.from;
    }
    for (int iy = rows.from; iy < rows.to; iy++) {
#pragma unroll 1
        for (int ix = columns.from; ix < columns.to; ix++) {
            Pack<V> one = load<V>(x + from.at(p.n, p.c, iy, ix));
#pragma unroll
            for (int k = 0; k < V; k++) {
                bool larger = one.v[k] > best.v[k] || (one.v[k] != one.v[k] && best.v[k] == best.v[k]);
                best.v[k] = larger ? one.v[k] : best.v[k];
                place[k] = larger ? iy * width + ix : place[k];
            }
        }
    }
    store<V>(y + (size_t) i * V, best);
    store<V>(indices + (size_t) i * V, place);
}

template <int V>
__device__ __forceinline__ void largestGradient(const float* g, const int* indices, const float* mask, float* y,
        int packs, int channelsLast, int channels, int height, int width, int outHeight, int outWidth,
        const Steps& fromG, const Steps& fromIndices, const Window& w) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i >= packs) {
        return;
    }
    Place p = Place::of<V>(i, channelsLast, channels, height, width);
    Over rows(p.y, w.kernelY, w.strideY, w.padY, outHeight);
    Over columns(p.x, w.kernelX, w.strideX, w.padX, outWidth);
    int here = p.y * width + p.x;
    Pack<V> sum = {};
    for (int iy = rows.from; iy < rows.to; iy++) {
        for (int ix = columns.from; ix < columns.to; ix++) {
            int place[V];
            loadInts<V>(indices + fromIndices.at(p.n, p.c, iy, ix), place);
            Pack<V> one = load<V>(g + fromG.at(p.n, p.c, iy, ix));
#pragma unroll
            for (int k = 0; k < V; k++) {
                sum.v[k] += place[k] == here ? one.v[k] : 0.0f;
            }
        }
    }
    storeMasked<V>(y, mask, (size_t) i * V, sum);
}

__device__ __forceinline__ float share(const Span& rows, const Span& columns, int countPadding) {
    return (float) (countPadding ? rows.count * columns.count
            : (rows.to - rows.from) * (columns.to - columns.from));
}

template <int V>
__device__ __forceinline__ void mean(const float* x, float* y, int packs, int channelsLast, int channels, int height,
        int width, int outHeight, int outWidth, const Steps& from, const Window& w, int countPadding) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i >= packs) {
        return;
    }
    Place p = Place::of<V>(i, channelsLast, channels, outHeight, outWidth);
    Span rows(p.y, w.kernelY, w.strideY, w.padY, height);
    Span columns(p.x, w.kernelX, w.strideX, w.padX, width);
    Pack<V> sum = {};
    for (int iy = rows.from; iy < rows.to; iy++) {
        for (int ix = columns.from; ix < columns.to; ix++) {
            Pack<V> one = load<V>(x + from.at(p.n, p.c, iy, ix));
#pragma unroll
            for (int k = 0; k < V; k++) {
                sum.v[k] += one.v[k];
            }
        }
    }
    float parts = share(rows, columns, countPadding);
#pragma unroll
    for (int k = 0; k < V; k++) {
        sum.v[k] = __fdiv_rn(sum.v[k], parts);
    }
    store<V>(y + (size_t) i * V, sum);
}

template <int V>
__device__ __forceinline__ void meanGradient(const float* g, const float* mask, float* y, int packs, int channelsLast,
        int channels, int height, int width, int outHeight, int outWidth, const Steps& from, const Window& w,
        int countPadding) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i >= packs) {
        return;
    }
    Place p = Place::of<V>(i, channelsLast, channels, height, width);
    Over rows(p.y, w.kernelY, w.strideY, w.padY, outHeight);
    Over columns(p.x, w.kernelX, w.strideX, w.padX, outWidth);
    Pack<V> sum = {};
    for (int iy = rows.from; iy < rows.to; iy++) {
        Span down(iy, w.kernelY, w.strideY, w.padY, height);
        for (int ix = columns.from; ix < columns.to; ix++) {
            Span across(ix, w.kernelX, w.strideX, w.padX, width);
            float part = __fdiv_rn(1.0f, share(down, across, countPadding));
            Pack<V> one = load<V>(g + from.at(p.n, p.c, iy, ix));
#pragma unroll
            for (int k = 0; k < V; k++) {
                sum.v[k] = fmaf(one.v[k], part, sum.v[k]);
            }
        }
    }
    storeMasked<V>(y, mask, (size_t) i * V, sum);
}

#define SIZES int packs, int channelsLast, int channels, int height, int width, int outHeight, int outWidth
#define SIZES_OF packs, channelsLast, channels, height, width, outHeight, outWidth

#define KERNELS(V)                                                                                                  \
    extern "C" __global__ void __launch_bounds__(256) pool_max_##V(const float* x, float* y, int* indices, SIZES,   \
            STEPS(from), WINDOW) {                                                                                  \
        largest<V>(x, y, indices, SIZES_OF, STEPS_OF(from), WINDOW_OF);                                             \
    }                                                                                                               \
    extern "C" __global__ void __launch_bounds__(256) pool_maxgradient_##V(const float* g, const int* indices,      \
            const float* mask, float* y, SIZES, STEPS(fromG), STEPS(fromIndices), WINDOW) {                         \
        largestGradient<V>(g, indices, mask, y, SIZES_OF, STEPS_OF(fromG), STEPS_OF(fromIndices), WINDOW_OF);       \
    }                                                                                                               \
    extern "C" __global__ void __launch_bounds__(256) pool_mean_##V(const float* x, float* y, SIZES, STEPS(from),   \
            WINDOW, int countPadding) {                                                                             \
        mean<V>(x, y, SIZES_OF, STEPS_OF(from), WINDOW_OF, countPadding);                                           \
    }                                                                                                               \
    extern "C" __global__ void __launch_bounds__(256) pool_meangradient_##V(const float* g, const float* mask,      \
            float* y, SIZES, STEPS(from), WINDOW, int countPadding) {                                               \
        meanGradient<V>(g, mask, y, SIZES_OF, STEPS_OF(from), WINDOW_OF, countPadding);                             \
    }

KERNELS(1)
KERNELS(4)

extern "C" __global__ void __launch_bounds__(256) pool_gather(const float* x, const int* indices, float* y,
        int elements, int channelsLast, int channels, int height, int width, int outHeight, int outWidth, STEPS(from),
        STEPS(fromIndices)) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i < elements) {
        Place p = Place::of<1>(i, channelsLast, channels, outHeight, outWidth);
        int at = indices[STEPS_OF(fromIndices).at(p.n, p.c, p.y, p.x)];
        bool inside = at >= 0 && at < height * width;
        y[i] = inside ? x[STEPS_OF(from).at(p.n, p.c, at / width, at % width)] : __int_as_float(0x7fffffff);
    }
}

extern "C" __global__ void __launch_bounds__(256) pool_scatter(const float* g, const int* indices, float* y,
        int planes, int channels, int bands, int height, int width, int outHeight, int outWidth, STEPS(fromG),
        STEPS(fromIndices), STEPS(to)) {
    // Neighbouring threads have neighbouring channels.
    int plane = blockIdx.x * 256 + threadIdx.x;
    if (plane >= planes) {
        return;
    }
    int n = plane / channels, c = plane % channels;
    int perBand = (height + bands - 1) / bands;
    int from = min((int) blockIdx.y * perBand, height), end = min(from + perBand, height);
    Steps steps = STEPS_OF(to);
    for (int iy = from; iy < end; iy++) {
        for (int ix = 0; ix < width; ix++) {
            y[steps.at(n, c, iy, ix)] = 0.0f;
        }
    }
    for (int iy = 0; iy < outHeight; iy++) {
        for (int ix = 0; ix < outWidth; ix++) {
            int at = indices[STEPS_OF(fromIndices).at(n, c, iy, ix)];
            if (at >= from * width && at < end * width) {
                y[steps.at(n, c, at / width, at % width)] += g[STEPS_OF(fromG).at(n, c, iy, ix)];
            }
        }
    }
}
