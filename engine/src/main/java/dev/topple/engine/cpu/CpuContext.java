// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.Precision;
import dev.topple.engine.cpu.blocked.TileKernel;
import dev.topple.engine.cpu.kernel.GemmKernel;
import dev.topple.engine.cpu.kernel.LaneKernels;
import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.cpu.parallel.Workers;

/** What all programs of a device share: its threads, its kernels, its workers' small memory and the working memory. */
record CpuContext(Workers workers, Simd simd, Precision precision, GemmKernel gemm, TileKernel tiles,
        LaneKernels lanes, Scratch scratch, Arena arena) {

    static CpuContext of(Workers workers, Simd simd, Precision precision) {
        return new CpuContext(workers, simd, precision, GemmKernel.of(simd), TileKernel.of(simd),
                LaneKernels.of(simd), new Scratch(workers.threads()), new Arena());
    }
}
