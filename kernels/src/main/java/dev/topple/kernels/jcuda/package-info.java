// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The real CUDA driver and the real cuBLAS, through JCuda: where their libraries are found and loaded, what the machine
 * has, and how each call is made without a detour over the heap. No other package names JCuda.
 */
package dev.topple.kernels.jcuda;
