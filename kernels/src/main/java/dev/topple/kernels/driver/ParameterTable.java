// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.driver;

/**
 * The parameters of a launch, by their position in the kernel's signature. Each has 8 bytes of its own, of which a
 * kernel reads as many as its type has.
 */
public interface ParameterTable extends AutoCloseable {

    /** How many values fit. */
    int slots();

    void set(int slot, long value);

    void set(int slot, int value);

    void set(int slot, float value);

    @Override
    void close();
}
