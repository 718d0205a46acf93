// arch: 75
// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// Words from one order to another. Launch: layout_copy and layout_fill 256 threads, a thread for each word or each 4
// (_4: both sides have words in a row and lie on 16 bytes); layout_tiles 32 x 8 threads for each tile of 32 x 32 words,
// which go through shared memory so that both sides are read and written in a row; x = tiles, y = planes (up to six
// outer axes).

#include "axes.cuh"

extern "C" __global__ void __launch_bounds__(256) layout_copy_1(const int* x, int* y, int words, AXES(from),
        AXES(to)) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i < words) {
        y[AXES_OF(to).offset(i)] = x[AXES_OF(from).offset(i)];
    }
}

/** The innermost axis counts packs, its step is 4. */
extern "C" __global__ void __launch_bounds__(256) layout_copy_4(const int* x, int* y, int packs, AXES(from),
        AXES(to)) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i < packs) {
        *reinterpret_cast<int4*>(y + AXES_OF(to).offset(i)) =
                *reinterpret_cast<const int4*>(x + AXES_OF(from).offset(i));
    }
}

/** x[rows][columns], neighbouring columns together, to y[columns][rows], neighbouring rows together. */
extern "C" __global__ void __launch_bounds__(256) layout_tiles(const int* x, int* y, int rows, int columns, int stepX,
        int stepY, AXES(from), AXES(to)) {
    __shared__ int tile[32][33];
    const int* p = x + AXES_OF(from).offset(blockIdx.y);
    int* q = y + AXES_OF(to).offset(blockIdx.y);
    int across = (columns + 31) / 32;
    int row0 = blockIdx.x / across * 32, column0 = blockIdx.x % across * 32;
#pragma unroll
    for (int k = 0; k < 32; k += 8) {
        int row = row0 + threadIdx.y + k, column = column0 + threadIdx.x;
        if (row < rows && column < columns) {
            tile[threadIdx.y + k][threadIdx.x] = p[row * stepX + column];
        }
    }
    __syncthreads();
#pragma unroll
    for (int k = 0; k < 32; k += 8) {
        int row = row0 + threadIdx.x, column = column0 + threadIdx.y + k;
        if (row < rows && column < columns) {
            q[column * stepY + row] = tile[threadIdx.x][threadIdx.y + k];
        }
    }
}

extern "C" __global__ void __launch_bounds__(256) layout_fill(int* y, int words, int bits) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i < words) {
        y[i] = bits;
    }
}
