// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What every compiling device shares: the passes that rewrite a graph and cut it into units before a device lowers it
 * to its own instructions, and the planner that lays the instructions' buffers out in memory by their lifetimes. No
 * device is mentioned here: forms of images, widths of vectors and kernels are a device's own affair.
 *
 * <p>On the way down: {@link dev.topple.engine.compile.Passes#decompose} tidies the graph and writes batch
 * normalisation as elementwise ops of its sums. {@link dev.topple.engine.compile.FusedGraph} folds scales into weights,
 * joins the gradients that several convolutions give back to one image, and cuts the graph into
 * {@link dev.topple.engine.compile.Unit}s: groups of elementwise nodes, convolutions with a
 * {@link dev.topple.engine.compile.ProductEpilogue}, parts of a {@link dev.topple.engine.compile.ResizedLoss}, and all
 * other nodes alone. A device says by {@link dev.topple.engine.compile.FusionRules} what of this its kernels can do.
 * {@link dev.topple.engine.compile.Preparation} tells which values are made of variables alone, and
 * {@link dev.topple.engine.compile.PreparedSteps} when they are made again.
 *
 * <p>Then the device writes each unit as it likes, and gives the planner a list of
 * {@link dev.topple.engine.compile.Instruction}s in the order in which they run. An instruction names the
 * {@link dev.topple.engine.compile.Buffer}s that it reads and writes, its working memory among them, and says which of
 * them may share a place; a buffer is an element type and a number of elements, whatever their order means to the
 * device. The {@link dev.topple.engine.compile.BufferPlanner.Plan} says where in one arena per element type each buffer
 * lies: an array on the heap, or one allocation on a GPU. Values of variables and what a device prepares of them lie
 * outside of the arena and are never planned.
 */
package dev.topple.engine.compile;
