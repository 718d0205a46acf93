// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/** The tensor engine: tensors, graphs, gradients, the compiler, and the devices {@code reference} and {@code cpu}. */
module dev.topple.engine {
    // The CPU device falls back to plain loops where the module is absent.
    requires static jdk.incubator.vector;

    exports dev.topple.engine;
    exports dev.topple.engine.compile;
    exports dev.topple.engine.graph;
    exports dev.topple.engine.io;
    exports dev.topple.engine.random;
    exports dev.topple.engine.reference;
    exports dev.topple.engine.tensor;

    uses dev.topple.engine.DeviceProvider;

    provides dev.topple.engine.DeviceProvider
            with dev.topple.engine.cpu.CpuProvider, dev.topple.engine.reference.ReferenceProvider;
}
