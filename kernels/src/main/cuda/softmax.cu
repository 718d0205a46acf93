// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// Soft maxima along an axis, cross-entropy over classes and its gradient. A row is what becomes a distribution: `size`
// elements, `step` apart. 1, 8 or 32 neighbouring threads work on a row: thread t on elements t, t + threads, ..., in
// ascending order, then the threads' sums are met by a butterfly. The largest is subtracted before e^x.
//
// Launch: 256 threads, 256 / threads rows for each block.
// Losses: row i is place i % places of image i / places; labels, losses and weights are plain, logits and their
// gradients have steps n, c and p.

#include "axes.cuh"
#include "functions.cuh"

template <int THREADS>
__device__ __forceinline__ float largest(const float* p, int t, int size, int step) {
    float a = __int_as_float(0xff800000);
#pragma unroll 4
    for (int k = t; k < size; k += THREADS) {
        a = fmaxf(a, p[k * step]);
    }
#pragma unroll
    for (int distance = THREADS / 2; distance > 0; distance /= 2) {
        a = fmaxf(a, __shfl_xor_sync(0xffffffffu, a, distance));
    }
    return a;
}

template <int THREADS>
__device__ __forceinline__ float sumOfPowers(const float* p, int t, int size, int step, float top) {
    float a = 0.0f;
#pragma unroll 2
    for (int k = t; k < size; k += THREADS) {
        a += exponential(p[k * step] - top);
    }
#pragma unroll
    for (int distance = THREADS / 2; distance > 0; distance /= 2) {
        a += __shfl_xor_sync(0xffffffffu, a, distance);
    }
    return a;
}

template <int THREADS, bool LOGARITHMS>
__device__ __forceinline__ void distribution(const float* x, float* y, int rows, int size, int stepX, int stepY,
        const Axes& from, const Axes& to) {
    int t = threadIdx.x % THREADS;
    int row = blockIdx.x * (256 / THREADS) + threadIdx.x / THREADS;
    bool active = row < rows;
    // All threads of a warp shuffle, so those without a row work on nothing.
    int mine = active ? size : 0;
    const float* p = x + (active ? from.offset(row) : 0);
    float* q = y + (active ? to.offset(row) : 0);
    float top = largest<THREADS>(p, t, mine, stepX);
    float sum = sumOfPowers<THREADS>(p, t, mine, stepX, top);
    if (LOGARITHMS) {
        float log = logarithm(sum);
#pragma unroll 1
        for (int k = t; k < mine; k += THREADS) {
            q[k * stepY] = p[k * stepX] - top - log;
        }
    } else {
        float inverse = __fdiv_rn(1.0f, sum);
#pragma unroll 1
        for (int k = t; k < mine; k += THREADS) {
            q[k * stepY] = exponential(p[k * stepX] - top) * inverse;
        }
    }
}

/** What a place has to do with its label. */
struct Target {
    int label;
    bool ignored, valid;

    __device__ __forceinline__ Target(const int* labels, int row, bool active, int ignoredLabel, int classes) {
        label = active ? labels[row] : ignoredLabel;
        ignored = label == ignoredLabel;
        valid = label >= 0 && label < classes;
    }
};

template <int THREADS>
__device__ __forceinline__ void loss(const float* x, const int* labels, const float* weights, float* y, int rows,
        int places, int classes, int ignored, int n, int c, int p) {
    int t = threadIdx.x % THREADS;
    int row = blockIdx.x * (256 / THREADS) + threadIdx.x / THREADS;
    bool active = row < rows;
    Target target(labels, row, active, ignored, classes);
    const float* logits = x + (active ? row / places * n + row % places * p : 0);
    int mine = target.ignored || !target.valid ? 0 : classes;
    float top = largest<THREADS>(logits, t, mine, c);
    float sum = sumOfPowers<THREADS>(logits, t, mine, c, top);
    if (active && t == 0) {
        float value = 0.0f;
        if (!target.ignored) {
            value = __int_as_float(0x7fffffff);
            if (target.valid) {
                value = logarithm(sum) - (logits[target.label * c] - top);
                value = weights ? value * weights[target.label] : value;
            }
        }
        y[row] = value;
    }
}

template <int THREADS>
__device__ __forceinline__ void lossGradient(const float* x, const int* labels, const float* g, const float* weights,
        float* y, int rows, int places, int classes, int ignored, int gn, int gp, int n, int c, int p, int yn, int yc,
        int yp) {
    int t = threadIdx.x % THREADS;
    int row = blockIdx.x * (256 / THREADS) + threadIdx.x / THREADS;
    bool active = row < rows;
    Target target(labels, row, active, ignored, classes);
    int image = active ? row / places : 0;
    int place = active ? row % places : 0;
    const float* logits = x + (image * n + place * p);
    int mine = target.ignored || !target.valid ? 0 : classes;
    float top = largest<THREADS>(logits, t, mine, c);
    float sum = sumOfPowers<THREADS>(logits, t, mine, c, top);
    if (!active) {
        return;
    }
    float* out = y + (image * yn + place * yp);
    float factor = 0.0f;
    if (mine) {
        factor = g[image * gn + place * gp];
        factor = weights ? factor * weights[target.label] : factor;
    }
    float inverse = __fdiv_rn(1.0f, sum);
#pragma unroll 1
    for (int k = t; k < classes; k += THREADS) {
        float value = target.ignored ? 0.0f : __int_as_float(0x7fffffff);
        if (mine) {
            value = factor * (exponential(logits[k * c] - top) * inverse - (k == target.label ? 1.0f : 0.0f));
        }
        out[k * yc] = value;
    }
}

#define KERNELS(THREADS)                                                                                         \
    extern "C" __global__ void __launch_bounds__(256) softmax_probabilities_##THREADS(const float* x, float* y,  \
            int rows, int size, int stepX, int stepY, AXES(from), AXES(to)) {                                    \
        distribution<THREADS, false>(x, y, rows, size, stepX, stepY, AXES_OF(from), AXES_OF(to));                \
    }                                                                                                            \
    extern "C" __global__ void __launch_bounds__(256) softmax_logarithms_##THREADS(const float* x, float* y,     \
            int rows, int size, int stepX, int stepY, AXES(from), AXES(to)) {                                    \
        distribution<THREADS, true>(x, y, rows, size, stepX, stepY, AXES_OF(from), AXES_OF(to));                 \
    }                                                                                                            \
    extern "C" __global__ void __launch_bounds__(256) softmax_loss_##THREADS(const float* x, const int* labels,  \
            const float* weights, float* y, int rows, int places, int classes, int ignored, int n, int c,        \
            int p) {                                                                                             \
        loss<THREADS>(x, labels, weights, y, rows, places, classes, ignored, n, c, p);                           \
    }                                                                                                            \
    extern "C" __global__ void __launch_bounds__(256) softmax_gradient_##THREADS(const float* x,                 \
            const int* labels, const float* g, const float* weights, float* y, int rows, int places,             \
            int classes, int ignored, int gn, int gp, int n, int c, int p, int yn, int yc, int yp) {             \
        lossGradient<THREADS>(x, labels, g, weights, y, rows, places, classes, ignored, gn, gp, n, c, p, yn, yc, \
                yp);                                                                                             \
    }

KERNELS(1)
KERNELS(8)
KERNELS(32)
