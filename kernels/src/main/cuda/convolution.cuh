// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// How a convolution, or the gradient of its image, walks over its source: what all convolution kernels share.
//
// Both are sums over taps and source channels. Along one axis, the tap t of the target's position target0 + q
// targetStep reads the source at q stride + offset + t delta and the weight's tap first + t step. A convolution is
// one such walk. The gradient of the image of a convolution of stride s falls into s phases along each axis, each with
// the taps that meet it and no others, so that no zeros between pixels are multiplied. Taps whose source lies outside
// the image for a whole block of pixels are left out; they would add nothing.
//
// Where one image gives too few tiles, the channels of the source are divided into segments. Each has a sum of its own,
// and they are added in ascending order: by convolution_parts, if blocks of their own made them (gridDim.y of them), or
// one after the other in the target's memory, if there are images enough. The bits are the same.
//
// Terms are ordered by chunks of 32 channels, in these by taps, in these by channels: what neighbouring taps have in
// common then lies but a few rounds back, in the first cache.

#pragma once

#include "epilogue.cuh"

struct Convolution {
    int images;
    // The source, with its distances in elements between images, pixels and channels, and the channels of a group.
    int sourceH, sourceW, imageStride, pixelStride, channelStride, channels;
    // The target, [image][row][column][channel], and the channels of a group.
    int targetH, targetW, targetChannels, outChannels;
    int kernelH, kernelW, strideH, strideW, padTop, padLeft, dilationH, dilationW;
    int backward;
    // Elements from one row of the prepared weights to the next.
    int pitch;
};

#define CONVOLUTION_PARAMETERS                                                                                         \
    const float* __restrict__ source, const float* __restrict__ weight, float* target, const float* scale,             \
            const float* shift, const float* residual, const float* mask, int relu, int images, int sourceH,           \
            int sourceW, int imageStride, int pixelStride, int channelStride, int channels, int targetH, int targetW,  \
            int targetChannels, int outChannels, int kernelH, int kernelW, int strideH, int strideW, int padTop,       \
            int padLeft, int dilationH, int dilationW, int backward, int pitch

#define CONVOLUTION_ARGUMENT                                                                                           \
    Convolution {                                                                                                      \
        images, sourceH, sourceW, imageStride, pixelStride, channelStride, channels, targetH, targetW, targetChannels, \
                outChannels, kernelH, kernelW, strideH, strideW, padTop, padLeft, dilationH, dilationW, backward,      \
                pitch                                                                                                  \
    }

#define EPILOGUE_ARGUMENT                                                                                              \
    Epilogue { scale, shift, residual, mask, relu }

/** Where sums of segments go that have blocks of their own, and how many channels of the source a segment has. */
#define SEGMENT_PARAMETERS float *parts, int length

/** Channels that are summed over all taps before the next ones. */
constexpr int CHUNK = 32;

struct Axis {
    int taps, first, step, delta, offset, stride, target0, targetStep, count;
};

__device__ __forceinline__ Axis axis(int backward, int kernel, int stride, int padding, int dilation, int target,
        int phase) {
    if (!backward) {
        return Axis{kernel, 0, 1, dilation, -padding, stride, 0, 1, target};
    }
    int common = stride, rest = dilation;
    while (rest) {
        int next = common % rest;
        common = rest;
        rest = next;
    }
    int step = stride / common;
    int first = 0;
    while (first < step && (phase + padding - first * dilation) % stride) {
        first++;
    }
    int taps = first < step && first < kernel ? (kernel - 1 - first) / step + 1 : 0;
    int offset = taps ? (phase + padding - first * dilation) / stride : 0;
    int count = phase < target ? (target - 1 - phase) / stride + 1 : 0;
    return Axis{taps, first, step, -(dilation / common), offset, 1, phase, stride, count};
}

/** Whether no position from..to meets the source with a tap. */
__device__ __forceinline__ bool outside(const Axis& a, int tap, int from, int to, int size) {
    int at = a.offset + tap * a.delta;
    return to * a.stride + at < 0 || from * a.stride + at >= size;
}

/** Leaves out the first and last taps that meet the source nowhere. */
__device__ __forceinline__ void trim(Axis& a, int from, int to, int size) {
    while (a.taps > 0 && outside(a, 0, from, to, size)) {
        a.first += a.step;
        a.offset += a.delta;
        a.taps--;
    }
    while (a.taps > 0 && outside(a, a.taps - 1, from, to, size)) {
        a.taps--;
    }
}

/** One tile of a convolution seen as a product: rows are pixels of all images, columns are channels of the target. */
struct Walk {
    Axis v, h;
    int group, plane, pixels, m0, n0;

