// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// Functions of CUDA's library, one row of results each: their code leans on exact rounding, bits and conversions.
extern "C" __global__ void functions(const float* __restrict__ x, float* __restrict__ y, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    float v = x[i], w = fabsf(v) + 0.01f;
    int k = 0;
    auto put = [&](float r) { y[k++ * n + i] = r; };
    put(expf(v));
    put(logf(w));
    put(sinf(v * 100.f));
    put(cosf(v * 1e6f));
    put(tanhf(v));
    put(powf(w, v));
    put(atan2f(v, w));
    put(fmodf(v, 0.7f));
    put(cbrtf(v));
    put(log1pf(w));
    put(expm1f(v));
    put(hypotf(v, w));
    put(roundf(v));
    put(1.f / w);
    put(sqrtf(w));
    put((float) exp((double) v));
    put((float) log((double) w));
    put((float) sin((double) v * 1e7));
    put((float) pow((double) w, 1.7));
    put((float) ((long long) (v * 1e9f) / 12345));
    put((float) ((long long) (v * 1e9f) % 977));
    put((float) ((unsigned) (w * 1e6f) / 37u));
    put((float) __umulhi((unsigned) (w * 1e6f), 0x9e3779b9u));
    put(__fadd_ru(v, 1e-9f));
    put(__fdividef(v, w));
    put(rsqrtf(w));
    put(1.f / (1.f + __expf(-v)));
}
