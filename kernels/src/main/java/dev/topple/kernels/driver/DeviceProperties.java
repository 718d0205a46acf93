// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.driver;

/**
 * What a device is.
 *
 * @param name the maker's name for it
 * @param major of its compute capability
 * @param minor of its compute capability
 * @param multiprocessors how many
 * @param memoryBytes of the device, in all
 * @param sharedBytesPerBlock that a kernel may be allowed at most
 * @param driverVersion the newest CUDA version that the driver serves, 12040 for 12.4
 */
public record DeviceProperties(String name, int major, int minor, int multiprocessors, long memoryBytes,
        int sharedBytesPerBlock, int driverVersion) {

    /** 75 for compute capability 7.5. */
    public int capability() {
        return 10 * major + minor;
    }
}
