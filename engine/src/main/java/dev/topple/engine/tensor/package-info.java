// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What a value is: its {@link dev.topple.engine.tensor.DType type}, its {@link dev.topple.engine.tensor.Shape shape}, a
 * {@link dev.topple.engine.tensor.Tensor} of host memory, and a {@link dev.topple.engine.tensor.Variable}, the name of
 * a value that lives on a device. Nothing here computes.
 */
package dev.topple.engine.tensor;
