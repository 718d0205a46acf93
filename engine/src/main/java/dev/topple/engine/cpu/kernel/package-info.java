// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The numeric kernels of the CPU device, written on the Vector API, each with a plain-loop twin that gives the same
 * bits. A kernel object is made for fixed shapes and run many times; running allocates nothing. Tensors are a float
 * array and an offset, in row-major order. What to compute, and where buffers lie, is decided elsewhere.
 */
package dev.topple.engine.cpu.kernel;
