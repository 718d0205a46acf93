// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What Topple asks of a CUDA driver, as an interface of plain numbers. The real driver is behind it in
 * {@code kernels.jcuda}, the PTX emulator in the tests of this module; nothing here knows either.
 */
package dev.topple.kernels.driver;
