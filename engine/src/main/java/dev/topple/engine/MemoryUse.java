// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine;

/**
 * How much of its own memory a device uses.
 *
 * @param allocatedBytes in use for variables, programs and what they prepare
 * @param peakBytes the most that was ever in use at once
 * @param reservedBytes taken from the machine, in use or kept for later
 */
public record MemoryUse(long allocatedBytes, long peakBytes, long reservedBytes) {}
