// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * JMH benchmarks. Each measures one thing that a user waits for, against a plain alternative where there is one; what
 * must hold rather than be fast belongs in tests.
 */
package dev.topple.benchmarks;
