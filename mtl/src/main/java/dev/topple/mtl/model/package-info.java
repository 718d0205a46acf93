// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Models: encoders, decoders, how tasks share them, the files that hold their weights, and the constant predictor that
 * every model must beat. Training lives in {@code dev.topple.mtl.train}.
 */
package dev.topple.mtl.model;
