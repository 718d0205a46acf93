// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What a user touches besides the graph: a {@link dev.topple.engine.Device} compiles a graph to an
 * {@link dev.topple.engine.Executable}; {@link dev.topple.engine.Devices} finds the devices that are there. The devices
 * themselves live in packages of their own.
 */
package dev.topple.engine;
