// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What every compiling device shares: the passes that tidy a graph before a device lowers it to its own instructions,
 * and the planner that lays the instructions' buffers out in memory by their lifetimes. No device is mentioned here.
 */
package dev.topple.engine.compile;
