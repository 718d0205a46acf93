// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The device {@code cuda}: how a graph becomes launches in device memory, and how they are run. Which kernels there are
 * and how they are started is told by {@code kernels.family}; this package knows graphs, values, variables and time.
 *
 * <p>On the way down: the passes of {@link dev.topple.engine.compile} rewrite the graph, say what depends on variables
 * alone, and cut it into units by the rules of {@link dev.topple.kernels.program.CudaRules};
 * {@link dev.topple.kernels.program.Lowering} writes each unit as {@link dev.topple.kernels.program.Stage}s,
 * {@link dev.topple.kernels.program.Places} lays their memory out, and
 * {@link dev.topple.kernels.program.CudaProgram} runs them, recorded as one CUDA graph.
 */
package dev.topple.kernels.program;
