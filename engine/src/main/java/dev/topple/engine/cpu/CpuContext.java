// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.kernel.GemmKernel;
import dev.topple.engine.cpu.kernel.LaneKernels;
import dev.topple.engine.cpu.parallel.Workers;

/** What all programs of a device share: its threads, its kernels and its workers' small memory. */
record CpuContext(Workers workers, GemmKernel gemm, LaneKernels lanes, Scratch scratch) {}
