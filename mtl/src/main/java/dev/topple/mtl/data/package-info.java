// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Data sets: images with the labels of some tasks, and how they are brought into batches. The procedural data set is
 * rendered in {@code dev.topple.mtl.rooms}; NYUv2 is read from a plain folder of pictures, and what is slow to derive
 * from it is kept in a cache. Foreign formats are imported elsewhere.
 */
package dev.topple.mtl.data;
