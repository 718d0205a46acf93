// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;

/** The library. */
final class Libtorch {

    private Libtorch() {}

    /** Loads it and says with how many threads it works. */
    static void load(int threads) {
        Engine engine = Engine.getEngine("PyTorch");
        JniUtils.setNumThreads(threads);
        if (JniUtils.getNumThreads() != threads) {
            throw new IllegalStateException(engine.getEngineName() + " works with " + JniUtils.getNumThreads()
                    + " threads, not " + threads);
        }
    }
}
