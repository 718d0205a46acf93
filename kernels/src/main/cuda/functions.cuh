// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// Functions of one float by polynomials (those of the Cephes library, S. Moshier), without the unit for approximate
// functions: their bits are the same on every device. Exp and log err by less than 1.5 units in the last place,
// tanh and sigmoid by less than 3; subnormal numbers, infinities and NaN as in C.

#pragma once

__device__ __forceinline__ float exponential(float x) {
    float c = fminf(fmaxf(x, -104.0f), 89.0f);
    float n = rintf(c * 1.44269504f);
    float r = fmaf(n, -0.693359375f, c);
    r = fmaf(n, 2.12194440e-4f, r);
    float p = fmaf(1.9875691500e-4f, r, 1.3981999507e-3f);
    p = fmaf(p, r, 8.3334519073e-3f);
    p = fmaf(p, r, 4.1665795894e-2f);
    p = fmaf(p, r, 1.6666665459e-1f);
    p = fmaf(p, r, 5.0000001201e-1f);
    p = fmaf(p, r * r, r) + 1.0f;
    // In two steps, so that results below the normal ones are rounded once.
    int k = (int) n;
    int half = k >> 1;
    p = p * __int_as_float((half + 127) << 23) * __int_as_float((k - half + 127) << 23);
    return x != x ? x : p;
}

__device__ __forceinline__ float logarithm(float x) {
    bool small = x < 1.17549435e-38f;
    int bits = __float_as_int(small ? x * 8388608.0f : x);
    // The mantissa between sqrt(1/2) and sqrt(2).
    int e = (bits - 0x3f3504f3) >> 23;
    float f = __int_as_float(bits - (e << 23)) - 1.0f;
    float n = (float) (small ? e - 23 : e);
    float z = f * f;
    float p = fmaf(7.0376836292e-2f, f, -1.1514610310e-1f);
    p = fmaf(p, f, 1.1676998740e-1f);
    p = fmaf(p, f, -1.2420140846e-1f);
    p = fmaf(p, f, 1.4249322787e-1f);
    p = fmaf(p, f, -1.6668057665e-1f);
    p = fmaf(p, f, 2.0000714765e-1f);
    p = fmaf(p, f, -2.4999993993e-1f);
    p = fmaf(p, f, 3.3333331174e-1f);
    p = p * f * z;
    p = fmaf(n, -2.12194440e-4f, p);
    p = fmaf(-0.5f, z, p);
    float y = fmaf(n, 0.693359375f, f + p);
    if (!(x > 0.0f)) {
        return x == 0.0f ? __int_as_float(0xff800000) : __int_as_float(0x7fffffff);
    }
    return x == __int_as_float(0x7f800000) ? x : y;
}

__device__ __forceinline__ float sigmoid(float x) {
    float e = exponential(-fabsf(x));
    float y = __fdiv_rn(x >= 0.0f ? 1.0f : e, 1.0f + e);
    return x != x ? x : y;
}

__device__ __forceinline__ float hyperbolicTangent(float x) {
    float a = fabsf(x);
    float z = x * x;
    float p = fmaf(-5.70498872745e-3f, z, 2.06390887954e-2f);
    p = fmaf(p, z, -5.37397155531e-2f);
    p = fmaf(p, z, 1.33314422036e-1f);
    p = fmaf(p, z, -3.33332819422e-1f);
    p = fmaf(p * z, x, x);
    float large = 1.0f - __fdiv_rn(2.0f, exponential(a + a) + 1.0f);
    return a < 0.625f ? p : x != x ? x : copysignf(large, x);
}
