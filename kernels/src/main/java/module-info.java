// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

/** The device {@code cuda}, found by the engine as a service. */
module dev.topple.kernels {
    requires dev.topple.engine;

    provides dev.topple.engine.DeviceProvider with dev.topple.kernels.CudaProvider;
}
