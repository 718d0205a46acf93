// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What can be measured. */
enum Part {
    /** Single convolutions. */
    CONV,
    /** One step of an attack. */
    ATTACK_STEP,
    /** One step of training. */
    TRAINING_STEP,
    /** The most memory of a process that attacks. */
    MEMORY,
    /** From the start of a process to the end of the first step. */
    START,
    /** Whether fresh processes are all equally fast. */
    FRESH,
    /** Errors of the direction against float64. */
    ACCURACY;

    /** Whether the number of threads does not matter. */
    boolean once() {
        return this == FRESH || this == ACCURACY;
    }

    /** The part's name in options and files. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Part of(String text) {
        return Arrays.stream(values()).filter(part -> part.text().equals(text)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no part '" + text + "'; there are "
                        + Arrays.stream(values()).map(Part::text).collect(Collectors.joining(", "))));
    }
}
