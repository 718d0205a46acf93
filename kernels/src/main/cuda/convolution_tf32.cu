// arch: 80
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// Convolution and the gradient of its image on tensor cores, as implicit products: rows are pixels of all images,
// columns are channels of the target, terms are taps times source channels, gathered by cp.async.
//
// Source, target, residual and mask: [image][row][column][channel], the source's channels of a group a multiple of 4.
// Weights: [group][out channel][tap * channels + channel], already rounded to tf32, made by convolution_pack. The
// source is rounded on its way to the registers.
// Launch: x = tiles, those of the same pixels first; z = group * phases + phase; 128 threads; dynamic shared memory:
// 3 stages of (BM + BN) x 32 floats, 256 bytes and 16 BM bytes; y: segments, or 1.
// Order of summation: chunks of 32 channels, in each the taps in rows, in each its channels; eight terms to an mma,
// ascending; sums are fp32; then segments ascending. It is the same for all tiles and all places in a tile: a block
// leaves out taps of its own only where eight terms never belong to two taps.
// Limit: the rate of mma.sync, and just below it the reads of shared memory: a warp of 64 x 64 reads 32 times 512 bytes
// for 128 mma.

#include "convolution.cuh"
#include "tensor.cuh"

template <class T>
__device__ __forceinline__ void convolve(const Convolution& c, const float* __restrict__ source,
        const float* __restrict__ weight, float* target, const Epilogue& epilogue, float* parts, int length) {
    extern __shared__ __align__(16) float shared[];
    int4* entries = reinterpret_cast<int4*>(shared + T::STAGES * T::STAGE);
    int4* pixels = entries + 2 * (TERMS / 4);
    const Walk w(c, T::BM, T::BN, c.channels % 8 == 0);
    if (w.m0 >= w.pixels) {
        return;
    }
    int tid = threadIdx.x;
    long long step = (long long) 16 * c.pitch;
    source += w.group * c.channels;
    weight += ((size_t) w.group * c.outChannels + w.n0 + tid / 8) * c.pitch;
    if (tid < T::BM) {
        int base, y, x;
        w.source(c, w.m0 + tid, base, y, x);
        pixels[tid] = make_int4(base, y, x, 0);
    }
    int place = T::alongTerms(tid / 8, tid % 8);
    bool aligned = (c.targetChannels & 3) == 0 && (c.outChannels & 3) == 0;

    Segments segment(c, length);
#pragma unroll 1
    do {
        Term term(segment.from, segment.to);
        term.advance(w, tid * 4);
        auto prepare = [&](int round) {
            if (tid < TERMS / 4) {
                entries[(round & 1) * (TERMS / 4) + tid] = term.entry(w, c);
                term.advance(w, TERMS);
            }
        };
        auto fetch = [&](int round, float* stage) {
            int4 e = entries[(round & 1) * (TERMS / 4) + tid % 8];
#pragma unroll
            for (int i = 0; i < T::BM / 16; i++) {
                int4 pixel = pixels[tid / 8 + i * 16];
                bool inside = (unsigned) (pixel.y + e.x) < c.sourceH && (unsigned) (pixel.z + e.y) < c.sourceW;
                copy16<true>(stage + place + i * 16 * TERMS, source + (pixel.x + e.z), inside);
            }
            // Channels of the target that there are from this thread's first one on.
            int rows = e.w >= 0 ? c.outChannels - w.n0 - tid / 8 : 0;
            const float* from = weight + e.w;
#pragma unroll
            for (int i = 0; i < T::BN / 16; i++) {
                copy16(stage + T::BM * TERMS + place + i * 16 * TERMS, from, i * 16 < rows);
                from += step;
            }
        };

        T tile;
        tile.template run<false, false, true, false>(shared,
                (w.depth(segment.to - segment.from) + TERMS - 1) / TERMS, prepare, fetch);

        const Epilogue e = segment.epilogue(c, epilogue, target);
        float* to = segment.target(c, target, parts);
        tile.hand(shared, [&](int i, int j, float4 value) {
            int left = c.outChannels - w.n0 - j;
            if (w.m0 + i < w.pixels && left > 0) {
                int channel = w.group * c.outChannels + w.n0 + j;
                finish(e, value, channel, (size_t) w.target(c, w.m0 + i) * c.targetChannels + channel, left, aligned,
                        to);
            }
        });
    } while (segment.advance(c, length));
}

#define CONVOLUTION(NAME, BM, BN, WM, WN, BLOCKS)                                                                      \
    extern "C" __global__ void __launch_bounds__(128, BLOCKS) NAME(CONVOLUTION_PARAMETERS, SEGMENT_PARAMETERS) {       \
        convolve<TensorTile<BM, BN, WM, WN, 3>>(CONVOLUTION_ARGUMENT, source, weight, target, EPILOGUE_ARGUMENT,       \
                parts, length);                                                                                        \
    }

CONVOLUTION(convolution_tf32_128x128, 128, 128, 64, 64, 2)
CONVOLUTION(convolution_tf32_128x64, 128, 64, 64, 32, 3)
CONVOLUTION(convolution_tf32_64x64, 64, 64, 32, 32, 4)
CONVOLUTION(convolution_tf32_128x32, 128, 32, 32, 32, 3)
CONVOLUTION(convolution_tf32_128x16, 128, 16, 32, 16, 4)
