// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Products of dense matrices in device memory, as an interface that a vendor's library can stand behind. No library is
 * named here.
 */
package dev.topple.kernels.blas;
