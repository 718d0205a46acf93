// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Attacks: a model, a budget, a step rule and a balancer, put together by {@link dev.topple.attacks.Attack} and
 * compiled for a device. The parts live in {@code .budget}, {@code .step} and {@code .balance}; whole measurements on
 * data sets in {@code .evaluate}.
 */
package dev.topple.attacks;
