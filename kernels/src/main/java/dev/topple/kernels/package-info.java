// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The device {@code cuda}. It is found through {@code DeviceProvider} and named by nobody: programs ask the engine for
 * a device. Here is the provider alone; what it is made of lies in the packages below.
 */
package dev.topple.kernels;
