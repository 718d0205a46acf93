// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.rooms;

/**
 * Random numbers for layout and camera noise: SplitMix64 (Steele, Lea, Flood 2014), which is a counter pushed through
 * a mixing function. Scene layout needs a keyed stream that is the same everywhere and nothing more; the numbers of
 * training and attacks come from the engine's generator, not from this one.
 */
final class Draw {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;
    private final long key;
    private long counter;

    Draw(long key) {
        this.key = key;
    }

    /** The stream of scene {@code index} under {@code seed}. */
    static Draw of(long seed, long index) {
        return new Draw(mix(mix(seed ^ 0x526F6F6D73L) + GAMMA * index));
    }

    /** An independent stream; drawing from it leaves this one where it is. */
    Draw fork(long stream) {
        return new Draw(mix(key ^ mix(stream + 0x5851F42D4C957F2DL)));
    }

    static long mix(long x) {
        long z = x;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    long bits() {
        return mix(key + GAMMA * ++counter);
    }

    /** Uniform in [0, 1). */
    double uniform() {
        return (bits() >>> 11) * 0x1p-53;
    }

    double range(double low, double high) {
        return low + (high - low) * uniform();
    }

    /** Uniform in 0 .. bound - 1. */
    int below(int bound) {
        return (int) (uniform() * bound);
    }

    /** Uniform in low .. high, both included. */
    int between(int low, int high) {
        return low + below(high - low + 1);
    }

    boolean chance(double probability) {
        return uniform() < probability;
    }

    /**
     * Nearly Gaussian noise of unit variance from one 64-bit word: the centred sum of its four 16-bit parts
     * (Irwin-Hall), so that no logarithm is needed per pixel and channel.
     */
    static double bell(long word) {
        long sum = (word & 0xFFFF) + ((word >>> 16) & 0xFFFF) + ((word >>> 32) & 0xFFFF) + (word >>> 48);
        return (sum - 131070) * (1.7320508075688772 / 65536);
    }
}
