// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/** PTX on its way to the device: where the committed texts are, and which of them are loaded. */
package dev.topple.kernels.module;
