// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The device {@code cpu}: {@link dev.topple.engine.cpu.CpuDevice} keeps variables and compiles graphs. A graph
 * goes through these passes:
 *
 * <ol>
 * <li>those of {@code engine.compile} rewrite it and cut it into units by this device's {@code CpuRules};
 * <li>{@code Layouts} decides the form of each image, plain or in blocks of 16 channels;
 * <li>{@code Lowering} makes instructions, one class per family of ops, each of which knows how its work is cut into
 * items; {@code AlgorithmChoice} picks the algorithm of each convolution by {@code ConvolutionCosts};
 * <li>the planner of {@code engine.compile} lays their buffers out.
 * </ol>
 *
 * <p>The arithmetic itself is in {@code engine.cpu.kernel} and, on blocked images, in {@code engine.cpu.blocked}; the
 * threads are in {@code engine.cpu.parallel}. Forms and prepared weights are this device's own affair: nothing
 * outside of this package knows of them.
 */
package dev.topple.engine.cpu;
