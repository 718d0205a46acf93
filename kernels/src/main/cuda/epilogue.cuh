// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// What happens to each finished element of a product or a convolution, in this order: scale and shift of its channel
// (one fma if both are there), residual, ReLU, the mask of a ReLU's gradient. An absent step has the address 0.
// Residual and mask have the target's order and shape; the residual may be the target itself, for each element is read
// and written by one thread.

#pragma once

struct Epilogue {
    const float* scale;
    const float* shift;
    const float* residual;
    const float* mask;
    int relu;
    /** A part of the sum, in the target's order, that this one is added to before anything else; may be absent. */
    const float* before;
};

__device__ __forceinline__ float finished(const Epilogue& e, float v, int channel, size_t index) {
    // A sum of nothing but padding and products that vanish is +0, whatever was skipped on the way.
    v += 0.0f;
    if (e.before) {
        v = e.before[index] + v;
    }
    if (e.scale) {
        v = e.shift ? fmaf(v, e.scale[channel], e.shift[channel]) : v * e.scale[channel];
    } else if (e.shift) {
        v += e.shift[channel];
    }
    if (e.residual) {
        v += e.residual[index];
    }
    if (e.relu) {
        // NaN stays NaN, -0 becomes 0.
        v = v <= 0.0f ? 0.0f : v;
    }
    if (e.mask) {
        v = e.mask[index] > 0.0f ? v : 0.0f;
    }
    return v;
}

__device__ __forceinline__ float4 load4(const float* p) { return *reinterpret_cast<const float4*>(p); }

__device__ __forceinline__ void store4(float* p, float4 v) { *reinterpret_cast<float4*>(p) = v; }

/** Four elements at once; channel and index are multiples of 4. */
__device__ __forceinline__ float4 finished4(const Epilogue& e, float4 v, int channel, size_t index) {
    v.x += 0.0f;
    v.y += 0.0f;
    v.z += 0.0f;
    v.w += 0.0f;
    if (e.before) {
        float4 b = load4(e.before + index);
        v = make_float4(b.x + v.x, b.y + v.y, b.z + v.z, b.w + v.w);
    }
    if (e.scale) {
        float4 a = load4(e.scale + channel);
        if (e.shift) {
            float4 b = load4(e.shift + channel);
            v = make_float4(fmaf(v.x, a.x, b.x), fmaf(v.y, a.y, b.y), fmaf(v.z, a.z, b.z), fmaf(v.w, a.w, b.w));
        } else {
            v = make_float4(v.x * a.x, v.y * a.y, v.z * a.z, v.w * a.w);
        }
    } else if (e.shift) {
        float4 b = load4(e.shift + channel);
        v = make_float4(v.x + b.x, v.y + b.y, v.z + b.z, v.w + b.w);
    }
    if (e.residual) {
        float4 r = load4(e.residual + index);
        v = make_float4(v.x + r.x, v.y + r.y, v.z + r.z, v.w + r.w);
    }
    if (e.relu) {
        v.x = v.x <= 0.0f ? 0.0f : v.x;
        v.y = v.y <= 0.0f ? 0.0f : v.y;
        v.z = v.z <= 0.0f ? 0.0f : v.z;
        v.w = v.w <= 0.0f ? 0.0f : v.w;
    }
    if (e.mask) {
        float4 m = load4(e.mask + index);
        v.x = m.x > 0.0f ? v.x : 0.0f;
        v.y = m.y > 0.0f ? v.y : 0.0f;
        v.z = m.z > 0.0f ? v.z : 0.0f;
        v.w = m.w > 0.0f ? v.w : 0.0f;
    }
    return v;
}

/** Finishes and writes up to four neighbours of a row; {@code whole} says that all four exist and lie aligned. */
__device__ __forceinline__ void finish(const Epilogue& e, float4 v, int channel, size_t index, int count, bool whole,
        float* target) {
    if (whole) {
        store4(target + index, finished4(e, v, channel, index));
        return;
    }
    float each[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
    for (int i = 0; i < 4; i++) {
        if (i < count) {
            target[index + i] = finished(e, each[i], channel + i, index + i);
        }
    }
}
