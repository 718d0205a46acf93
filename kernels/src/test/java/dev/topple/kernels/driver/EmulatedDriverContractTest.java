// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.driver;

import dev.topple.kernels.emulator.EmulatedDriver;

/** The emulator keeps the contract, so that what runs on it may run on a GPU. */
class EmulatedDriverContractTest extends DriverContract {

    @Override
    protected Driver open() {
        return new EmulatedDriver();
    }
}
