// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// Batch normalisation with the statistics of the batch. Pixel i of a channel is pixel i % area of image i / area; an
// image has steps n, c and p (of a pixel).
//
// *_sums: partial sums over `chunk` pixels for each channel, partial[chunk][channels]: thread row t of 8 adds pixels t,
// t + 8, ..., then the 8 in order. Launch: 32 x 8 threads, x = 32 channels for each block, y = chunks.
// *_finish: adds the partial sums in ascending order. Launch: 256 threads, a thread for each channel.
// *_apply: Launch: 256 threads, a thread for each element of the result in its own order.

#include "axes.cuh"

struct Walk {
    int n, c, p, area;

    __device__ __forceinline__ int at(int channel, int i) const {
        return i / area * n + i % area * p + channel * c;
    }
};

#define WALK(a) int a##N, int a##C, int a##P
#define WALK_OF(a) Walk{a##N, a##C, a##P, area}

/** Adds over threads of one channel; the result counts for the first row of threads. */
__device__ __forceinline__ float met(float a) {
    __shared__ float parts[8][33];
    parts[threadIdx.y][threadIdx.x] = a;
    __syncthreads();
    if (threadIdx.y == 0) {
#pragma unroll
        for (int t = 1; t < 8; t++) {
            a += parts[t][threadIdx.x];
        }
    }
    __syncthreads();
    return a;
}

/** Sums of the elements, or with means of their squared distances from them. */
extern "C" __global__ void __launch_bounds__(256) batchnorm_sums(const float* x, const float* means, float* partial,
        int channels, int pixels, int area, int chunk, WALK(from)) {
    int channel = blockIdx.x * 32 + threadIdx.x;
    int begin = blockIdx.y * chunk, end = min(pixels, begin + chunk);
    float sum = 0.0f;
    if (channel < channels) {
        Walk walk = WALK_OF(from);
        float mean = means ? means[channel] : 0.0f;
        for (int i = begin + threadIdx.y; i < end; i += 8) {
            float v = x[walk.at(channel, i)];
            sum = means ? fmaf(v - mean, v - mean, sum) : sum + v;
        }
    }
    sum = met(sum);
    if (threadIdx.y == 0 && channel < channels) {
        partial[blockIdx.y * channels + channel] = sum;
    }
}

/** The sums divided by the number of pixels. */
extern "C" __global__ void __launch_bounds__(256) batchnorm_finish(const float* partial, float* y, int channels,
        int chunks, float divisor) {
    int channel = blockIdx.x * 256 + threadIdx.x;
    if (channel < channels) {
        float sum = 0.0f;
        for (int k = 0; k < chunks; k++) {
            sum += partial[k * channels + channel];
        }
        y[channel] = __fdiv_rn(sum, divisor);
    }
}

extern "C" __global__ void __launch_bounds__(256) batchnorm_apply(const float* x, const float* gamma,
        const float* beta, const float* means, const float* variances, float* y, int elements, int channelsLast,
        int channels, int height, int width, float epsilon, STEPS(from)) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i < elements) {
        Place p = Place::of<1>(i, channelsLast, channels, height, width);
        float deviation = __fsqrt_rn(variances[p.c] + epsilon);
        float z = __fdiv_rn(x[STEPS_OF(from).at(p.n, p.c, p.y, p.x)] - means[p.c], deviation);
        y[i] = fmaf(z, gamma[p.c], beta[p.c]);
    }
}

/** Sums of g z and of g, with z the normalised image; partial[0][chunk][channels], partial[1][chunk][channels]. */
extern "C" __global__ void __launch_bounds__(256) batchnorm_gradientsums(const float* x, const float* means,
        const float* variances, const float* g, float* partial, int channels, int pixels, int area, int chunk,
        int chunks, float epsilon, WALK(fromX), WALK(fromG)) {
    int channel = blockIdx.x * 32 + threadIdx.x;
    int begin = blockIdx.y * chunk, end = min(pixels, begin + chunk);
    float sum = 0.0f, sumZ = 0.0f;
    if (channel < channels) {
        Walk walkX = WALK_OF(fromX);
        Walk walkG = WALK_OF(fromG);
        float mean = means[channel];
        float inverse = __fdiv_rn(1.0f, __fsqrt_rn(variances[channel] + epsilon));
        for (int i = begin + threadIdx.y; i < end; i += 8) {
            float one = g[walkG.at(channel, i)];
            sumZ = fmaf(one, (x[walkX.at(channel, i)] - mean) * inverse, sumZ);
            sum += one;
        }
    }
    sum = met(sum);
    sumZ = met(sumZ);
    if (threadIdx.y == 0 && channel < channels) {
        partial[blockIdx.y * channels + channel] = sumZ;
        partial[(chunks + blockIdx.y) * channels + channel] = sum;
    }
}

extern "C" __global__ void __launch_bounds__(256) batchnorm_gradient(const float* x, const float* gamma,
        const float* means, const float* variances, const float* g, const float* gammaGradient,
        const float* betaGradient, float* y, int elements, int channelsLast, int channels, int height, int width,
        float epsilon, float pixels, STEPS(fromX), STEPS(fromG)) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i < elements) {
        Place p = Place::of<1>(i, channelsLast, channels, height, width);
        float inverse = __fdiv_rn(1.0f, __fsqrt_rn(variances[p.c] + epsilon));
        float z = (x[STEPS_OF(fromX).at(p.n, p.c, p.y, p.x)] - means[p.c]) * inverse;
        float mean = __fdiv_rn(fmaf(z, gammaGradient[p.c], betaGradient[p.c]), pixels);
        y[i] = gamma[p.c] * inverse * (g[STEPS_OF(fromG).at(p.n, p.c, p.y, p.x)] - mean);
    }
}
