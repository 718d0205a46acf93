// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// Images of another size, and the adjoint. The adjoint gathers: each small pixel adds the large ones that it is a
// source of, row by row, so there is one order and nothing is added to memory; then it may be masked as the gradient of
// a ReLU. The mask lies as the result.
//
// Launch: 256 threads, a thread for each element of the result in its own order; the kernels _4 for each 4 neighbouring
// channels, where channels are last in both images and a multiple of 4.

#include "axes.cuh"
#include "interpolation.cuh"

template <int V>
__device__ __forceinline__ void linear(const float* x, float* y, int packs, int channelsLast, int channels,
        const Steps& from, const Rule& rows, const Rule& columns) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i >= packs) {
        return;
    }
    Place p = Place::of<V>(i, channelsLast, channels, rows.out, columns.out);
    Sources r = rows.of(p.y);
    Sources c = columns.of(p.x);
    Pack<V> a = load<V>(x + from.at(p.n, p.c, r.first, c.first));
    Pack<V> b = load<V>(x + from.at(p.n, p.c, r.first, c.second));
    Pack<V> d = load<V>(x + from.at(p.n, p.c, r.second, c.first));
    Pack<V> e = load<V>(x + from.at(p.n, p.c, r.second, c.second));
    Pack<V> result;
#pragma unroll
    for (int k = 0; k < V; k++) {
        result.v[k] = between(between(a.v[k], b.v[k], c.weight), between(d.v[k], e.v[k], c.weight), r.weight);
    }
    store<V>(y + (size_t) i * V, result);
}

template <int V>
__device__ __forceinline__ void gradient(const float* g, const float* mask, float* y, int packs, int channelsLast,
        int channels, const Steps& from, const Rule& rows, const Rule& columns) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i >= packs) {
        return;
    }
    Place p = Place::of<V>(i, channelsLast, channels, rows.in, columns.in);
    int top = rows.begin(p.y), bottom = rows.end(p.y), left = columns.begin(p.x), right = columns.end(p.x);
    Pack<V> sum = {};
    Follower row(rows, p.y, top);
    for (int gy = top; gy < bottom; gy++, row.next(rows)) {
        float ofRow = row.weightOf(rows, p.y);
        if (ofRow == 0.0f) {
            continue;
        }
        Follower column(columns, p.x, left);
        for (int gx = left; gx < right; gx++, column.next(columns)) {
            float weight = ofRow * column.weightOf(columns, p.x);
            if (weight != 0.0f) {
                Pack<V> one = load<V>(g + from.at(p.n, p.c, gy, gx));
#pragma unroll
                for (int k = 0; k < V; k++) {
                    sum.v[k] = fmaf(weight, one.v[k], sum.v[k]);
                }
            }
        }
    }
    storeMasked<V>(y, mask, (size_t) i * V, sum);
}

#define KERNELS(V)                                                                                                     \
    extern "C" __global__ void __launch_bounds__(256) resize_linear_##V(const float* x, float* y, int packs,           \
            int channelsLast, int channels, STEPS(from), RULE(rows), RULE(columns)) {                                  \
        linear<V>(x, y, packs, channelsLast, channels, STEPS_OF(from), RULE_OF(rows), RULE_OF(columns));               \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(256) resize_gradient_##V(const float* g, const float* mask,           \
            float* y, int packs, int channelsLast, int channels, STEPS(from), RULE(rows), RULE(columns)) {             \
        gradient<V>(g, mask, y, packs, channelsLast, channels, STEPS_OF(from), RULE_OF(rows), RULE_OF(columns));       \
    }

KERNELS(1)
KERNELS(4)

/** Of any words. */
extern "C" __global__ void __launch_bounds__(256) resize_nearest(const int* x, int* y, int packs, int channelsLast,
        int channels, STEPS(from), RULE(rows), RULE(columns)) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i < packs) {
        Place p = Place::of<1>(i, channelsLast, channels, rowsOut, columnsOut);
        y[i] = x[STEPS_OF(from).at(p.n, p.c, RULE_OF(rows).of(p.y).first, RULE_OF(columns).of(p.x).first)];
    }
}
