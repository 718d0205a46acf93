// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import org.opentest4j.TestAbortedException;

/** The GPU of this machine, for tests. */
final class Gpu {

    private Gpu() {}

    /** Skips the test where there is none, and says why. */
    static JCudaDriver open() {
        return switch (CudaProbe.look()) {
            case CudaProbe.Present present -> JCudaDriver.open(present);
            case CudaProbe.Absent absent -> throw new TestAbortedException("needs a GPU: " + absent.sentence());
        };
    }
}
