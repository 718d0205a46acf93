// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import java.util.Locale;

/** By what matrix products are computed. */
public enum BlasChoice {
    /** By Topple's own kernels, whose bits do not depend on how many rows there are. */
    AUTO,
    /** By cuBLAS, which must be there; how it sums may change with the number of images. */
    CUBLAS,
    /** By Topple's own kernels. */
    OWN;

    /** The system property that names the choice. */
    public static final String PROPERTY = "topple.blas";

    /**
     * The choice of a name.
     *
     * @throws IllegalArgumentException if there is none of the name; the message names the three
     */
    public static BlasChoice of(String name) {
        return switch (name.strip().toLowerCase(Locale.ROOT)) {
            case "auto" -> AUTO;
            case "cublas" -> CUBLAS;
            case "own" -> OWN;
            default -> throw new IllegalArgumentException("blas " + name + ": use auto, cublas or own");
        };
    }
}
