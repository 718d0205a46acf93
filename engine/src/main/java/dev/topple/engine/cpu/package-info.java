// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The device {@code cpu}: {@link dev.topple.engine.cpu.CpuDevice} keeps variables and compiles graphs. A tidied graph
 * is rewritten, fused to units and lowered to instructions, one class per family of ops, each of which knows how its
 * work is cut into items; the planner of {@code engine.compile} lays their buffers out. The arithmetic itself is in
 * {@code engine.cpu.kernel}, the threads are in {@code engine.cpu.parallel}.
 */
package dev.topple.engine.cpu;
