// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// How the gradient of a convolution's weight walks over the image and the gradient of the result.

#pragma once

struct Correlation {
    int images;
    // The image, with its distances in elements between images, pixels and channels; channels of a group.
    int imageH, imageW, imageStride, pixelStride, channelStride, channels;
    // The gradient of the result: [image][row][column][channel], and the channels of a group.
    int outH, outW, gradientChannels, outChannels;
    int kernelH, kernelW, strideH, strideW, padTop, padLeft, dilationH, dilationW;
    int groups;
    // Pixels of a split.
    int length;

    /** What a column, a tap and a channel, adds to a pixel's row, column and place in the image. */
    __device__ __forceinline__ void tap(int column, int& y, int& x, int& distance) const {
        int tap = column / channels;
        y = tap / kernelW * dilationH;
        x = tap % kernelW * dilationW;
        distance = (y * imageW + x) * pixelStride + (column - tap * channels) * channelStride;
    }
};

#define CORRELATION_PARAMETERS                                                                                         \
    const float* __restrict__ image, const float* __restrict__ gradient, float* __restrict__ partial, int images,      \
            int imageH, int imageW, int imageStride, int pixelStride, int channelStride, int channels, int outH,       \
            int outW, int gradientChannels, int outChannels, int kernelH, int kernelW, int strideH, int strideW,       \
            int padTop, int padLeft, int dilationH, int dilationW, int groups, int length

#define CORRELATION_ARGUMENT                                                                                           \
    Correlation {                                                                                                      \
        images, imageH, imageW, imageStride, pixelStride, channelStride, channels, outH, outW, gradientChannels,       \
                outChannels, kernelH, kernelW, strideH, strideW, padTop, padLeft, dilationH, dilationW, groups, length \
    }

/** A block's part: a tile of the weight and a run of pixels. */
struct Block {
    int columns, m0, n0, split, group, first, end;

    __device__ __forceinline__ Block(const Correlation& c, int tileM, int tileN) {
        columns = c.kernelH * c.kernelW * c.channels;
        int across = (columns + tileN - 1) / tileN;
        m0 = blockIdx.x / across * tileM;
        n0 = blockIdx.x % across * tileN;
        split = blockIdx.z / c.groups;
        group = blockIdx.z % c.groups;
        first = split * c.length;
        end = min(first + c.length, c.images * c.outH * c.outW);
    }

    __device__ __forceinline__ void write(const Correlation& c, int i, int j, float4 v, float* partial) const {
        int left = columns - n0 - j;
        if (m0 + i < c.outChannels && left > 0) {
            float* to = partial
                    + ((size_t) split * c.gradientChannels + group * c.outChannels + m0 + i) * columns + n0 + j;
            if ((columns & 3) == 0) {
                *reinterpret_cast<float4*>(to) = v;
            } else {
                float each[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
                for (int k = 0; k < 4; k++) {
                    if (k < left) {
                        to[k] = each[k];
                    }
                }
            }
        }
    }
};

/** A thread's place among the pixels of all results, which it passes in order. */
struct Pixel {
    int index, image, row, column;

    __device__ __forceinline__ Pixel(const Correlation& c, int at) {
        index = at;
        image = at / (c.outH * c.outW);
        row = at / c.outW % c.outH;
        column = at % c.outW;
    }

    __device__ __forceinline__ void advance(const Correlation& c, int by) {
        index += by;
        column += by;
        while (column >= c.outW) {
            column -= c.outW;
            if (++row == c.outH) {
                row = 0;
                image++;
            }
        }
    }

    /** Row, column and place of tap 0 in the image, and the index; past the end a row that lies in no image, and -1. */
    __device__ __forceinline__ int4 entry(const Correlation& c, int end) const {
        if (index >= end) {
            return make_int4(-(1 << 29), 0, 0, -1);
        }
        int y = row * c.strideH - c.padTop, x = column * c.strideW - c.padLeft;
        return make_int4(y, x, image * c.imageStride + (y * c.imageW + x) * c.pixelStride, index);
    }
};
