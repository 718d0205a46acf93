// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import dev.topple.engine.random.Philox;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;

/**
 * The random key of every image: a function of the seed and the image's index in its data set alone, so that an image
 * gets the same random numbers in whatever batch it is attacked.
 */
public final class ImageKeys {

    private static final long ATTACK = 0x41545441434BL;

    private static final long STEP = 0x53544550L;
    private static final long HOST = 0x484F5354L;

    private ImageKeys() {}

    /** The keys of the images {@code first … first + count - 1}. */
    public static long[] of(long seed, int first, int count) {
        return of(seed, IntStream.range(first, first + count).boxed().toList());
    }

    /** The keys of the images of the given indices. */
    public static long[] of(long seed, List<Integer> indices) {
        long parent = Philox.derive(seed, ATTACK);
        return indices.stream().mapToLong(index -> Philox.derive(parent, index)).toArray();
    }

    /** The keys of one walk of each image, as random ops take them, i32 {@code [N, 2]}: low word, high word. */
    static Tensor ofWalk(long[] keys, int walk) {
        return words(keys, key -> Philox.derive(key, walk));
    }

    /** The same for one step of a walk. */
    public static Tensor ofStepWords(long[] keys, int walk, int step) {
        return words(keys, key -> stepKey(key, walk, step));
    }

    /** By row: the random numbers that the host draws for an image at one step of a walk. */
    static IntFunction<RandomSource> ofStep(long[] keys, int walk, int step) {
        return row -> new RandomSource(Philox.derive(stepKey(keys[row], walk, step), HOST));
    }

    private static long stepKey(long key, int walk, int step) {
        return Philox.derive(Philox.derive(Philox.derive(key, walk), STEP), step);
    }

    private static Tensor words(long[] keys, LongUnaryOperator derived) {
        int[] words = new int[2 * keys.length];
        for (int i = 0; i < keys.length; i++) {
            long key = derived.applyAsLong(keys[i]);
            words[2 * i] = (int) key;
            words[2 * i + 1] = (int) (key >>> 32);
        }
        return Tensor.of(Shape.of(keys.length, 2), words);
    }
}
