// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// The cross-entropy of logits that are resized first, and its gradient by the logits before, without the large logits
// in memory.
//
// forward: a thread for each large pixel; it goes through the classes twice, interpolating on the fly, and leaves
// the loss and the logarithm of the sum of e^z. Labels, losses and logarithms are plain [N][out height][out width].
// _4: four classes at a time, where classes are last and a multiple of 4; the same bits.
// cells: a thread for each element of the gradient in its own order. A cell is the large pixels between a small pixel
// and the next ones to the right and below; the thread adds what they give to the four corners, row by row, to
// partial[4][elements]. g has steps n, y, x.
// meet: each element adds what the four cells around it give to it.
// Launch: 256 threads.

#include "axes.cuh"
#include "functions.cuh"
#include "interpolation.cuh"

template <int V>
__device__ __forceinline__ void forward(const float* x, const int* labels, float* loss, float* logarithms, int pixels,
        int classes, int ignored, const Steps& steps, const Rule& rows, const Rule& columns) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i >= pixels) {
        return;
    }
    int label = labels[i];
    bool valid = label >= 0 && label < classes;
    if (label == ignored || !valid) {
        loss[i] = label == ignored ? 0.0f : __int_as_float(0x7fffffff);
        logarithms[i] = 0.0f;
        return;
    }
    Place p = Place::of<1>(i, 0, 1, rows.out, columns.out);
    Sources r = rows.of(p.y);
    Sources c = columns.of(p.x);
    const float* corner = x + p.n * steps.n;
    const float* a = corner + (r.first * steps.y + c.first * steps.x);
    const float* b = corner + (r.first * steps.y + c.second * steps.x);
    const float* d = corner + (r.second * steps.y + c.first * steps.x);
    const float* e = corner + (r.second * steps.y + c.second * steps.x);
    // Down the columns first, as the gradient does.
    auto logits = [&](int k) {
        int o = k * steps.c;
        Pack<V> pa = load<V>(a + o), pb = load<V>(b + o), pd = load<V>(d + o), pe = load<V>(e + o);
#pragma unroll
        for (int v = 0; v < V; v++) {
            pa.v[v] = between(between(pa.v[v], pd.v[v], r.weight), between(pb.v[v], pe.v[v], r.weight), c.weight);
        }
        return pa;
    };
    float top = __int_as_float(0xff800000);
    float own = 0.0f;
    for (int k = 0; k < classes; k += V) {
        Pack<V> z = logits(k);
#pragma unroll
        for (int v = 0; v < V; v++) {
            top = fmaxf(top, z.v[v]);
            own = k + v == label ? z.v[v] : own;
        }
    }
    float sum = 0.0f;
    for (int k = 0; k < classes; k += V) {
        Pack<V> z = logits(k);
#pragma unroll
        for (int v = 0; v < V; v++) {
            sum += exponential(z.v[v] - top);
        }
    }
    float log = logarithm(sum);
    loss[i] = log - (own - top);
    logarithms[i] = log + top;
}

#define FORWARD(V)                                                                                                  \
    extern "C" __global__ void __launch_bounds__(256) resizedloss_forward_##V(const float* x, const int* labels,    \
            float* loss, float* logarithms, int pixels, int classes, int ignored, STEPS(from), RULE(rows),          \
            RULE(columns)) {                                                                                        \
        forward<V>(x, labels, loss, logarithms, pixels, classes, ignored, STEPS_OF(from), RULE_OF(rows),            \
                RULE_OF(columns));                                                                                  \
    }

FORWARD(1)
FORWARD(4)

extern "C" __global__ void __launch_bounds__(256) resizedloss_cells(const float* x, const int* labels,
        const float* logarithms, const float* g, float* partial, int elements, int channelsLast, int classes,
        int ignored, int gn, int gy, int gx, STEPS(from), RULE(rows), RULE(columns)) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i >= elements) {
        return;
    }
    Rule rows = RULE_OF(rows);
    Rule columns = RULE_OF(columns);
    Steps steps = STEPS_OF(from);
    Place p = Place::of<1>(i, channelsLast, classes, rows.in, columns.in);
    int below = min(p.y + 1, rows.in - 1), right = min(p.x + 1, columns.in - 1);
    float a = x[steps.at(p.n, p.c, p.y, p.x)], b = x[steps.at(p.n, p.c, p.y, right)];
    float d = x[steps.at(p.n, p.c, below, p.x)], e = x[steps.at(p.n, p.c, below, right)];
    int top = rows.cell(p.y), bottom = rows.cell(p.y + 1), begin = columns.cell(p.x), end = columns.cell(p.x + 1);
    const float* factors = g + p.n * gn;
    bool one = (gy | gx) == 0;
    float factor = *factors;
    float sumA = 0.0f, sumB = 0.0f, sumD = 0.0f, sumE = 0.0f;
    for (int iy = top; iy < bottom; iy++) {
        float down = rows.weight(iy, p.y);
        float first = between(a, d, down), second = between(b, e, down);
        int at = (p.n * rows.out + iy) * columns.out;
        float left = 0.0f, next = 0.0f;
        for (int ix = begin; ix < end; ix++) {
            int label = labels[at + ix];
            if (label == ignored) {
                continue;
            }
            float across = columns.weight(ix, p.x);
            float v = exponential(between(first, second, across) - logarithms[at + ix]);
            v -= label == p.c ? 1.0f : 0.0f;
            v = label >= 0 && label < classes ? v : __int_as_float(0x7fffffff);
            v *= one ? factor : factors[iy * gy + ix * gx];
            left = fmaf(1.0f - across, v, left);
            next = across == 0.0f ? next : fmaf(across, v, next);
        }
        sumA = fmaf(1.0f - down, left, sumA);
        sumB = fmaf(1.0f - down, next, sumB);
        if (down != 0.0f) {
            sumD = fmaf(down, left, sumD);
            sumE = fmaf(down, next, sumE);
        }
    }
    partial[i] = sumA;
    partial[(size_t) elements + i] = sumB;
    partial[(size_t) elements * 2 + i] = sumD;
    partial[(size_t) elements * 3 + i] = sumE;
}

/** stepY, stepX: from an element of the gradient to that of the pixel below and to the right. */
extern "C" __global__ void __launch_bounds__(256) resizedloss_meet(const float* partial, float* y, int elements,
        int channelsLast, int classes, int height, int width, int stepY, int stepX) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i >= elements) {
        return;
    }
    Place p = Place::of<1>(i, channelsLast, classes, height, width);
    float sum = partial[i];
    if (p.x > 0) {
        sum += partial[(size_t) elements + i - stepX];
    }
    if (p.y > 0) {
        sum += partial[(size_t) elements * 2 + i - stepY];
        if (p.x > 0) {
            sum += partial[(size_t) elements * 3 + i - stepY - stepX];
        }
    }
    y[i] = sum;
}
