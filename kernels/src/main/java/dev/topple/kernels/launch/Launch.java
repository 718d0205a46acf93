// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.launch;

import dev.topple.kernels.driver.Extent;
import java.util.List;

/**
 * One start of a kernel, complete but for the places of its regions.
 *
 * @param module the PTX resource that the kernel is in, without its ending; or the name of a text made at run time
 * @param kernel its name
 * @param grid blocks
 * @param block threads of a block
 * @param sharedBytes of dynamic shared memory for each block
 * @param arguments the kernel's parameters in their order
 * @param reads regions that it reads
 * @param writes regions that it writes, working memory included
 */
public record Launch(String module, String kernel, Extent grid, Extent block, int sharedBytes,
        List<Argument> arguments, List<Region> reads, List<Region> writes) {

    public Launch {
        arguments = List.copyOf(arguments);
        reads = List.copyOf(reads);
        writes = List.copyOf(writes);
    }
}
