// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// Threads that part in every way: loops of different lengths, nested choices, tables, calls, early ends, local arrays.
__device__ __noinline__ int collatz(long long n, int* steps) {
    int s = 0;
    while (n != 1) {
        n = n % 2 == 0 ? n / 2 : 3 * n + 1;
        s++;
    }
    *steps += s;
    return s;
}

extern "C" __global__ void branchy(const int* __restrict__ x, int* __restrict__ y, unsigned char* __restrict__ odd,
                                   int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    int v = x[i];
    int steps = 0;
    int local[8];
    for (int k = 0; k < 8; k++) local[k] = v + k;
    int r;
    switch (v % 7) {
        case 0: r = collatz(v + 1, &steps); break;
        case 1: r = local[(v >> 3) & 7]; break;
        case 2: r = v > 50 ? v * 3 : -v; break;
        case 3:
            r = 0;
            for (int k = 0; k < v; k++) {
                if (k % 5 == 3) continue;
                if (k > 40) break;
                r += k;
            }
            break;
        case 4: r = __popc(v) * 100 + __clz(v); break;
        case 5: r = (int) (sinf(v) * 1000.f); break;
        default: r = v / 3 + v % 11;
    }
    if (r & 1) {
        y[i] = r + steps;
        odd[i] = 1;
        return;
    }
    y[i] = r - steps;
    odd[i] = 0;
}
