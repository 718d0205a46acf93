// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import dev.topple.kernels.driver.DriverException;
import jcuda.driver.CUresult;

/** What the driver's calls return. */
final class Status {

    private Status() {}

    /** Throws unless a call succeeded. */
    static void check(String call, int status) {
        if (status != CUresult.CUDA_SUCCESS) {
            throw new DriverException(call, status, name(status));
        }
    }

    /** The driver's own name of a status, also of one that is newer than JCuda. */
    static String name(int status) {
        String[] name = new String[1];
        if (jcuda.driver.JCudaDriver.cuGetErrorName(status, name) == CUresult.CUDA_SUCCESS && name[0] != null) {
            return name[0];
        }
        return CUresult.stringFor(status);
    }
}
