// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

/**
 * What an attack costs per image.
 *
 * @param forwards how often the model is run, the clean image and the result included
 * @param backwards how often a gradient is propagated back to the image
 */
public record Passes(int forwards, int backwards) {}
