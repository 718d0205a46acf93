// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The one graph in which models, losses, gradients and attacks are written down: {@link dev.topple.engine.graph.Graph}
 * with its {@link dev.topple.engine.graph.Node nodes} and {@link dev.topple.engine.graph.Value values}, the sealed
 * family of {@link dev.topple.engine.graph.Op ops}, one file per kind, and {@link dev.topple.engine.graph.Gradients}.
 * Nothing here computes a number; devices do.
 */
package dev.topple.engine.graph;
