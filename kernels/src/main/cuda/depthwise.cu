// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// Depthwise convolution, the gradient of its image and that of its weight, in fp32: each channel of the image has
// `multiplier` channels of the result for itself, usually one.
//
// Source, target, residual and mask: [image][row][column][channel]. Weights: [tap][channel of the result], rows padded
// to 4, made by convolution_pack as those of one group with one channel of the image.
// Launch of both convolutions: a thread for four neighbouring columns of a phase and four channels (`vector`, multiples
// of 4 channels and a multiplier of 1) or one; channels first; z = phase. 128 threads.
// Order of summation: taps in rows, in each the channels of the result, ascending; taps outside the image are skipped.
// Limit: the bytes of source and target; a source element is read again for each tap, from the first cache.

#include "convolution.cuh"
#include "epilogue.cuh"

constexpr int STRIP = 4;

template <bool VECTOR>
__device__ __forceinline__ void convolve(const Convolution& c, const float* __restrict__ source,
        const float* __restrict__ weight, float* target, const Epilogue& epilogue) {
    int phase = blockIdx.z;
    Axis v = axis(c.backward, c.kernelH, c.strideH, c.padTop, c.dilationH, c.targetH, phase / c.strideW);
    Axis h = axis(c.backward, c.kernelW, c.strideW, c.padLeft, c.dilationW, c.targetW, phase % c.strideW);
    int lanes = VECTOR ? c.targetChannels / 4 : c.targetChannels;
    int strips = (h.count + STRIP - 1) / STRIP;
    int index = blockIdx.x * 128 + threadIdx.x;
    int channel = index % lanes * (VECTOR ? 4 : 1);
    int rest = index / lanes;
    int first = strips ? rest % strips * STRIP : 0;
    rest = strips ? rest / strips : 0;
    int row = v.count ? rest % v.count : 0;
    int image = v.count ? rest / v.count : c.images;
    if (image >= c.images || strips == 0) {
        return;
    }
    // Of the source and of the weights; backward, the channels of the result that an image's channel has.
    int multiplier = c.backward ? c.channels : c.outChannels;
    int sourceChannel = c.backward ? channel * multiplier : channel / multiplier;
    int column = c.backward ? channel * multiplier : channel;
    int terms = c.backward ? multiplier : 1;
    const float* at = source + (size_t) image * c.imageStride + sourceChannel;

    float4 sum[STRIP];
#pragma unroll
    for (int s = 0; s < STRIP; s++) {
        sum[s] = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    }
#pragma unroll 1
    for (int tapH = 0; tapH < v.taps; tapH++) {
        int y = row * v.stride + v.offset + tapH * v.delta;
        if ((unsigned) y >= c.sourceH) {
            continue;
        }
#pragma unroll 1
        for (int tapW = 0; tapW < h.taps; tapW++) {
            int tap = (v.first + tapH * v.step) * c.kernelW + h.first + tapW * h.step;
            const float* k = weight + tap * c.pitch + column;
            int x0 = first * h.stride + h.offset + tapW * h.delta;
            const float* p = at + (y * c.sourceW + x0) * c.pixelStride;
            if (VECTOR) {
                float4 b = load4(k);
#pragma unroll
                for (int s = 0; s < STRIP; s++) {
                    if ((unsigned) (x0 + s * h.stride) < c.sourceW) {
                        float4 a = load4(p + s * h.stride * c.pixelStride);
                        sum[s].x = fmaf(a.x, b.x, sum[s].x);
                        sum[s].y = fmaf(a.y, b.y, sum[s].y);
                        sum[s].z = fmaf(a.z, b.z, sum[s].z);
                        sum[s].w = fmaf(a.w, b.w, sum[s].w);
                    }
                }
            } else {
#pragma unroll
                for (int s = 0; s < STRIP; s++) {
                    if ((unsigned) (x0 + s * h.stride) < c.sourceW) {
#pragma unroll 1
                        for (int j = 0; j < terms; j++) {
                            sum[s].x = fmaf(p[s * h.stride * c.pixelStride + j], k[j], sum[s].x);
                        }
                    }
                }
            }
        }
    }
    int targetRow = (image * c.targetH + v.target0 + row * v.targetStep) * c.targetW;
#pragma unroll
    for (int s = 0; s < STRIP; s++) {
        if (first + s < h.count) {
            size_t to = (size_t) (targetRow + h.target0 + (first + s) * h.targetStep) * c.targetChannels + channel;
            finish(epilogue, sum[s], channel, to, 1, VECTOR, target);
        }
    }
}

extern "C" __global__ void __launch_bounds__(128) depthwise_vector(CONVOLUTION_PARAMETERS) {
    convolve<true>(CONVOLUTION_ARGUMENT, source, weight, target, EPILOGUE_ARGUMENT);
}

extern "C" __global__ void __launch_bounds__(128) depthwise_any(CONVOLUTION_PARAMETERS) {
    convolve<false>(CONVOLUTION_ARGUMENT, source, weight, target, EPILOGUE_ARGUMENT);
}

// The gradient of the weight: partial sums over `length` pixels of all images, [split][channel of the result][tap].
// Launch: x = channels of the result / 32, y = taps, z = splits; 32 x 8 threads, each with every eighth pixel.
// Order of summation: a thread's pixels ascending, then the eight threads, ascending, then (convolution_weights_sum)
// the splits.
extern "C" __global__ void __launch_bounds__(256) depthwise_weights(const float* __restrict__ image,
        const float* __restrict__ gradient, float* __restrict__ partial, int pixels, int length, int imageH, int imageW,
        int imageChannels, int outH, int outW, int outChannels, int kernelW, int strideH, int strideW, int padTop,
        int padLeft, int dilationH, int dilationW) {
    __shared__ float sums[8][32];
    int lane = threadIdx.x % 32, share = threadIdx.x / 32;
    int channel = blockIdx.x * 32 + lane;
    int tapY = blockIdx.y / kernelW * dilationH - padTop, tapX = blockIdx.y % kernelW * dilationW - padLeft;
    float sum = 0.0f;
    if (channel < outChannels) {
        const float* from = image + channel / (outChannels / imageChannels);
        int end = min((int) (blockIdx.z + 1) * length, pixels);
        int p = blockIdx.z * length + share;
        int n = p / (outH * outW), oy = p / outW % outH, ox = p % outW;
        for (; p < end; p += 8) {
            int y = oy * strideH + tapY, x = ox * strideW + tapX;
            if ((unsigned) y < imageH && (unsigned) x < imageW) {
                sum = fmaf(gradient[(size_t) p * outChannels + channel],
                        from[(size_t) ((n * imageH + y) * imageW + x) * imageChannels], sum);
            }
            ox += 8;
            while (ox >= outW) {
                ox -= outW;
                if (++oy == outH) {
                    oy = 0;
                    n++;
                }
            }
        }
    }
    sums[share][lane] = sum;
    __syncthreads();
    if (share == 0 && channel < outChannels) {
#pragma unroll
        for (int i = 1; i < 8; i++) {
            sum += sums[i][lane];
        }
        partial[((size_t) blockIdx.z * outChannels + channel) * gridDim.y + blockIdx.y] = sum;
    }
}
