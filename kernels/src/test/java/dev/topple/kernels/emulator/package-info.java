// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * A CUDA device in plain Java: it reads PTX text and executes it behind the same interface as the real driver, and
 * reports what a kernel does wrong. It is for tests alone and counts no time that means anything for a GPU.
 */
package dev.topple.kernels.emulator;
