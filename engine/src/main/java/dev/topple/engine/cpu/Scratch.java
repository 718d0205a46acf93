// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.kernel.LaneKernels;

/**
 * Small working memory of each worker, shared by all programs of a device: blocks for elementwise registers, partial
 * sums and a run of floats. Compiling grows it; running never does.
 */
final class Scratch {

    /** Elements of a block: with some registers they stay in the first-level cache. */
    static final int BLOCK = 512;

    private final float[][][] floatBlocks;
    private final int[][][] intBlocks;
    private final float[][] lanes;
    private final float[][] runs;

    Scratch(int workers) {
        floatBlocks = new float[workers][0][];
        intBlocks = new int[workers][0][];
        lanes = new float[workers][LaneKernels.WIDTH];
        runs = new float[workers][0];
    }

    /** Makes sure that each worker has as many blocks and so long a run. */
    void require(int floatCount, int intCount, int run) {
        for (int worker = 0; worker < lanes.length; worker++) {
            if (floatBlocks[worker].length < floatCount) {
                floatBlocks[worker] = new float[floatCount][BLOCK];
            }
            if (intBlocks[worker].length < intCount) {
                intBlocks[worker] = new int[intCount][BLOCK];
            }
            if (runs[worker].length < run) {
                runs[worker] = new float[run];
            }
        }
    }

    float[][] floatBlocks(int worker) {
        return floatBlocks[worker];
    }

    int[][] intBlocks(int worker) {
        return intBlocks[worker];
    }

    float[] lanes(int worker) {
        return lanes[worker];
    }

    float[] run(int worker) {
        return runs[worker];
    }
}
