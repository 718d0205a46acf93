// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import java.util.Locale;

/** Where a convolution that moves by more than a pixel has its zeros. */
public enum Padding {
    /** The same on all sides, as PyTorch's models have them. */
    PYTORCH,
    /**
     * As Keras' applications have them: where a side is even, one zero less before its first pixel, so that the
     * kernel's middle meets the second pixel.
     */
    KERAS;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
