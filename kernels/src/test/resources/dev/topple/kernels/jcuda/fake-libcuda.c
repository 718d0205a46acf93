// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0
//
// A libcuda.so.1 for machines without a GPU, with the calls that JCudaDriver makes. Device memory is memory of the
// host, work is done at once, and two kernels are known:
//   axpy(int n, float a, const float *x, float *y)   y += a x
//   shape(int *out)                                  what it was launched with: grid, block, shared bytes
// FAKE_DEVICES, FAKE_VERSION, FAKE_CAPABILITY, FAKE_INIT and FAKE_FULL say what it pretends to be.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int status;
typedef uint64_t address;
typedef struct { int kernel, shape[7]; char values[4][8]; } launch;
typedef struct { int capturing, count; launch launches[64]; } stream;

enum { OK = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NO_DEVICE = 100, INVALID_CONTEXT = 201, INVALID_PTX = 218,
    NOT_FOUND = 500, CAPTURE_UNSUPPORTED = 900, SYSTEM_NOT_READY = 802 };

static const uint64_t capacity = 64 << 20;
static uint64_t used;
static __thread int current;
static int retained;
static stream default_stream;

static int number(const char *name, int otherwise) {
    const char *text = getenv(name);
    return text ? atoi(text) : otherwise;
}

status cuInit(unsigned flags) {
    int code = number("FAKE_INIT", OK);
    return code ? code : number("FAKE_DEVICES", 1) ? OK : NO_DEVICE;
}
status cuDriverGetVersion(int *version) { *version = number("FAKE_VERSION", 13000); return OK; }
status cuDeviceGetCount(int *count) { *count = number("FAKE_DEVICES", 1); return OK; }
status cuDeviceGet(int *device, int ordinal) { *device = ordinal; return OK; }
status cuDeviceGetName(char *name, int length, int device) { snprintf(name, length, "Fake GPU"); return OK; }
status cuDeviceTotalMem_v2(size_t *bytes, int device) { *bytes = capacity; return OK; }
status cuDeviceGetAttribute(int *value, int attribute, int device) {
    int capability = number("FAKE_CAPABILITY", 90);
    switch (attribute) {
    case 16: *value = 7; return OK;
    case 75: *value = capability / 10; return OK;
    case 76: *value = capability % 10; return OK;
    case 97: *value = 232448; return OK;
    default: return INVALID_VALUE;
    }
}
status cuDevicePrimaryCtxRetain(void **context, int device) {
    if (number("FAKE_FULL", 0)) return OUT_OF_MEMORY;
    retained++;
    *context = &retained;
    return OK;
}
status cuDevicePrimaryCtxRelease_v2(int device) { retained--; return OK; }
status cuCtxSetCurrent(void *context) { current = context == &retained; return OK; }

status cuGetErrorName(int code, const char **name) {
    switch (code) {
    case OUT_OF_MEMORY: *name = "CUDA_ERROR_OUT_OF_MEMORY"; return OK;
    case NO_DEVICE: *name = "CUDA_ERROR_NO_DEVICE"; return OK;
    case INVALID_PTX: *name = "CUDA_ERROR_INVALID_PTX"; return OK;
    case NOT_FOUND: *name = "CUDA_ERROR_NOT_FOUND"; return OK;
    case SYSTEM_NOT_READY: *name = "CUDA_ERROR_SYSTEM_NOT_READY"; return OK;
    case CAPTURE_UNSUPPORTED: *name = "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED"; return OK;
    default: *name = "CUDA_ERROR_OF_THE_FAKE"; return OK;
    }
}

// A text is good if it begins with .version; otherwise the log says so, in two lines.
status cuModuleLoadDataEx(void **module, const char *text, unsigned count, int *options, void **values) {
    if (!current) return INVALID_CONTEXT;
    if (strncmp(text, ".version", 8) == 0) {
        *module = strdup(text);
        return OK;
    }
    char *log = NULL;
    size_t room = 0;
    for (unsigned i = 0; i < count; i++) {
        if (options[i] == 5) log = values[i];
        if (options[i] == 6) room = (unsigned) (uintptr_t) values[i];
    }
    if (log) snprintf(log, room, "ptxas fatal : no version in %zu bytes\n  of text\n", strlen(text));
    return INVALID_PTX;
}
status cuModuleUnload(void *module) { free(module); return OK; }
status cuModuleGetFunction(void **function, void *module, const char *name) {
    int kernel = strcmp(name, "axpy") == 0 ? 1 : strcmp(name, "shape") == 0 ? 2 : 0;
    if (!kernel) return NOT_FOUND;
    *function = (void *) (intptr_t) kernel;
    return OK;
}
status cuFuncSetAttribute(void *function, int attribute, int value) {
    return attribute == 8 && value <= 232448 ? OK : INVALID_VALUE;
}
status cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, void *function, int threads, size_t shared) {
    *blocks = 2048 / threads;
    return OK;
}

