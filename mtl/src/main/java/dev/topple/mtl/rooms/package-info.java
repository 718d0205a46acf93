// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0
/**
 * <i>Rooms</i>: a procedural data set of rendered indoor scenes with exact labels (13 classes, depth in metres,
 * surface normals). What lives here: the layout of rooms and furniture, their materials, a small ray caster and a
 * camera model. What does not: batching, augmentation, tasks and metrics; {@link dev.topple.mtl.rooms.Rooms} hands out
 * plain arrays. Every transcendental goes through {@link java.lang.StrictMath}, so a scene has the same bits on every
 * machine.
 */
package dev.topple.mtl.rooms;
