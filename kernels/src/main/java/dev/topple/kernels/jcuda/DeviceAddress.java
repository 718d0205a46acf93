// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import jcuda.driver.CUdeviceptr;

/** A pointer to device memory by its address. */
final class DeviceAddress extends CUdeviceptr {

    private static final CUdeviceptr ZERO = new CUdeviceptr();

    /** To be filled in by a call. */
    DeviceAddress() {}

    DeviceAddress(long address) {
        super(ZERO, address);
    }

    long address() {
        return getNativePointer() + getByteOffset();
    }
}
