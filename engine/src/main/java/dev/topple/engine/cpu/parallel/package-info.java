// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Threads for the CPU device: a pool that hands numbered work items to all cores. It knows nothing of tensors; what an
 * item computes, and that its result depends on its number alone, is the business of whoever hands it in.
 */
package dev.topple.engine.cpu.parallel;
