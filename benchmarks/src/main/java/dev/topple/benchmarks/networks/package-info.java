// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Networks of the papers, written once for any library that can compute a few kinds of layers, with weights that depend
 * on the layer's name alone: so two libraries can be given the same network. What a network is good for lies elsewhere;
 * these have random weights.
 */
package dev.topple.benchmarks.networks;
