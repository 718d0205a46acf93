// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.Sample;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Some images of a data set: those that are taken out of a training set to judge the weights on the way, or the rest.
 */
public final class Part implements Dataset {

    private final Dataset source;
    private final String suffix;
    private final int[] indices;

    private Part(Dataset source, String suffix, int[] indices) {
        this.source = source;
        this.suffix = suffix;
        this.indices = indices;
    }

    /**
     * So many images, evenly spread.
     *
     * @throws IllegalArgumentException if there are not more than that
     */
    public static Part of(Dataset source, int count) {
        return new Part(source, ",only=" + count, spread(source, count).toArray());
    }

    /**
     * All images but those of {@link #of}.
     *
     * @throws IllegalArgumentException if there are not more than that
     */
    public static Part without(Dataset source, int count) {
        Set<Integer> out = Set.copyOf(spread(source, count).boxed().toList());
        return new Part(source, ",without=" + count,
                IntStream.range(0, source.size()).filter(index -> !out.contains(index)).toArray());
    }

    private static IntStream spread(Dataset source, int count) {
        int size = source.size();
        if (count < 1 || count >= size) {
            throw new IllegalArgumentException("at least one image must judge and one be left to train on, but "
                    + source.name() + " has " + size + " and " + count + " are to judge");
        }
        // From the middle of equal parts, so that neither the first nor the last one is always taken.
        return IntStream.range(0, count).map(i -> (int) ((2L * i + 1) * size / (2L * count)));
    }

    @Override
    public String name() {
        return source.name() + suffix;
    }

    @Override
    public Optional<String> checksum() {
        return source.checksum();
    }

    @Override
    public int size() {
        return indices.length;
    }

    @Override
    public Set<String> labelled() {
        return source.labelled();
    }

    @Override
    public Sample sample(int index) {
        return source.sample(indices[index]);
    }
}
