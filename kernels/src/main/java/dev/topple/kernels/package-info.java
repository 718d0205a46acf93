// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The device {@code cuda}. It is found through {@code DeviceProvider} and named by nobody: programs ask the engine for
 * a device. There are no kernels yet; the provider says so.
 */
package dev.topple.kernels;
