// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Kernels on images whose channels are stored in blocks of 16: the forms, convolutions by several algorithms, what
 * follows them in the same pass, pooling and resizing. A kernel knows shapes, arrays and offsets; graphs, values and
 * the choice between algorithms live outside.
 */
package dev.topple.engine.cpu.blocked;
