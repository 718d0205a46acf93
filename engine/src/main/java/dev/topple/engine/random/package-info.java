// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Random numbers that every device draws alike: the counter-based generator {@link
 * dev.topple.engine.random.Philox}, pure functions of a key and a counter, and {@link
 * dev.topple.engine.random.RandomSource}, a position in one of its streams for host code (shuffles, data
 * generators). Nothing here is secret or fit for cryptography, and nothing depends on time or on the machine.
 */
package dev.topple.engine.random;
