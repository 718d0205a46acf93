// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Device memory that is kept and used again, and copies between it and the heap, over any
 * {@link dev.topple.kernels.driver.Driver}. What the memory holds is nobody's business here.
 */
package dev.topple.kernels.memory;
