// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.objective;

import java.util.List;
import java.util.Locale;

/** The objectives by the names that people use. */
public final class Objectives {

    private Objectives() {}

    /** The names that {@link #of} knows. */
    public static List<String> names() {
        return List.of("loss", "segpgd", "cospgd");
    }

    /**
     * An objective by its name.
     *
     * @throws IllegalArgumentException with one line for people
     */
    public static Objective of(String name) {
        return switch (name.strip().toLowerCase(Locale.ROOT)) {
            case "loss" -> new OwnLoss();
            case "segpgd" -> new SegPgd();
            case "cospgd" -> new CosPgd();
            default -> throw new IllegalArgumentException(
                    "there is no objective '" + name + "'; choose one of " + String.join(", ", names()));
        };
    }
}
