// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.random;

/**
 * A position in one stream of {@link Philox}, for host code that draws one number after another. Seed, stream and
 * {@link #position() position} are the whole state: write them down and a run resumes exactly. Sources with the same
 * seed and different streams are independent. Not safe for use by several threads at once; give each its own stream.
 *
 * <p>Word {@code p} of the stream is lane {@code p & 3} of the counter
 * {@code {low(p >>> 2), stream, high(p >>> 2), 1}} under the seed as key.
 */
public final class RandomSource {

    private static final int HOST = 1;

    private final long seed;
    private final int stream;
    private final int[] words = new int[4];
    private long position;
    private long loaded = -1;

    /** The start of a stream. */
    public RandomSource(long seed, int stream) {
        this.seed = seed;
        this.stream = stream;
    }

    /** The start of stream 0. */
    public RandomSource(long seed) {
        this(seed, 0);
    }

    /** The seed. */
    public long seed() {
        return seed;
    }

    /** The stream. */
    public int stream() {
        return stream;
    }

    /** The number of 32-bit words drawn so far. */
    public long position() {
        return position;
    }

    /** Moves to a position, forward or back, at no cost. */
    public void seek(long newPosition) {
        if (newPosition < 0) {
            throw new IllegalArgumentException("position " + newPosition + " of a random stream is negative");
        }
        position = newPosition;
    }

    /** 32 random bits; draws one word. */
    public int nextInt() {
        long block = position >>> 2;
        if (block != loaded) {
            Philox.block((int) seed, (int) (seed >>> 32), (int) block, stream, (int) (block >>> 32), HOST, words, 0);
            loaded = block;
        }
        return words[(int) (position++ & 3)];
    }

    /** 64 random bits; draws two words, the high one first. */
    public long nextLong() {
        long high = nextInt();
        return high << 32 | nextInt() & 0xFFFFFFFFL;
    }

    /**
     * A number from 0 to {@code bound - 1}, each exactly equally likely (Lemire, "Fast random integer generation in an
     * interval", 2019); draws one word, rarely more.
     */
    public int nextInt(int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound " + bound + " of a random integer is not positive");
        }
        long product = (nextInt() & 0xFFFFFFFFL) * bound;
        if ((product & 0xFFFFFFFFL) < bound) {
            long threshold = (1L << 32) % bound;
            while ((product & 0xFFFFFFFFL) < threshold) {
                product = (nextInt() & 0xFFFFFFFFL) * bound;
            }
        }
        return (int) (product >>> 32);
    }

    /** A number from {@code from} to {@code to - 1}; the difference must fit an int. */
    public int nextInt(int from, int to) {
        return from + nextInt(Math.subtractExact(to, from));
    }

    /** True or false; draws one word. */
    public boolean nextBoolean() {
        return nextInt() < 0;
    }

    /** A number in [0, 1) with 24 bits; draws one word. */
    public float nextFloat() {
        return Philox.uniform(nextInt());
    }

    /** A number in [0, 1) with 53 bits; draws two words. */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1p-53;
    }

    /** A number in [{@code from}, {@code to}) up to rounding; draws two words. */
    public double nextDouble(double from, double to) {
        return from + (to - from) * nextDouble();
    }

    /**
     * A standard normal number, {@link Philox#normalCosine}; always draws two words and keeps nothing back, so that the
     * position stays the whole state.
     */
    public double nextGaussian() {
        int a = nextInt();
        int b = nextInt();
        return Philox.normalCosine(a, b);
    }

    /** Brings the elements into a random order (Fisher and Yates), every order equally likely. */
    public void shuffle(int[] elements) {
        for (int i = elements.length - 1; i > 0; i--) {
            int j = nextInt(i + 1);
            int element = elements[i];
            elements[i] = elements[j];
            elements[j] = element;
        }
    }

    /** The numbers 0 to {@code count - 1} in a random order. */
    public int[] permutation(int count) {
        int[] elements = new int[count];
        for (int i = 0; i < count; i++) {
            elements[i] = i;
        }
        shuffle(elements);
        return elements;
    }
}
