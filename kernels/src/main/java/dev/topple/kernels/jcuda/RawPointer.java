// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import jcuda.Pointer;

/** A pointer to memory of the host by its address, which JCuda offers to subclasses alone. */
final class RawPointer extends Pointer {

    /** To be filled in by a call. */
    RawPointer() {}

    RawPointer(long address) {
        super(address);
    }

    long address() {
        return getNativePointer() + getByteOffset();
    }
}
