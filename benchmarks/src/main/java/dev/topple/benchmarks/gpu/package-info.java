// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What {@code kernels/gpu-check} runs on a machine with a GPU, through the public interface of the engine alone: each
 * class measures or compares one thing and writes what it found as facts, a line of JSON each; {@link
 * dev.topple.benchmarks.gpu.Report} makes one table of them. Which device it is, is a parameter, so that all of it can
 * be tried on another device first.
 */
package dev.topple.benchmarks.gpu;
