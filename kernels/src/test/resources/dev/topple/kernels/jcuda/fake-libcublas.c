// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0
//
// A cuBLAS for machines without a GPU, with the calls that JCublas makes: matrices lie by columns, in memory of the
// host, and factors lose 13 bits of mantissa where tf32 is asked for. It insists on a stream and a workspace.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { OK = 0, NOT_INITIALIZED = 1, INVALID_VALUE = 7, NOT_SUPPORTED = 15, FLOAT32 = 0, PEDANTIC = 69, TF32 = 77 };

typedef struct { void *stream, *workspace; } handle;

int cublasCreate_v2(handle **to) { *to = calloc(1, sizeof(handle)); return OK; }
int cublasDestroy_v2(handle *h) { free(h); return OK; }
int cublasGetVersion_v2(handle *h, int *version) { *version = MAJOR * 10000 + 203; return OK; }
int cublasGetPointerMode_v2(handle *h, int *mode) { *mode = 0; return OK; }
int cublasSetPointerMode_v2(handle *h, int mode) { return OK; }
int cublasSetStream_v2(handle *h, void *stream) { h->stream = stream; h->workspace = NULL; return OK; }
int cublasSetWorkspace_v2(handle *h, void *workspace, size_t bytes) {
    h->workspace = workspace;
    return bytes >= 4 << 20 && (uintptr_t) workspace % 256 == 0 ? OK : INVALID_VALUE;
}

static float rounded(float value, int compute) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (compute == TF32) bits &= ~0x1fffu;
    memcpy(&value, &bits, sizeof bits);
    return value;
}

int cublasGemmStridedBatchedEx(handle *h, int opa, int opb, int m, int n, int k, const float *alpha, const float *a,
        int ta, int lda, long long stride_a, const float *b, int tb, int ldb, long long stride_b, const float *beta,
        float *c, int tc, int ldc, long long stride_c, int count, int compute, int algorithm) {
    if (!h->stream || !h->workspace) return NOT_INITIALIZED;
    if (ta != FLOAT32 || tb != FLOAT32 || tc != FLOAT32 || algorithm != -1) return INVALID_VALUE;
    if (compute != PEDANTIC && compute != TF32) return NOT_SUPPORTED;
    if (lda < (opa ? k : m) || ldb < (opb ? n : k) || ldc < m) return INVALID_VALUE;
    for (int z = 0; z < count; z++, a += stride_a, b += stride_b, c += stride_c) {
        for (int j = 0; j < n; j++) {
            for (int i = 0; i < m; i++) {
                float sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += rounded(opa ? a[p + (long) i * lda] : a[i + (long) p * lda], compute)
                            * rounded(opb ? b[j + (long) p * ldb] : b[p + (long) j * ldb], compute);
                }
                float *to = c + i + (long) j * ldc;
                *to = *alpha * sum + (*beta == 0 ? 0 : *beta * *to);
            }
        }
    }
    return OK;
}
int cublasGemmEx(handle *h, int opa, int opb, int m, int n, int k, const float *alpha, const float *a, int ta, int lda,
        const float *b, int tb, int ldb, const float *beta, float *c, int tc, int ldc, int compute, int algorithm) {
    return cublasGemmStridedBatchedEx(h, opa, opb, m, n, k, alpha, a, ta, lda, 0, b, tb, ldb, 0, beta, c, tc, ldc, 0, 1,
            compute, algorithm);
}
