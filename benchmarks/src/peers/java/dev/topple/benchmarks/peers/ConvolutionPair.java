// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The rows of a convolution.
 *
 * @param peak of the threads together, GFLOP/s
 */
record ConvolutionPair(String shape, Pass pass, int threads, double peak, double load) {

    /** How many convolutions {@link ToppleConvolution} adds up to tell what one more takes. */
    static final String LAYERS = "4";

    /**
     * A convolution alone, and one more inside a network.
     *
     * @param once times of one
     * @param several times of {@link #LAYERS}
     */
    List<Row> rows(List<Double> once, List<Double> several, List<Double> libtorch, String algorithm) {
        List<Double> more = new ArrayList<>();
        for (int round = 0; round < once.size(); round++) {
            more.add((several.get(round) - once.get(round)) / (Integer.parseInt(LAYERS) - 1));
        }
        String name = shape + " " + pass.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return List.of(row(name, once, libtorch, algorithm),
                row(name + ", inside a network", more, libtorch, algorithm));
    }

    private Row row(String name, List<Double> topple, List<Double> libtorch, String algorithm) {
        double gigaflops = ConvolutionCase.of(shape).flops() / (Statistics.median(topple) * 1e6);
        return Row.of(Part.CONV, name, "libtorch", threads, "ms", topple, libtorch, load)
                .withAlgorithm(algorithm, gigaflops / peak)
                .withRemark(String.format(Locale.ROOT, "%.0f of %.0f GFLOP/s", gigaflops, peak));
    }
}
