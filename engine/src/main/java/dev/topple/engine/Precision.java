// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine;

import java.util.Locale;

/**
 * How much rounding error, and how much memory, a device may trade for speed. In every case results are reproducible to
 * the bit.
 */
public enum Precision {
    /**
     * The fastest algorithms, also those that round more coarsely than a plain sum of products: the relative error (L2)
     * of Winograd F(4x4,3x3) is 0.8e-6 to 1.4e-6 for 64 to 512 channels, where the direct algorithm's is 0.3e-6.
     */
    FAST,
    /** Algorithms alone whose error is no larger than that of a plain sum of products in float32. */
    EXACT,
    /**
     * Sums of products alone, no transformed weights: the slowest, and the least memory. A convolution's prepared
     * weight is as large as the weight itself, where Winograd F(2x2,3x3) takes 1.8 times and F(4x4,3x3) 4 times as
     * much.
     */
    DIRECT;

    /** The name in options and files: {@code fast}, {@code exact} or {@code direct}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The precision of a name, {@code fast}, {@code exact} or {@code direct}.
     *
     * @throws IllegalArgumentException if there is none of the name; the message names the three
     */
    public static Precision of(String name) {
        return switch (name.strip().toLowerCase(Locale.ROOT)) {
            case "fast" -> FAST;
            case "exact" -> EXACT;
            case "direct" -> DIRECT;
            default -> throw new IllegalArgumentException("precision " + name + ": use fast, exact or direct");
        };
    }
}
