// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

/** Arrays that slots lie in: of floats, and of ints for integers and truth values. Others may take their place. */
final class Memory {

    private float[] floats = {};
    private int[] ints = {};

    float[] floats() {
        return floats;
    }

    void floats(float[] array) {
        floats = array;
    }

    int[] ints() {
        return ints;
    }

    void ints(int[] array) {
        ints = array;
    }
}
