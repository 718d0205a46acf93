// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// Elements by index. A tensor is [before][along the axis][after]; the indices take the place of the axis, or are
// [before][after] for indexing_onehot. All plain.
//
// Launch: gather, onehot, scatter_narrow: 256 threads, a thread for each element of the result. scatter_wide: 128
// threads for each [before][along] (x), which look through the indices together and add the slices that they find.
// Both scatters add in ascending order of the indices' places.

extern "C" __global__ void __launch_bounds__(256) indexing_gather(const float* x, const int* indices, float* y,
        int elements, int size, int count, int after) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i < elements) {
        int slice = i / after;
        int index = indices[slice % count];
        bool inside = index >= 0 && index < size;
        y[i] = inside ? x[(slice / count * size + index) * after + i % after] : __int_as_float(0x7fffffff);
    }
}

extern "C" __global__ void __launch_bounds__(256) indexing_scatter_narrow(const float* g, const int* indices, float* y,
        int elements, int size, int count, int after) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i < elements) {
        int slice = i / after;
        const float* from = g + (slice / size * count * after + i % after);
        float sum = 0.0f;
        for (int k = 0; k < count; k++) {
            if (indices[k] == slice % size) {
                sum += from[k * after];
            }
        }
        y[i] = sum;
    }
}

extern "C" __global__ void __launch_bounds__(128) indexing_scatter_wide(const float* g, const int* indices, float* y,
        int size, int count, int after) {
    __shared__ int found[128];
    __shared__ int ofWarp[4];
    int before = blockIdx.x / size, wanted = blockIdx.x % size;
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const float* from = g + before * count * after;
    for (int a0 = 0; a0 < after; a0 += 128) {
        int a = a0 + threadIdx.x;
        float sum = 0.0f;
        for (int k0 = 0; k0 < count; k0 += 128) {
            int k = k0 + threadIdx.x;
            bool hit = k < count && indices[k] == wanted;
            unsigned hits = __ballot_sync(0xffffffffu, hit);
            if (lane == 0) {
                ofWarp[warp] = __popc(hits);
            }
            __syncthreads();
            int place = __popc(hits & ((1u << lane) - 1)), all = 0;
#pragma unroll
            for (int w = 0; w < 4; w++) {
                place += w < warp ? ofWarp[w] : 0;
                all += ofWarp[w];
            }
            if (hit) {
                found[place] = k;
            }
            __syncthreads();
            if (a < after) {
                for (int f = 0; f < all; f++) {
                    sum += from[found[f] * after + a];
                }
            }
            __syncthreads();
        }
        if (a < after) {
            y[(size_t) blockIdx.x * after + a] = sum;
        }
    }
}

extern "C" __global__ void __launch_bounds__(256) indexing_onehot(const int* indices, float* y, int elements,
        int depth, int after) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i < elements) {
        int slice = i / after;
        y[i] = indices[slice / depth * after + i % after] == slice % depth ? 1.0f : 0.0f;
    }
}
