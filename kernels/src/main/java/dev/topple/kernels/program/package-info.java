// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The device {@code cuda}: how a graph becomes launches in device memory, and how they are run. Which kernels there are
 * and how they are started is told by {@code kernels.family}; this package knows graphs, values, variables and time.
 *
 * <p>On the way down: {@link dev.topple.kernels.program.Expansion} and {@link dev.topple.kernels.program.ScaleFolding}
 * rewrite the graph, {@link dev.topple.kernels.program.Preparation} says what depends on variables alone,
 * {@link dev.topple.kernels.program.Grouping} what becomes one unit, {@link dev.topple.kernels.program.Lowering} writes
 * each unit as {@link dev.topple.kernels.program.Stage}s, {@link dev.topple.kernels.program.Places} lays their memory
 * out, and {@link dev.topple.kernels.program.CudaProgram} runs them, recorded as one CUDA graph.
 */
package dev.topple.kernels.program;
