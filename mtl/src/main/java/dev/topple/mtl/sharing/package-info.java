// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Which levels of an encoder tasks share: layouts, their names and their enumeration. What a level computes, and the
 * model that is built from a layout, live in {@code dev.topple.mtl.model}.
 */
package dev.topple.mtl.sharing;
