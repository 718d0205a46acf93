// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Which loss of each task the steps of an attack follow. Selection (best iterate, step halving) stays with the task's own
 * loss, so that attacks with different objectives can be compared.
 */
package dev.topple.attacks.objective;
