// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.util.Locale;

/** The halves of a data set: what models learn from, and what they are judged by. */
public enum Split {
    /** For learning. */
    TRAIN,
    /** For judging. */
    TEST;

    /** The name in options and files. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The split of a name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Split of(String label) {
        for (Split split : values()) {
            if (split.label().equals(label)) {
                return split;
            }
        }
        throw new IllegalArgumentException("there are split=train and split=test, not '" + label + "'");
    }
}
