// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The program: its commands, what they print and write. Numbers are computed elsewhere, in {@code dev.topple.attacks}
 * and below; nothing here is meant to be called by other programs.
 */
package dev.topple.cli;