    /**
     * A block's tile.
     *
     * @param trims whether taps may be left out for this block alone. What is left must be summed in the same groups
     * of terms as in any other block, or the bits of a pixel would depend on its place in the batch.
     */
    __device__ __forceinline__ Walk(const Convolution& c, int tileM, int tileN, bool trims) {
        int phases = c.backward ? c.strideH * c.strideW : 1;
        int phase = blockIdx.z % phases;
        group = blockIdx.z / phases;
        v = axis(c.backward, c.kernelH, c.strideH, c.padTop, c.dilationH, c.targetH, phase / c.strideW);
        h = axis(c.backward, c.kernelW, c.strideW, c.padLeft, c.dilationW, c.targetW, phase % c.strideW);
        plane = v.count * h.count;
        pixels = c.images * plane;
        int columns = (c.outChannels + tileN - 1) / tileN;
        m0 = blockIdx.x / columns * tileM;
        n0 = blockIdx.x % columns * tileN;
        if (m0 < pixels) {
            int last = min(m0 + tileM, pixels) - 1;
            bool single = trims && m0 / plane == last / plane;
            trim(v, single ? m0 % plane / h.count : 0, single ? last % plane / h.count : v.count - 1, c.sourceH);
            trim(h, 0, h.count - 1, c.sourceW);
        }
    }

    Walk() = default;

    /** Terms of so many channels. */
    __device__ __forceinline__ int depth(int channels) const { return v.taps * h.taps * channels; }

    /** Where a pixel's walk begins: its place in the source if tap 0 were inside, and that tap's row and column. */
    __device__ __forceinline__ void source(const Convolution& c, int m, int& base, int& y, int& x) const {
        if (m >= pixels) {
            base = 0;
            y = NOWHERE;
            x = 0;
            return;
        }
        int n = m / plane, rest = m - n * plane, q = rest / h.count;
        y = q * v.stride + v.offset;
        x = (rest - q * h.count) * h.stride + h.offset;
        base = n * c.imageStride + (y * c.sourceW + x) * c.pixelStride;
    }

    /** Which pixel of the target that is, of all images. */
    __device__ __forceinline__ int target(const Convolution& c, int m) const {
        int n = m / plane, rest = m - n * plane, q = rest / h.count;
        return (n * c.targetH + v.target0 + q * v.targetStep) * c.targetW + h.target0
                + (rest - q * h.count) * h.targetStep;
    }

    /** A row that lies in no image, whatever tap is added. */
    static constexpr int NOWHERE = -(1 << 29);
};

/** The segments that a block sums up: its own one, or all. */
struct Segments {
    bool own;
    int from, to;

    __device__ __forceinline__ Segments(const Convolution& c, int length)
        : own(gridDim.y > 1), from(blockIdx.y * length), to(min(from + length, c.channels)) {}

    /** Goes on to the next one, if there is one. */
    __device__ __forceinline__ bool advance(const Convolution& c, int length) {
        from = to;
        to = min(from + length, c.channels);
        return !own && from < c.channels;
    }

    /** What happens to a segment's sums. */
    __device__ __forceinline__ Epilogue epilogue(const Convolution& c, const Epilogue& last,
            const float* target) const {
        Epilogue e = {};
        if (!own && to == c.channels) {
            e = last;
        }
        e.before = own || from == 0 ? nullptr : target;
        return e;
    }

    /** Where they go. */
    __device__ __forceinline__ float* target(const Convolution& c, float* target, float* parts) const {
        return own ? parts + (size_t) blockIdx.y * c.images * c.targetH * c.targetW * c.targetChannels : target;
    }
};

/** A thread's place among taps and channels, which it passes in order. */
struct Term {
    int channel, tapW, tapH, chunk, end, width;

    Term() = default;

    /** At the first channel of a segment. */
    __device__ __forceinline__ Term(int first, int end)
        : channel(0), tapW(0), tapH(0), chunk(first), end(end), width(min(CHUNK, end - first)) {}

    __device__ __forceinline__ void advance(const Walk& w, int by) {
        channel += by;
        while (width > 0 && channel >= width) {
            channel -= width;
            if (++tapW >= w.h.taps) {
                tapW = 0;
                if (++tapH >= w.v.taps) {
                    tapH = 0;
                    chunk += width;
                    width = min(CHUNK, end - chunk);
                }
            }
        }
    }

    /** Row and column to add to a pixel's, its distance in the source, and the row of the weights; -1 past the end. */
    __device__ __forceinline__ int4 entry(const Walk& w, const Convolution& c) const {
        if (width == 0 || w.v.taps == 0 || w.h.taps == 0) {
            return make_int4(Walk::NOWHERE, 0, 0, -1);
        }
        int y = tapH * w.v.delta, x = tapW * w.h.delta;
        int tap = (w.v.first + tapH * w.v.step) * c.kernelW + w.h.first + tapW * w.h.step;
        return make_int4(y, x, (y * c.sourceW + x) * c.pixelStride + (chunk + channel) * c.channelStride,
                tap * c.channels + chunk + channel);
    }
};
