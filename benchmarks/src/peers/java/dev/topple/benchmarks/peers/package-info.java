// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Topple beside libtorch. Every measurement is a pair: the same network with the same weights, the same images, the
 * same number of threads. Each side runs in processes of its own, which take turns ({@link
 * dev.topple.benchmarks.peers.Peers}); what is compared is the median of the paired ratios.
 */
package dev.topple.benchmarks.peers;
