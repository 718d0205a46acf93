// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

/** Training that goes on step by step: forward, backward, Adam, on the same images. */
interface Training extends AutoCloseable {

    /** Makes one step; the sum of the tasks' mean losses before it. */
    double step();

    @Override
    void close();

    /** The training of one side. */
    static Training of(Side side, TrainingCase of, int threads) {
        return switch (side) {
            case TOPPLE -> new ToppleTraining(of, threads);
            case LIBTORCH -> new TorchTraining(of, threads);
        };
    }
}
