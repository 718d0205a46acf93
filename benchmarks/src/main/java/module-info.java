// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/** JMH benchmarks of the engine and of attacks. */
module dev.topple.benchmarks {
    requires dev.topple.attacks;
    requires dev.topple.engine;
    requires dev.topple.mtl;
    requires jdk.incubator.vector;
    requires jmh.core;
}
