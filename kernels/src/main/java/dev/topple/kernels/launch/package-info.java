// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Launches as data: which kernel, how many blocks, which memory. Families of kernels make them from shapes alone, a
 * program gives the regions their places and runs them. Nothing here calls a driver.
 */
package dev.topple.kernels.launch;
