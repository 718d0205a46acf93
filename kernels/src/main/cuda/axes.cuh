// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// From the number of an element to where it lies: up to six axes, outermost first, and the steps along them. Axes that
// are not needed have size 1; the first axis' size is never asked for. And packs of one or four neighbours.

#pragma once

// Structures as parameters of kernels, one parameter for each member, and put together again.
#define AXES(a) int a##1, int a##2, int a##3, int a##4, int a##5, int a##S0, int a##S1, int a##S2, int a##S3, \
        int a##S4, int a##S5
#define AXES_OF(a) Axes{a##1, a##2, a##3, a##4, a##5, a##S0, a##S1, a##S2, a##S3, a##S4, a##S5}
#define STEPS(a) int a##N, int a##C, int a##Y, int a##X
#define STEPS_OF(a) Steps{a##N, a##C, a##Y, a##X}

/** Axes of one operand. */
struct Axes {
    int d1, d2, d3, d4, d5, s0, s1, s2, s3, s4, s5;

    /** Whether one axis alone has more than one element. */
    __device__ __forceinline__ bool single() const {
        return (d1 | d2 | d3 | d4 | d5) == 1;
    }

    __device__ __forceinline__ int offset(unsigned i) const {
        int o = 0;
        if ((d3 | d4 | d5) != 1) {
            o += along(i, d5, s5);
            o += along(i, d4, s4);
            o += along(i, d3, s3);
        }
        if (d2 != 1) {
            o += along(i, d2, s2);
        }
        if (d1 != 1) {
            o += along(i, d1, s1);
        }
        return o + (int) i * s0;
    }

    /** Splits the place along an axis off. */
    static __device__ __forceinline__ int along(unsigned& i, int dim, int step) {
        unsigned q = i / (unsigned) dim;
        int o = (int) (i - q * dim) * step;
        i = q;
        return o;
    }
};

/** Where an element of an image is. */
struct Place {
    int n, c, y, x;

    /** Of the i-th pack of V channels (of one element where channels are not last). */
    template <int V>
    static __device__ __forceinline__ Place of(unsigned i, int channelsLast, int channels, int height, int width) {
        Place p;
        if (channelsLast) {
            unsigned packs = channels / V;
            unsigned q = i / packs;
            p.c = (i - q * packs) * V;
            i = q / width;
            p.x = q - i * width;
            q = i / height;
            p.y = i - q * height;
            p.n = q;
        } else {
            unsigned q = i / width;
            p.x = i - q * width;
            i = q / height;
            p.y = q - i * height;
            q = i / channels;
            p.c = i - q * channels;
            p.n = q;
        }
        return p;
    }
};

/** Steps of an image in memory, in elements. */
struct Steps {
    int n, c, y, x;

    __device__ __forceinline__ int at(int in, int ic, int iy, int ix) const {
        return in * n + ic * c + iy * y + ix * x;
    }
};

template <int V>
struct Pack {
    float v[V];
};

template <int V>
__device__ __forceinline__ Pack<V> load(const float* p) {
    Pack<V> r;
    if (V == 4) {
        float4 f = *reinterpret_cast<const float4*>(p);
        r.v[0] = f.x;
        r.v[1 % V] = f.y;
        r.v[2 % V] = f.z;
        r.v[3 % V] = f.w;
    } else {
        r.v[0] = *p;
    }
    return r;
}

template <int V>
__device__ __forceinline__ void store(float* p, const Pack<V>& r) {
    if (V == 4) {
        *reinterpret_cast<float4*>(p) = make_float4(r.v[0], r.v[1 % V], r.v[2 % V], r.v[3 % V]);
    } else {
        *p = r.v[0];
    }
}

template <int V>
__device__ __forceinline__ void store(int* p, const int* v) {
    if (V == 4) {
        *reinterpret_cast<int4*>(p) = make_int4(v[0], v[1 % V], v[2 % V], v[3 % V]);
    } else {
        *p = v[0];
    }
}

template <int V>
__device__ __forceinline__ void loadInts(const int* p, int* v) {
    if (V == 4) {
        int4 f = *reinterpret_cast<const int4*>(p);
        v[0] = f.x;
        v[1 % V] = f.y;
        v[2 % V] = f.z;
        v[3 % V] = f.w;
    } else {
        v[0] = *p;
    }
}

/** Stores elements; zeros where a mask, if there is one, is not positive: the gradient of the ReLU that gave it. */
template <int V>
__device__ __forceinline__ void storeMasked(float* y, const float* mask, size_t at, Pack<V> values) {
    if (mask) {
        Pack<V> m = load<V>(mask + at);
#pragma unroll
        for (int k = 0; k < V; k++) {
            values.v[k] = m.v[k] > 0.0f ? values.v[k] : 0.0f;
        }
    }
    store<V>(y + at, values);
}
