// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.parallel.Work;
import dev.topple.engine.cpu.parallel.Workers;
import java.util.Arrays;

/**
 * The weight of Winograd's convolution, transformed in double precision and rounded once:
 * {@code [pair of target blocks][(m + 2)^2][source channel][lanes]}, where a pair has 32 lanes and a last odd block 16.
 * Lanes past the last target channel are 0.
 */
final class WinogradWeights {

    private static final int W = Blocks.WIDTH;
    private static final int PAIR = 2 * W;
    private static final int TAPS = 9;
    private static final float[] UNSET = new float[0];

    /** Weights worked on at once: some source channels by the lanes of a pair. */
    private static final int BATCH = 128;

    private final int source;
    private final int target;
    private final boolean backward;
    private final double[][] g;
    private final int side;
    /** The work is an object made once, and finds its arrays in fields, so that packing again allocates nothing. */
    private final Work batches = this::batch;
    private double[][][] work = new double[0][][];
    private float[] w = UNSET;
    private int wo;
    private float[] packed = UNSET;
    private int po;

    /**
     * @param backward whether the weight is turned for the gradient of the image: target and source change their
     *        places, and the kernel is read from its end
     */
    WinogradWeights(int outputTile, int source, int target, boolean backward) {
        this.source = source;
        this.target = target;
        this.backward = backward;
        this.g = WinogradPoints.weight(outputTile);
        this.side = outputTile + 2;
    }

    /** The pairs of target blocks, the last of which may be one block. */
    int pairs() {
        return WinogradTiles.ceil(target, PAIR);
    }

    /** The blocks of a pair: 2, or 1. */
    int blocks(int pair) {
        return target - pair * PAIR > W ? 2 : 1;
    }

    /** The floats of all. */
    int size() {
        return Math.multiplyExact(Math.multiplyExact(side * side, source), Blocks.count(target) * W);
    }

    /** Where a position of a pair begins. */
    int at(int pair, int position) {
        return pair * side * side * source * PAIR + position * source * blocks(pair) * W;
    }

    /**
     * Transforms a weight of the forward convolution, {@code [out][in][3][3]}. The workers' memory is made on the first
     * call and kept: a weight that is trained is transformed in every step, and a step allocates nothing.
     */
    void pack(Workers workers, float[] w, int wo, float[] packed, int po) {
        if (work.length < workers.threads()) {
            work = new double[workers.threads()][TAPS + 3 * side][BATCH];
        }
        this.w = w;
        this.wo = wo;
        this.packed = packed;
        this.po = po;
        workers.run(pairs() * steps(), batches);
        this.w = UNSET;
        this.packed = UNSET;
    }

    /** Batches of batches that the source channels of a pair make. */
    private int steps() {
        return WinogradTiles.ceil(source, stepChannels());
    }

    private int stepChannels() {
        return BATCH / Math.min(PAIR, Blocks.count(target) * W) * 8;
    }

    private void batch(int item, int worker) {
        int steps = steps();
        int pair = item / steps;
        int end = Math.min(source, (item % steps + 1) * stepChannels());
        int many = BATCH / (blocks(pair) * W);
        for (int k = item % steps * stepChannels(); k < end; k += many) {
            transform(pair, k, Math.min(many, end - k), w, wo, packed, po, work[worker]);
        }
    }

    private void transform(int pair, int channel, int channels, float[] w, int wo, float[] packed, int po,
            double[][] work) {
        int lanes = blocks(pair) * W;
        int n = channels * lanes;
        gather(pair, channel, channels, lanes, w, wo, work);
        for (int row = 0; row < side; row++) {
            for (int tap = 0; tap < 3; tap++) {
                combine(g[row], work[tap], work[3 + tap], work[6 + tap], work[TAPS + 3 * row + tap], n);
            }
        }
        for (int row = 0; row < side; row++) {
            int from = TAPS + 3 * row;
            for (int column = 0; column < side; column++) {
                combine(g[column], work[from], work[from + 1], work[from + 2], packed,
                        po + at(pair, row * side + column) + channel * lanes, n);
            }
        }
    }

    /** {@code work[tap][k lanes + l]}: source channel {@code channel + k}, lane l of the pair. */
    private void gather(int pair, int channel, int channels, int lanes, float[] w, int wo, double[][] work) {
        int real = Math.min(lanes, target - pair * PAIR);
        for (int tap = 0; tap < TAPS; tap++) {
            double[] row = work[tap];
            if (real < lanes) {
                Arrays.fill(row, 0, channels * lanes, 0);
            }
            int from = wo + (backward ? TAPS - 1 - tap : tap);
            for (int k = 0; k < channels; k++) {
                int at = from + TAPS * (backward ? (channel + k) * target + pair * PAIR
                        : pair * PAIR * source + channel + k);
                int step = TAPS * (backward ? 1 : source);
                for (int l = 0; l < real; l++) {
                    row[k * lanes + l] = w[at + l * step];
                }
            }
        }
    }

    private static void combine(double[] g, double[] a, double[] b, double[] c, double[] y, int n) {
        double g0 = g[0];
        double g1 = g[1];
        double g2 = g[2];
        for (int i = 0; i < n; i++) {
            y[i] = g0 * a[i] + g1 * b[i] + g2 * c[i];
        }
    }

    private static void combine(double[] g, double[] a, double[] b, double[] c, float[] y, int yo, int n) {
        double g0 = g[0];
        double g1 = g[1];
        double g2 = g[2];
        for (int i = 0; i < n; i++) {
            y[yo + i] = (float) (g0 * a[i] + g1 * b[i] + g2 * c[i]);
        }
    }
}
