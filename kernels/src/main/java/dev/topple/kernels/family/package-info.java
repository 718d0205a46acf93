// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Families of kernels: one class for each, which turns shapes, forms and regions into launches of the committed
 * kernels. They are pure functions and know neither a driver nor a graph's values; working memory is asked of the
 * caller.
 */
package dev.topple.kernels.family;
