// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

/**
 * The runs in which a {@link DirectPass} goes through the channels of its source, each one chain of products: some
 * whole blocks, or what there is of one. Where the kernel has one tap, a part of a block comes into the same run: 24
 * channels are three taps of 8.
 */
final class DirectRuns {

    private static final int W = Blocks.WIDTH;

    private final int groups;
    private final int channels;
    private final int chunks;
    private final boolean pointwise;

    /**
     * Runs.
     *
     * @param groups of the source
     * @param channels of one group
     * @param chunks the most blocks of a run
     * @param pointwise whether there is one tap
     */
    DirectRuns(int groups, int channels, int chunks, boolean pointwise) {
        this.groups = groups;
        this.channels = channels;
        this.chunks = chunks;
        this.pointwise = pointwise;
    }

    /** The channels from channel {@code c} of a group to the end of its block. */
    int ofBlock(int group, int c) {
        return Math.min(W - (group * channels + c) % W, channels - c);
    }

    /** The channels of the run that begins with channel {@code c} of a group. */
    int count(int group, int c) {
        int left = channels - c;
        if (pointwise && groups == 1 && left > W && left % 2 == 0) {
            return Math.min(left, chunks * W);
        }
        int block = ofBlock(group, c);
        return block < W ? block : Math.min(chunks, left / W) * W;
    }

    /** The channels of a tap in a run of so many. */
    int step(int count) {
        return count < W ? count : Math.min(W, Integer.lowestOneBit(count));
    }

    /** Whether each group is a single run. */
    boolean once() {
        for (int g = 0; g < groups; g++) {
            if (count(g, 0) < channels) {
                return false;
            }
        }
        return true;
    }
}
