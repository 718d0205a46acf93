// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Groups of elementwise ops as kernels of their own, whose PTX is written here at run time: what a group computes, the
 * text, the launch. Which ops make a group is decided elsewhere.
 */
package dev.topple.kernels.family.elementwise;
