// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import dev.topple.benchmarks.networks.Scenes;
import java.util.List;

/**
 * An attack on a network, written as {@code resnet34-light 1x288x384}: network, images, height, width. Its steps are
 * those of iterated FGSM within 8/255, a tenth of that each.
 */
record AttackCase(String network, int images, int height, int width) {

    /** What an image may change. */
    static final double EPSILON = 8 / 255.0;
    /** As many steps take a pixel across the budget. */
    static final int STEPS_ACROSS = 10;

    /** The attacks that are measured. */
    static final List<String> ALL = List.of("resnet34-light 1x288x384", "resnet34-light 4x144x192",
            "mobilenetv2-light 4x224x224", "resnet34-aspp 1x224x224");

    static AttackCase of(String text) {
        String[] parts = text.split("[ x]");
        if (parts.length != 4) {
            throw new IllegalArgumentException("no attack: " + text);
        }
        return new AttackCase(parts[0], Integer.parseInt(parts[1]), Integer.parseInt(parts[2]),
                Integer.parseInt(parts[3]));
    }

    Scenes scenes() {
        return Scenes.of(images, height, width);
    }
}
