// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Checks that an evaluation makes of itself: what a sound attack on a sound model does not do. Each is a small class
 * that looks at the facts of all attacks and warns, with a finding and what it means. They measure nothing themselves
 * and stop nothing.
 */
package dev.topple.attacks.evaluate.check;
