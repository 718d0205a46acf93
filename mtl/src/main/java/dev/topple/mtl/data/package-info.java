// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Data sets: images with the labels of some tasks, and how they are brought into batches. The procedural data set is
 * rendered in {@code dev.topple.mtl.rooms}; others are read from folders of pictures, npy and idx files in the
 * layouts in which they are distributed, or in one that a small file describes, and what is slow to derive from them is
 * kept in a cache. Formats that take a library to read are imported elsewhere.
 */
package dev.topple.mtl.data;
