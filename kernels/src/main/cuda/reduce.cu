// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// Sum, largest element and its place. Elements that become one are numbered 0 to count - 1 in the order in which they
// lie in memory; kept and reduced axes say where they are.
//
// few: one thread for each result, in ascending order. Launch: 256 threads, a thread per result.
// warps, blocks: 32 or 256 threads for each result; thread t adds elements t, t + threads, ..., then a tree. Launch:
// x = 8 results or 1 for each block of 256 threads, y = chunks.
// columns: neighbouring results by neighbouring threads, 8 of them for each result. Launch: x = 32 results for each
// block of 32 x 8 threads, y = chunks.
// A chunk is a piece of `chunk` elements; result and chunk give an element of y[results][chunks]. Nothing of this
// depends on how many results there are.

#include "axes.cuh"

__device__ __forceinline__ float fromLane(float a, int distance) {
    return __shfl_xor_sync(0xffffffffu, a, distance);
}

struct Sum {
    static constexpr bool ONE_AXIS = false;
    typedef float T;
    typedef float Result;
    static __device__ __forceinline__ T none() {
        return 0.0f;
    }
    static __device__ __forceinline__ T of(float x, int) {
        return x;
    }
    static __device__ __forceinline__ T join(T a, T b) {
        return a + b;
    }
    static __device__ __forceinline__ Result result(T a) {
        return a;
    }
};

struct Max : Sum {
    static __device__ __forceinline__ T none() {
        return __int_as_float(0xff800000);
    }
    static __device__ __forceinline__ T join(T a, T b) {
        return b > a || b != b ? b : a;
    }
};

struct Candidate {
    float value;
    int place;
};

__device__ __forceinline__ Candidate fromLane(Candidate a, int distance) {
    return {__shfl_xor_sync(0xffffffffu, a.value, distance), __shfl_xor_sync(0xffffffffu, a.place, distance)};
}

struct ArgMax {
    static constexpr bool ONE_AXIS = true;
    typedef Candidate T;
    typedef int Result;
    static __device__ __forceinline__ T none() {
        return {__int_as_float(0xff800000), 0x7fffffff};
    }
    static __device__ __forceinline__ T of(float x, int i) {
        return {x, i};
    }
    static __device__ __forceinline__ T join(T a, T b) {
        bool larger = b.value > a.value || (b.value != b.value && a.value == a.value);
        bool same = b.value == a.value || (b.value != b.value && a.value != a.value);
        return larger || (same && b.place < a.place) ? b : a;
    }
    static __device__ __forceinline__ Result result(T a) {
        return a.place;
    }
};

/** Elements begin, begin + step, ... before end. */
template <class R>
__device__ __forceinline__ typename R::T some(const float* p, int begin, int end, int step, const Axes& reduced) {
    typename R::T a = R::none();
    if (R::ONE_AXIS || reduced.single()) {
#pragma unroll 4
        for (int r = begin; r < end; r += step) {
            a = R::join(a, R::of(p[r * reduced.s0], r));
        }
    } else {
#pragma unroll 1
        for (int r = begin; r < end; r += step) {
            a = R::join(a, R::of(p[reduced.offset(r)], r));
        }
    }
    return a;
}

template <class R>
__device__ __forceinline__ void few(const float* x, typename R::Result* y, int results, int count, const Axes& kept,
        const Axes& reduced) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i < results) {
        y[i] = R::result(some<R>(x + kept.offset(i), 0, count, 1, reduced));
    }
}

template <class R, int THREADS>
__device__ __forceinline__ void rows(const float* x, typename R::Result* y, int results, int count, int chunk,
        int chunks, const Axes& kept, const Axes& reduced) {
    __shared__ typename R::T ofWarp[8];
    int t = threadIdx.x % THREADS;
    int i = blockIdx.x * (256 / THREADS) + threadIdx.x / THREADS;
    int begin = blockIdx.y * chunk;
    typename R::T a = R::none();
    if (i < results) {
        a = some<R>(x + kept.offset(i), begin + t, min(count, begin + chunk), THREADS, reduced);
    }
#pragma unroll
    for (int distance = 16; distance > 0; distance /= 2) {
        a = R::join(a, fromLane(a, distance));
    }
    if (THREADS == 256) {
        if (t % 32 == 0) {
            ofWarp[t / 32] = a;
        }
        __syncthreads();
        if (t == 0) {
#pragma unroll
            for (int w = 1; w < 8; w++) {
                a = R::join(a, ofWarp[w]);
            }
        }
    }
    if (t == 0 && i < results) {
        y[(size_t) i * chunks + blockIdx.y] = R::result(a);
    }
}

template <class R>
__device__ __forceinline__ void columns(const float* x, typename R::Result* y, int results, int count, int chunk,
        int chunks, const Axes& kept, const Axes& reduced) {
    __shared__ typename R::T parts[8][33];
    int i = blockIdx.x * 32 + threadIdx.x;
    int begin = blockIdx.y * chunk;
    typename R::T a = R::none();
    if (i < results) {
        a = some<R>(x + kept.offset(i), begin + threadIdx.y, min(count, begin + chunk), 8, reduced);
    }
    parts[threadIdx.y][threadIdx.x] = a;
    __syncthreads();
    if (threadIdx.y == 0 && i < results) {
#pragma unroll
        for (int p = 1; p < 8; p++) {
            a = R::join(a, parts[p][threadIdx.x]);
        }
        y[(size_t) i * chunks + blockIdx.y] = R::result(a);
    }
}

#define PARAMETERS(R) const float* x, R::Result* y, int results, int count, int chunk, int chunks, AXES(kept), \
        AXES(reduced)

#define KERNELS(NAME, R)                                                                                       \
    extern "C" __global__ void __launch_bounds__(256) reduce_##NAME##_few(PARAMETERS(R)) {                     \
        few<R>(x, y, results, count, AXES_OF(kept), AXES_OF(reduced));                                         \
    }                                                                                                          \
    extern "C" __global__ void __launch_bounds__(256) reduce_##NAME##_warps(PARAMETERS(R)) {                   \
        rows<R, 32>(x, y, results, count, chunk, chunks, AXES_OF(kept), AXES_OF(reduced));                     \
    }                                                                                                          \
    extern "C" __global__ void __launch_bounds__(256) reduce_##NAME##_blocks(PARAMETERS(R)) {                  \
        rows<R, 256>(x, y, results, count, chunk, chunks, AXES_OF(kept), AXES_OF(reduced));                    \
    }                                                                                                          \
    extern "C" __global__ void __launch_bounds__(256) reduce_##NAME##_columns(PARAMETERS(R)) {                 \
        columns<R>(x, y, results, count, chunk, chunks, AXES_OF(kept), AXES_OF(reduced));                      \
    }

KERNELS(sum, Sum)
KERNELS(max, Max)
KERNELS(argmax, ArgMax)
