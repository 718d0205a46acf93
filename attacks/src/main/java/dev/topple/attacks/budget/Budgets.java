// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.budget;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Short forms of {@link Budget}, and how people write one: {@code 8/255} or {@code 0.0314}. */
public final class Budgets {

    private static final String NUMBER = "[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?";
    private static final Pattern FRACTION =
            Pattern.compile("\\s*(-?" + NUMBER + ")\\s*(?:/\\s*(" + NUMBER + ")\\s*)?");

    private Budgets() {}

    /** A limit on the change of every pixel: {@code linf(8 / 255.0)}. */
    public static Budget linf(double epsilon) {
        return new Budget(Norm.LINF, epsilon);
    }

    /** A limit on the length of the whole change: {@code l2(2)}. */
    public static Budget l2(double epsilon) {
        return new Budget(Norm.L2, epsilon);
    }

    /**
     * A budget as people write it.
     *
     * @param norm {@code linf} or {@code l2}, in any case
     * @param epsilon {@code 8/255} or {@code 0.0314}
     * @throws IllegalArgumentException with one line for people
     */
    public static Budget parse(String norm, String epsilon) {
        for (Norm candidate : Norm.values()) {
            if (candidate.label().equalsIgnoreCase(norm.strip())) {
                return new Budget(candidate, number(epsilon, "epsilon"));
            }
        }
        String names = Arrays.stream(Norm.values()).map(n -> n.label().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        throw new IllegalArgumentException("there is no norm '" + norm + "'; choose one of " + names);
    }

    /**
     * A number or a fraction of two numbers.
     *
     * @param text {@code 2/255} or {@code 0.0078}
     * @param what the name of the number in messages
     * @throws IllegalArgumentException with one line for people
     */
    public static double number(String text, String what) {
        Matcher matcher = FRACTION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(what + " '" + text
                    + "' is not a number; write a fraction such as 8/255 or a number such as 0.0314");
        }
        double value = Double.parseDouble(matcher.group(1));
        double divisor = matcher.group(2) == null ? 1 : Double.parseDouble(matcher.group(2));
        if (divisor == 0 || !Double.isFinite(value / divisor)) {
            throw new IllegalArgumentException(what + " '" + text + "' is not a finite number");
        }
        return value / divisor;
    }

    /** For people: {@code 8/255} where that is what the number is (to six digits), else the number: {@code 0.5}. */
    public static String fraction(double number) {
        double parts = number * 255;
        double whole = Math.rint(parts);
        return whole >= 1 && whole < 255 && Math.abs(parts - whole) < 1e-6 ? (long) whole + "/255" : plain(number);
    }

    /** For people: the shortest decimal digits that say what the number is. */
    public static String plain(double number) {
        return Double.isFinite(number) ? new BigDecimal(Double.toString(number)).stripTrailingZeros().toPlainString()
                : Double.toString(number);
    }
}
