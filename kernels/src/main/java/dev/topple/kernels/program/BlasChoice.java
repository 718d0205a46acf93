// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.DeviceSetting;
import java.util.List;
import java.util.Locale;

/** By what matrix products are computed. */
public enum BlasChoice {
    /** By Topple's own kernels, whose bits do not depend on how many rows there are. */
    AUTO,
    /** By cuBLAS, which must be there; how it sums may change with the number of images. */
    CUBLAS,
    /** By Topple's own kernels. */
    OWN;

    /** What the device can be told. */
    public static final DeviceSetting SETTING = new DeviceSetting("blas", List.of("auto", "cublas", "own"));

    /**
     * The choice of a name.
     *
     * @throws IllegalArgumentException if there is none of the name; the message names the three
     */
    public static BlasChoice of(String name) {
        SETTING.check(name);
        return valueOf(name.strip().toUpperCase(Locale.ROOT));
    }
}
