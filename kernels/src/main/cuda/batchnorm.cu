// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// The sums of batch normalisation with the statistics of the batch, and of its gradient; the image itself is made by
// elementwise ops of these. Pixel i of a channel is pixel i % area of image i / area; an image has steps n, c and p (of
// a pixel).
//
// *sums: partial sums over `chunk` pixels for each channel, partial[chunk][channels]: thread row t of 8 adds pixels t,
// t + 8, ..., then the 8 in order. Launch: 32 x 8 threads, x = 32 channels for each block, y = chunks.
// *_finish: adds the partial sums in ascending order. Launch: 256 threads, a thread for each channel; y = results.

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

/** The sums divided by the number of pixels; of two results the partial sums follow each other. */
extern "C" __global__ void __launch_bounds__(256) batchnorm_finish(const float* partial, float* first, float* second,
        int channels, int chunks, float divisor) {
    int channel = blockIdx.x * 256 + threadIdx.x;
    if (channel < channels) {
        float sum = 0.0f;
#pragma unroll 8
        for (int k = 0; k < chunks; k++) {
            sum += partial[(blockIdx.y * chunks + k) * channels + channel];
        }
        (blockIdx.y ? second : first)[channel] = __fdiv_rn(sum, divisor);
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
