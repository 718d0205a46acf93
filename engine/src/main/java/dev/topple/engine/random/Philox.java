// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.random;

import java.util.Objects;

/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3" (SC 2011): a pure function from a 64-bit key and a 128-bit counter to four 32-bit words. There is no state,
 * so any element of any stream can be computed by any thread or device, in any order, with the same bits. No method
 * allocates.
 *
 * <h2>How tensors are drawn</h2>
 *
 * A random tensor has one key per row of its leading axis (one image): two i32 words {@code k0} (low) and {@code k1}
 * (high), {@code key = (k1 << 32) | k0}. An op adds its own constant {@code stream}. Element {@code j} of the row, in
 * row-major order, is lane {@code j & 3} of the block with the counter words
 *
 * <pre>{c0, c1, c2, c3} = {j >>> 2, stream, 0, 0}</pre>
 *
 * <ul>
 * <li>bits: that word, {@link #element};
 * <li>uniform in [0, 1): {@link #uniform(int) uniform} of that word, so 24 bits, exactly representable in float32;
 * <li>standard normal: elements {@code 2m} and {@code 2m + 1} use the words {@code a} of element {@code 2m} and
 * {@code b} of element {@code 2m + 1}, also where a row of odd length ends between them. Element {@code 2m} is
 * {@link #normalCosine normalCosine(a, b)}, element {@code 2m + 1} is {@link #normalSine normalSine(a, b)}, rounded
 * to float32 once, at the end.
 * </ul>
 *
 * Tensors have {@code c3 = 0}; {@link RandomSource} has {@code c3 = 1} and {@link #derive} {@code c3 = 2}, so that the
 * three never draw the same word under one key.
 */
public final class Philox {

    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;
    private static final long MASK = 0xFFFFFFFFL;
    private static final double TWO_TO_MINUS_32 = 0x1p-32;
    private static final double TWO_PI = 2 * Math.PI;

    private static final int DERIVED = 2;

    private Philox() {
    }

    /**
     * The four words of one counter.
     *
     * @param k0 low word of the key
     * @param k1 high word of the key
     * @param out receives the words at {@code at … at + 3}
     */
    public static void block(int k0, int k1, int c0, int c1, int c2, int c3, int[] out, int at) {
        int x0 = c0;
        int x1 = c1;
        int x2 = c2;
        int x3 = c3;
        int key0 = k0;
        int key1 = k1;
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * (x0 & MASK);
            long product1 = MULTIPLIER_1 * (x2 & MASK);
            x0 = (int) (product1 >>> 32) ^ x1 ^ key0;
            x1 = (int) product1;
            x2 = (int) (product0 >>> 32) ^ x3 ^ key1;
            x3 = (int) product0;
            key0 += WEYL_0;
            key1 += WEYL_1;
        }
        out[at] = x0;
        out[at + 1] = x1;
        out[at + 2] = x2;
        out[at + 3] = x3;
    }

    /** One word of one counter, {@code lane} in 0 … 3: slower per word than {@link #block}, but needs no array. */
    public static int word(int k0, int k1, int c0, int c1, int c2, int c3, int lane) {
        int x0 = c0;
        int x1 = c1;
        int x2 = c2;
        int x3 = c3;
        int key0 = k0;
        int key1 = k1;
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * (x0 & MASK);
            long product1 = MULTIPLIER_1 * (x2 & MASK);
            x0 = (int) (product1 >>> 32) ^ x1 ^ key0;
            x1 = (int) product1;
            x2 = (int) (product0 >>> 32) ^ x3 ^ key1;
            x3 = (int) product0;
            key0 += WEYL_0;
            key1 += WEYL_1;
        }
        return switch (lane) {
            case 0 -> x0;
            case 1 -> x1;
            case 2 -> x2;
            case 3 -> x3;
            default -> throw new IllegalArgumentException("lane " + lane + " is not 0, 1, 2 or 3");
        };
    }

    /** The word of element {@code j} (at least 0) of a tensor's row; see "How tensors are drawn". */
    public static int element(int k0, int k1, int stream, int j) {
        return word(k0, k1, j >>> 2, stream, 0, 0, j & 3);
    }

    /**
     * The words of elements {@code from … from + count - 1} of a tensor's row, each equal to {@link #element}.
     *
     * @param out receives them from {@code at} on
     */
    public static void fill(int k0, int k1, int stream, int from, int count, int[] out, int at) {
        check(from, count, out.length, at);
        int j = from;
        int end = from + count;
        int to = at;
        while (j < end && (j & 3) != 0) {
            out[to++] = element(k0, k1, stream, j++);
        }
        for (; end - j >= 4; j += 4, to += 4) {
            block(k0, k1, j >>> 2, stream, 0, 0, out, to);
        }
        while (j < end) {
            out[to++] = element(k0, k1, stream, j++);
        }
    }

    /** Elements {@code from … from + count - 1} of a tensor's row of uniform numbers in [0, 1). */
    public static void fillUniform(int k0, int k1, int stream, int from, int count, float[] out, int at) {
        check(from, count, out.length, at);
        int j = from;
        int end = from + count;
        int to = at;
        while (j < end && (j & 3) != 0) {
            out[to++] = uniform(element(k0, k1, stream, j++));
        }
        for (; end - j >= 4; j += 4, to += 4) {
            uniformBlock(k0, k1, j >>> 2, stream, out, to);
        }
        while (j < end) {
            out[to++] = uniform(element(k0, k1, stream, j++));
        }
    }

    /** Four uniform numbers of one block: the rounds of {@link #block} once more, so that no scratch is needed. */
    private static void uniformBlock(int k0, int k1, int c0, int c1, float[] out, int at) {
        int x0 = c0;
        int x1 = c1;
        int x2 = 0;
        int x3 = 0;
        int key0 = k0;
        int key1 = k1;
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * (x0 & MASK);
            long product1 = MULTIPLIER_1 * (x2 & MASK);
            x0 = (int) (product1 >>> 32) ^ x1 ^ key0;
            x1 = (int) product1;
            x2 = (int) (product0 >>> 32) ^ x3 ^ key1;
            x3 = (int) product0;
            key0 += WEYL_0;
            key1 += WEYL_1;
        }
        out[at] = uniform(x0);
        out[at + 1] = uniform(x1);
        out[at + 2] = uniform(x2);
        out[at + 3] = uniform(x3);
    }

    /** Elements {@code from … from + count - 1} of a tensor's row of standard normal numbers. */
    public static void fillNormal(int k0, int k1, int stream, int from, int count, float[] out, int at) {
        check(from, count, out.length, at);
        for (int i = 0; i < count; i++) {
            int j = from + i;
            int a = element(k0, k1, stream, j & ~1);
            int b = element(k0, k1, stream, j | 1);
            out[at + i] = (float) ((j & 1) == 0 ? normalCosine(a, b) : normalSine(a, b));
        }
    }

    private static void check(int from, int count, int length, int at) {
        Objects.checkFromIndexSize(at, count, length);
        Objects.checkFromIndexSize(from, count, Integer.MAX_VALUE);
    }

    /** A uniform number in [0, 1): the upper 24 bits of the word times 2<sup>-24</sup>. */
    public static float uniform(int bits) {
        return (bits >>> 8) * 0x1p-24f;
    }

    /**
     * A standard normal number by Box and Muller (1958): {@code sqrt(-2 ln u) cos(2 pi v)} with
     * {@code u = (a + 1) 2^-32} in (0, 1] and {@code v = b 2^-32} in [0, 1), both words read as unsigned. Computed in
     * float64 with {@link StrictMath}, so that the bits are the same everywhere; at most 6.66 in size.
     */
    public static double normalCosine(int a, int b) {
        return radius(a) * StrictMath.cos(TWO_PI * ((b & MASK) * TWO_TO_MINUS_32));
    }

    /** The other number of the pair of {@link #normalCosine}: {@code sqrt(-2 ln u) sin(2 pi v)}. */
    public static double normalSine(int a, int b) {
        return radius(a) * StrictMath.sin(TWO_PI * ((b & MASK) * TWO_TO_MINUS_32));
    }

    private static double radius(int a) {
        return Math.sqrt(-2 * StrictMath.log(((a & MASK) + 1) * TWO_TO_MINUS_32));
    }

    /**
     * A key of its own for the {@code index}-th of many things (images, restarts, scenes) under a parent key or seed:
     * words 0 (low) and 1 (high) of the counter {@code {index low, index high, 0, 2}}. Chains:
     * {@code derive(derive(seed, image), restart)}.
     */
    public static long derive(long key, long index) {
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        int low = word(k0, k1, (int) index, (int) (index >>> 32), 0, DERIVED, 0);
        int high = word(k0, k1, (int) index, (int) (index >>> 32), 0, DERIVED, 1);
        return (high & MASK) << 32 | low & MASK;
    }
}
