// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.mtl.task.Metric;
import java.util.Locale;

/** How numbers and the names of metrics are written for people. */
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

    /** A metric's name, unit and direction. */
    static String name(Metric metric, Look look) {
        return metric.name() + (metric.unit().isEmpty() ? "" : " (" + metric.unit() + ")") + " "
                + look.direction(metric.higherIsBetter());
    }
}
