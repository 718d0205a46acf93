// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import dev.topple.benchmarks.networks.Scenes;
import java.util.List;
import java.util.Locale;

/** Training of a network, written as {@code resnet18-light 8x96x128}: network, images, height, width. */
record TrainingCase(String network, int images, int height, int width) {

    /** Adam's settings, those of PyTorch: no weight decay. */
    static final double RATE = 1e-3;
    static final double BETA1 = 0.9;
    static final double BETA2 = 0.999;
    static final double EPSILON = 1e-8;

    /** The trainings that are measured. */
    static final List<String> ALL = List.of("resnet18-light 8x96x128");

    private static final double FIRST_LOSS = 1e-4;

    /** How many steps' losses are compared. */
    static final int COMPARED = 3;

    static TrainingCase of(String text) {
        AttackCase same = AttackCase.of(text);
        return new TrainingCase(same.network(), same.images(), same.height(), same.width());
    }

    /** How well the first steps' losses agree; refused if the first one does not. */
    static String agreement(Readings mine, Readings theirs) {
        StringBuilder text = new StringBuilder("losses agree to");
        for (int step = 0; step < COMPARED; step++) {
            String name = "step" + step;
            double difference = Math.abs(mine.get("losses", name) / theirs.get("losses", name) - 1);
            if (step == 0 && !(difference <= FIRST_LOSS)) {
                throw new IllegalStateException("training: the first losses of the two sides differ by " + difference
                        + "; they do not train the same network");
            }
            text.append(String.format(Locale.ROOT, "%s %.0e", step == 0 ? "" : ",", difference));
        }
        return text.append(" in the first steps").toString();
    }

    Scenes scenes() {
        return Scenes.of(images, height, width);
    }
}
