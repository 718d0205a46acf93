// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import dev.topple.kernels.driver.DriverException;
import dev.topple.kernels.driver.Extent;

/** What a launch must keep to. */
final class LaunchLimits {

    private LaunchLimits() {}

    static void check(Modules.Kernel k, Extent grid, Extent block, int sharedBytes) {
        Program p = k.program;
        String call = "cuLaunchKernel of " + p.name();
        if (grid.y() > 65535 || grid.z() > 65535) {
            throw new DriverException(call + " with " + grid.y() + " x " + grid.z() + " blocks along y and z", 1,
                    "CUDA_ERROR_INVALID_VALUE");
        }
        if (block.count() > 1024 || block.x() > 1024 || block.y() > 1024 || block.z() > 64) {
            throw new DriverException(call + " with " + block.count() + " threads a block", 1,
                    "CUDA_ERROR_INVALID_VALUE");
        }
        if (p.maximumThreads() > 0 && block.count() > p.maximumThreads()) {
            throw new DriverException(call + " with " + block.count() + " threads a block, of " + p.maximumThreads()
                    + " that it is compiled for", 1, "CUDA_ERROR_INVALID_VALUE");
        }
        if (!p.requiredBlock().isEmpty() && !matches(p, block)) {
            throw new DriverException(call + " with another block than the " + p.requiredBlock()
                    + " that it requires", 1,
                    "CUDA_ERROR_INVALID_VALUE");
        }
        if (sharedBytes < 0 || sharedBytes > k.allowedShared) {
            throw new DriverException(call + " with " + sharedBytes + " bytes of dynamic shared memory, of "
                    + k.allowedShared + " allowed", 1, "CUDA_ERROR_INVALID_VALUE");
        }
    }

    private static boolean matches(Program p, Extent block) {
        int[] extents = {block.x(), block.y(), block.z()};
        for (int k = 0; k < 3; k++) {
            if (extents[k] != (k < p.requiredBlock().size() ? p.requiredBlock().get(k) : 1)) {
                return false;
            }
        }
        return true;
    }
}
