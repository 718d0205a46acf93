// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

// Reads of shared memory.

#pragma once

__device__ __forceinline__ unsigned sharedAddress(const void* p) {
    return (unsigned) __cvta_generic_to_shared(p);
}

/**
 * Four neighbours. Written out, for nvcc divides such loads now and then, differently from run to run, and marks them
 * with a pragma that old PTX does not know.
 */
__device__ __forceinline__ float4 loadShared4(const float* p) {
    float4 v;
    asm volatile("ld.shared.v4.f32 {%0, %1, %2, %3}, [%4];"
                 : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w) : "r"(sharedAddress(p)) : "memory");
    return v;
}
