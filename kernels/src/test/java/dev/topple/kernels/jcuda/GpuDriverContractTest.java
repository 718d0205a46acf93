// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import dev.topple.kernels.driver.Driver;
import dev.topple.kernels.driver.DriverContract;
import org.junit.jupiter.api.Tag;

/** The driver of the GPU keeps the contract. */
@Tag("gpu")
class GpuDriverContractTest extends DriverContract {

    @Override
    protected Driver open() {
        return Gpu.open();
    }
}
