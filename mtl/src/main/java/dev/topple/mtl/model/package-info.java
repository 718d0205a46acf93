// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Models: encoders and their levels, decoders, the model that a layout of sharing makes of them, the files that hold
 * their weights, weights of encoders that were trained elsewhere, and the constant predictor that every model must
 * beat. Layouts live in {@code dev.topple.mtl.sharing}. Training lives in {@code dev.topple.mtl.train}.
 */
package dev.topple.mtl.model;
