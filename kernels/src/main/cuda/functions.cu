// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// Functions of one float, for texts of kernels that are made at run time: they take over the ones that they call.
// Powers are CUDA's powf, with its error of a few units in the last place.

#include "functions.cuh"

extern "C" __device__ __attribute__((used)) float topple_exp(float x) {
    return exponential(x);
}

extern "C" __device__ __attribute__((used)) float topple_log(float x) {
    return logarithm(x);
}

extern "C" __device__ __attribute__((used)) float topple_sigmoid(float x) {
    return sigmoid(x);
}

extern "C" __device__ __attribute__((used)) float topple_tanh(float x) {
    return hyperbolicTangent(x);
}

extern "C" __device__ __attribute__((used)) float topple_pow(float x, float exponent) {
    return powf(x, exponent);
}
