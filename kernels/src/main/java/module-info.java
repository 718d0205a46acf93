// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/** The device {@code cuda}, found by the engine as a service. */
module dev.topple.kernels {
    requires dev.topple.engine;
    // Their names come from the names of their files.
    requires jcuda;
    requires jcublas;

    provides dev.topple.engine.DeviceProvider with dev.topple.kernels.CudaProvider;
}
