// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import dev.topple.kernels.driver.DriverException;
import dev.topple.kernels.driver.HostBlock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** Memory of the host that the device reaches. */
final class HostBlocks {

    private final Map<Long, HostBlock> live = new HashMap<>();
    private long next = 0x3000;

    HostBlock allocate(int bytes) {
        HostBlock b = new HostBlock(++next, ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()));
        live.put(b.handle(), b);
        return b;
    }

    void free(HostBlock block) {
        if (live.remove(block.handle()) == null) {
            throw new DriverException("cuMemFreeHost", 1, "CUDA_ERROR_INVALID_VALUE");
        }
    }

    boolean live(HostBlock block) {
        return live.containsKey(block.handle());
    }

    int count() {
        return live.size();
    }

    /** Some bytes of a block, wherever its own position is. */
    ByteBuffer view(HostBlock block, int offset, long bytes, String call) {
        if (!live(block)) {
            throw new DriverException(call + " with a block of the host that was freed", 1, "CUDA_ERROR_INVALID_VALUE");
        }
        if (offset < 0 || bytes < 0 || offset + bytes > block.bytes().capacity()) {
            throw new DriverException(call + " of " + bytes + " bytes at " + offset + " of a block of "
                    + block.bytes().capacity(), 1, "CUDA_ERROR_INVALID_VALUE");
        }
        return block.bytes().duplicate().clear().slice(offset, (int) bytes);
    }
}
