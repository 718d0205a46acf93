// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * How far an attack may move an image: a norm, an epsilon, and pixels that stay in [0, 1]. Here is the geometry of the
 * set of allowed images, in the graph (projection, random points, steepest directions) and on the host (measuring what
 * came out). How an attack walks in that set lives in {@code dev.topple.attacks.step}.
 */
package dev.topple.attacks.budget;
