// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Reads what PyTorch's {@code torch.save} wrote, without Python: the weights of a state dict, and nothing that would
 * have to be executed. What the weights are for, and their names in Topple's encoders, is the business of
 * {@code dev.topple.mtl.model}.
 */
package dev.topple.cli.pytorch;
