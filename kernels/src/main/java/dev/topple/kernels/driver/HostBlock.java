// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.driver;

import java.nio.ByteBuffer;

/**
 * Memory of the host that a driver has pinned.
 *
 * @param handle what the driver knows it by
 * @param bytes its content, in native byte order
 */
public record HostBlock(long handle, ByteBuffer bytes) {}
