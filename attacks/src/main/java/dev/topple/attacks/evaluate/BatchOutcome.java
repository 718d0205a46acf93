// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import java.util.List;

/**
 * What one attack did to some images, which it attacked together.
 *
 * @param images one after the other
 * @param seconds how long the attack took
 */
public record BatchOutcome(List<ImageOutcome> images, double seconds) {

    public BatchOutcome {
        images = List.copyOf(images);
    }
}
