// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How to open a device. What does not apply to a device is ignored by it.
 *
 * @param threads how many threads a CPU device works with, the caller's included; 0 for one per processor
 * @param precision whether faster algorithms that round more coarsely or take more memory may be used
 * @param settings by name what else devices of some kind can be told, as {@link DeviceProvider#settings} says
 */
public record DeviceOptions(int threads, Precision precision, Map<String, String> settings) {

    /** All processors, the fastest algorithms. */
    public static final DeviceOptions DEFAULT = new DeviceOptions(0);

    public DeviceOptions {
        settings = Map.copyOf(settings);
        if (threads < 0 || threads > 1024) {
            throw new IllegalArgumentException("threads must be from 1 to 1024, or 0 for all processors: " + threads);
        }
    }

    /** So many threads, a precision and the usual settings. */
    public DeviceOptions(int threads, Precision precision) {
        this(threads, precision, Map.of());
    }

    /** So many threads and the fastest algorithms. */
    public DeviceOptions(int threads) {
        this(threads, Precision.FAST);
    }

    /** The same with another precision. */
    public DeviceOptions with(Precision other) {
        return new DeviceOptions(threads, other, settings);
    }

    /** The same with one more setting. */
    public DeviceOptions with(String name, String value) {
        Map<String, String> all = new TreeMap<>(settings);
        all.put(name, value);
        return new DeviceOptions(threads, precision, all);
    }

    /** The value of a setting, if it was given one. */
    public Optional<String> setting(String name) {
        return Optional.ofNullable(settings.get(name));
    }

    /** The number of threads that is meant. */
    public int resolvedThreads() {
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }
}
