// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What every device must do, as tests: the catalogue {@link dev.topple.engine.optest.OpCases} holds at least one case
 * for every op, {@link dev.topple.engine.optest.OpContract} runs them on a device and compares with {@code reference},
 * {@link dev.topple.engine.optest.DeviceContract} checks what a device promises besides. A module with a device of its
 * own extends both classes. {@link dev.topple.engine.optest.GradientCheck} judges gradient rules in float64.
 */
package dev.topple.engine.optest;
