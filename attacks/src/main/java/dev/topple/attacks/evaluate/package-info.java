// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Measuring attacks on a data set: clean and attacked metrics of every task, the averaged relative performance (ARP),
 * bootstrap intervals of all of them, and an audit of what the attacks were supposed to keep to. Results are records
 * that go to a {@link dev.topple.attacks.evaluate.ResultSink}, what has to outlive a kill goes to a
 * {@link dev.topple.attacks.evaluate.ProgressStore}; writing to files or screens is somebody else's job.
 */
package dev.topple.attacks.evaluate;
