// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import dev.topple.attacks.budget.Budgets;
import dev.topple.engine.io.JsonView;
import dev.topple.mtl.task.Metric;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** Numbers and names as the page shows them. */
final class Words {

    /** What an undefined number looks like. */
    static final String UNDEFINED = "–";

    /** What names of balancers end in that are as the authors' released code has them. */
    static final String RELEASED = ":released";

    private static final int USUAL_DECIMALS = 4;
    private static final int PERCENT_DECIMALS = 1;

    private Words() {}

    /** How many decimals of a metric tell two models apart. */
    static int decimals(Metric metric) {
        return switch (metric.unit()) {
            case "%", "degrees" -> 2;
            default -> USUAL_DECIMALS;
        };
    }

    /** A number with so many decimals and a proper minus. */
    static String decimal(double value, int decimals) {
        return Double.isFinite(value)
                ? String.format(Locale.ROOT, "%." + decimals + "f", value).replace('-', '\u2212')
                : UNDEFINED;
    }

    /** As above. */
    static String decimal(OptionalDouble value, int decimals) {
        return value.isPresent() ? decimal(value.getAsDouble(), decimals) : UNDEFINED;
    }

    /** A number in percent, the sign at a distance that no line break enters. */
    static String percent(OptionalDouble value) {
        return value.isPresent() ? decimal(value, PERCENT_DECIMALS) + "\u00A0%" : UNDEFINED;
    }

    /** A loss of a single image: three digits, as losses of images differ by orders of magnitude. */
    static String loss(double value) {
        if (!Double.isFinite(value)) {
            return UNDEFINED;
        }
        int before = value < 1 ? 0 : (int) Math.log10(value) + 1;
        return decimal(value, Math.clamp(3 - before, 0, 3));
    }

    /** The ends of a 95 % interval, if the document has one of that name. */
    static Optional<double[]> interval(JsonView object, String name) {
        return object.optional(name).map(JsonView::elements).filter(ends -> ends.size() == 2)
                .filter(ends -> ends.stream().noneMatch(JsonView::isNull))
                .map(ends -> new double[] {ends.get(0).asDouble(), ends.get(1).asDouble()});
    }

    /** An interval for a table. */
    static String interval(double[] ends, int decimals) {
        return decimal(ends[0], decimals) + "\u2009\u2013\u2009" + decimal(ends[1], decimals);
    }

    /** A number that may be null. */
    static OptionalDouble number(JsonView object, String name) {
        Optional<JsonView> value = object.optional(name);
        return value.isPresent() ? OptionalDouble.of(value.get().asDouble()) : OptionalDouble.empty();
    }

    /** A balancer's name as papers write it; others as the program calls them. */
    static String balancer(String name) {
        if (name.endsWith(RELEASED)) {
            return balancer(name.substring(0, name.length() - RELEASED.length())) + " released";
        }
        if (name.startsWith("single:")) {
            return "Single " + name.substring("single:".length());
        }
        return switch (name) {
            case "dgba" -> "DGBA";
            case "total" -> "Total";
            case "signsum" -> "SignSum";
            case "wgd" -> "WGD";
            case "softmin" -> "Soft-min";
            case "random" -> "Random weights";
            case "unit" -> "Unit sum";
            case "graddrop" -> "GradDrop";
            case "mgda" -> "MGDA";
            case "pcgrad" -> "PCGrad";
            case "cagrad" -> "CAGrad";
            case "imtl-g" -> "IMTL-G";
            case "nash" -> "Nash-MTL";
            case "aligned" -> "Aligned-MTL";
            case "upgrad" -> "UPGrad";
            default -> name;
        };
    }

    /** An attack's name as papers write it. */
    static String attack(String name) {
        return name.equals("ifgsm") ? "I-FGSM" : name.toUpperCase(Locale.ROOT);
    }

    /** A norm's name as papers write it. */
    static String norm(String name) {
        return name.equalsIgnoreCase("linf") ? "L\u221E" : name;
    }

    /** An epsilon of pixels in [0, 1]. */
    static String epsilon(double epsilon) {
        return Budgets.fraction(epsilon);
    }

    /** A step size of pixels in [0, 1]: in 255ths, with no more decimals than it takes. */
    static String stepSize(double size) {
        return Budgets.plain(Math.rint(size * 255 * 1000) / 1000) + "/255";
    }

    /** A metric's name and unit. */
    static String metric(Metric metric) {
        return metric.name() + (metric.unit().isEmpty() ? "" : " (" + metric.unit() + ")");
    }

    /** So many of a thing. */
    static String count(long number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }

    /** The last part of a path; all of what is none. */
    static String fileName(String path) {
        String name = path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
        return name.isEmpty() ? path : name;
    }

    /** Names in a sentence: {@code a, b and c}. */
    static String list(List<String> names) {
        return names.size() < 2 ? String.join("", names)
                : String.join(", ", names.subList(0, names.size() - 1)) + " and " + names.getLast();
    }

    /** Different texts, in order, with commas. */
    static String distinct(List<String> texts) {
        return String.join(", ", texts.stream().distinct().toList());
    }
}
