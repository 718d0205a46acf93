// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.mtl.task.Metric;
import java.util.Locale;

/** How numbers and the names of metrics are read from people and written for them. */
final class Figures {

    private Figures() {}

    /** What an undefined number looks like. */
    static final String UNDEFINED = "-";

    /** Decimals of losses and of whatever has no better number. */
    static final int USUAL_DECIMALS = 4;

    /** How many decimals of a metric tell two models apart; the same for all of a unit, so that points line up. */
    static int decimals(Metric metric) {
        return switch (metric.unit()) {
            case "%", "degrees" -> 2;
            default -> USUAL_DECIMALS;
        };
    }

    /** A number with so many decimals. */
    static String decimal(double value, int decimals) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%." + decimals + "f", value) : UNDEFINED;
    }

    /**
     * Refuses what is no count.
     *
     * @throws IllegalArgumentException in one line
     */
    static void requirePositive(String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(option + " must be at least 1, but is " + value);
        }
    }

    /** So many of a thing. */
    static String count(long number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }

    /** A metric's name, unit and direction. */
    static String name(Metric metric, Look look) {
        return metric.name() + (metric.unit().isEmpty() ? "" : " (" + metric.unit() + ")") + " "
                + look.direction(metric.higherIsBetter());
    }
}
