// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine;

import java.util.Locale;

/** How much rounding error a device may trade for speed. Either way the results are reproducible to the bit. */
public enum Precision {
    /**
     * The fastest algorithms, also those that round more coarsely than a plain sum of products: the relative error (L2)
     * of Winograd F(4x4,3x3) is 0.8e-6 to 1.4e-6 for 64 to 512 channels, where the direct algorithm's is 0.3e-6.
     */
    FAST,
    /** Algorithms alone whose error is no larger than that of a plain sum of products in float32. */
    EXACT;

    /** The name in options and files: {@code fast} or {@code exact}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The precision of a name, {@code fast} or {@code exact}.
     *
     * @throws IllegalArgumentException if there is none of the name; the message names the two
     */
    public static Precision of(String name) {
        return switch (name.strip().toLowerCase(Locale.ROOT)) {
            case "fast" -> FAST;
            case "exact" -> EXACT;
            default -> throw new IllegalArgumentException("precision " + name + ": use fast or exact");
        };
    }
}
