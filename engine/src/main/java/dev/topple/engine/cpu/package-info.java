// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The device {@code cpu}: {@link dev.topple.engine.cpu.CpuDevice} keeps variables and compiles graphs. A tidied graph
 * goes through these passes, each a class of its own:
 *
 * <ol>
 * <li>{@code Decomposition} writes ops as others that can be fused;
 * <li>{@code Fusion} decides which nodes become one instruction (a {@code Unit});
 * <li>{@code Layouts} decides the form of each image, plain or in blocks of 16 channels;
 * <li>{@code Lowering} makes instructions, one class per family of ops, each of which knows how its work is cut into
 * items; {@code AlgorithmChoice} picks the algorithm of each convolution by {@code ConvolutionCosts};
 * <li>the planner of {@code engine.compile} lays their buffers out.
 * </ol>
 *
 * <p>The arithmetic itself is in {@code engine.cpu.kernel} and, on blocked images, in {@code engine.cpu.blocked}; the
 * threads are in {@code engine.cpu.parallel}. Forms, units and prepared weights are this device's own affair: nothing
 * outside of this package knows of them.
 */
package dev.topple.engine.cpu;