// The size of a piece stands before it.
status cuMemAlloc_v2(address *to, size_t bytes) {
    if (!current) return INVALID_CONTEXT;
    if (used + bytes > capacity) return OUT_OF_MEMORY;
    char *piece = aligned_alloc(256, (bytes + 511) / 256 * 256);
    *(size_t *) piece = bytes;
    used += bytes;
    *to = (address) piece + 256;
    return OK;
}
status cuMemFree_v2(address at) {
    char *piece = (char *) at - 256;
    used -= *(size_t *) piece;
    free(piece);
    return OK;
}
status cuMemGetInfo_v2(size_t *left, size_t *all) { *left = capacity - used; *all = capacity; return OK; }
status cuMemHostAlloc(void **to, size_t bytes, unsigned flags) {
    *to = malloc(bytes);
    memset(*to, 0x55, bytes);
    return OK;
}
status cuMemFreeHost(void *at) { free(at); return OK; }

static stream *of(stream *given) { return given ? given : &default_stream; }
static status copy(void *to, const void *from, size_t bytes, stream *in) {
    if (of(in)->capturing) return CAPTURE_UNSUPPORTED;
    memcpy(to, from, bytes);
    return OK;
}
status cuMemcpyHtoDAsync_v2(address to, const void *from, size_t bytes, stream *in) {
    return copy((void *) to, from, bytes, in);
}
status cuMemcpyDtoHAsync_v2(void *to, address from, size_t bytes, stream *in) {
    return copy(to, (void *) from, bytes, in);
}
status cuMemcpyDtoDAsync_v2(address to, address from, size_t bytes, stream *in) {
    return copy((void *) to, (void *) from, bytes, in);
}
status cuMemsetD32Async(address to, unsigned word, size_t words, stream *in) {
    if (of(in)->capturing) return CAPTURE_UNSUPPORTED;
    for (size_t i = 0; i < words; i++) ((unsigned *) to)[i] = word;
    return OK;
}

status cuStreamCreate(stream **to, unsigned flags) {
    if (flags != 1) return INVALID_VALUE;
    *to = calloc(1, sizeof(stream));
    return OK;
}
status cuStreamDestroy_v2(stream *in) { free(in); return OK; }
status cuStreamSynchronize(stream *in) { return of(in)->capturing ? CAPTURE_UNSUPPORTED : OK; }
status cuStreamWaitEvent(stream *in, int *event, unsigned flags) { return event ? OK : INVALID_VALUE; }
status cuEventCreate(int **to, unsigned flags) { *to = malloc(sizeof(int)); **to = flags; return OK; }
status cuEventDestroy_v2(int *event) { free(event); return OK; }
status cuEventRecord(int *event, stream *in) { return OK; }
status cuEventSynchronize(int *event) { return OK; }
status cuEventElapsedTime(float *milliseconds, int *from, int *to) {
    if (*from == 2 || *to == 2) return INVALID_VALUE;
    *milliseconds = 1.5f;
    return OK;
}

static void run(const launch *what) {
    if (what->kernel == 1) {
        int n;
        float a, *x, *y;
        memcpy(&n, what->values[0], sizeof n);
        memcpy(&a, what->values[1], sizeof a);
        memcpy(&x, what->values[2], sizeof x);
        memcpy(&y, what->values[3], sizeof y);
        for (int i = 0; i < n; i++) y[i] += a * x[i];
    } else {
        int *out;
        memcpy(&out, what->values[0], sizeof out);
        memcpy(out, what->shape, sizeof what->shape);
    }
}
status cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
        unsigned shared, stream *in, void **values, void **extra) {
    if (bx * by * bz > 1024) return INVALID_VALUE;
    launch what = {(int) (intptr_t) function, {gx, gy, gz, bx, by, bz, shared}};
    int count = what.kernel == 1 ? 4 : 1;
    static const int sizes[] = {4, 4, 8, 8};
    for (int i = 0; i < count; i++) memcpy(what.values[i], values[i], what.kernel == 1 ? sizes[i] : 8);
    in = of(in);
    if (in->capturing) in->launches[in->count++] = what;
    else run(&what);
    return OK;
}

status cuStreamBeginCapture_v2(stream *in, int mode) {
    if (mode != 1) return INVALID_VALUE;
    in->capturing = 1;
    in->count = 0;
    return OK;
}
static stream *copy_of(const stream *in) {
    stream *graph = malloc(sizeof(stream));
    *graph = *in;
    return graph;
}
status cuStreamEndCapture(stream *in, stream **graph) {
    if (!in->capturing) return INVALID_VALUE;
    in->capturing = 0;
    *graph = copy_of(in);
    return OK;
}
status cuGraphInstantiateWithFlags(stream **executable, stream *graph, unsigned long long flags) {
    *executable = copy_of(graph);
    return OK;
}
status cuGraphDestroy(stream *graph) { free(graph); return OK; }
status cuGraphUpload(stream *executable, stream *in) { return OK; }
status cuGraphLaunch(stream *executable, stream *in) {
    for (int i = 0; i < executable->count; i++) run(&executable->launches[i]);
    return OK;
}
status cuGraphExecDestroy(stream *executable) { free(executable); return OK; }
