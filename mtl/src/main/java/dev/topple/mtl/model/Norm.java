// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import java.util.Locale;

/** What follows a convolution of an encoder. */
public enum Norm {
    /** Batch normalisation; the convolution has no bias. */
    BATCH,
    /** Nothing, and the convolution has a bias: what weights need that batch normalisation was folded into. */
    FOLDED;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
