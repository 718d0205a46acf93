// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a program's explanation says of its convolutions. */
final class Algorithms {

    /** An instruction, and on the line below the algorithm, its layouts and why it was chosen. */
    private static final Pattern CONVOLUTION = Pattern
            .compile("(?m)^ *\\d+ +(?:Conv2d|InputGradient|WeightGradient) .*\\R +(.*?), (?:plain|blocked) to ");
    private static final Pattern PREPARED = Pattern.compile("(?m)^prepared weights: \\d+ forms of (\\d+) bytes");

    private Algorithms() {}

    /**
     * How many convolutions each algorithm computes.
     *
     * @throws IllegalArgumentException if the explanation names no algorithm
     */
    static Map<String, Integer> count(String explanation) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        Matcher matcher = CONVOLUTION.matcher(explanation);
        while (matcher.find()) {
            counts.merge(matcher.group(1), 1, Integer::sum);
        }
        if (counts.isEmpty()) {
            throw new IllegalArgumentException("no algorithm of a convolution in this explanation:\n" + explanation);
        }
        return counts;
    }

    /** The bytes of weights in the forms that algorithms need. */
    static double preparedBytes(String explanation) {
        Matcher matcher = PREPARED.matcher(explanation);
        if (!matcher.find()) {
            throw new IllegalArgumentException("no size of prepared weights in this explanation:\n" + explanation);
        }
        return Double.parseDouble(matcher.group(1));
    }
}
