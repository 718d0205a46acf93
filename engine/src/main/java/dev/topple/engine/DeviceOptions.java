// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine;

/**
 * How to open a device. What does not apply to a device is ignored by it.
 *
 * @param threads how many threads a CPU device works with, the caller's included; 0 for one per processor
 * @param precision whether faster algorithms that round more coarsely or take more memory may be used
 */
public record DeviceOptions(int threads, Precision precision) {

    /** All processors, the fastest algorithms. */
    public static final DeviceOptions DEFAULT = new DeviceOptions(0);

    public DeviceOptions {
        if (threads < 0 || threads > 1024) {
            throw new IllegalArgumentException("threads must be from 1 to 1024, or 0 for all processors: " + threads);
        }
    }

    /** So many threads and the fastest algorithms. */
    public DeviceOptions(int threads) {
        this(threads, Precision.FAST);
    }

    /** The same with another precision. */
    public DeviceOptions with(Precision other) {
        return new DeviceOptions(threads, other);
    }

    /** The number of threads that is meant. */
    public int resolvedThreads() {
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }
}
