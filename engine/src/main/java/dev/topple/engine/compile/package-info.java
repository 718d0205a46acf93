// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What every compiling device shares: the passes that tidy a graph before a device lowers it to its own instructions,
 * and the planner that lays the instructions' buffers out in memory by their lifetimes. No device is mentioned here.
 *
 * <p>The seam between the two: a device takes a graph that {@link dev.topple.engine.compile.Passes} tidied, decides by
 * itself what becomes one instruction and how values lie in memory, and gives the planner a list of
 * {@link dev.topple.engine.compile.Instruction}s in the order in which they run. An instruction names the
 * {@link dev.topple.engine.compile.Buffer}s that it reads and writes, its working memory among them, and says which of
 * them may share a place; a buffer is an element type and a number of elements, whatever their order means to the
 * device. The {@link dev.topple.engine.compile.BufferPlanner.Plan} says where in one arena per element type each buffer
 * lies: an array on the heap, or one allocation on a GPU. Values of variables and what a device prepares of them lie
 * outside of the arena and are never planned.
 */
package dev.topple.engine.compile;
