// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Which vectors the kernels over 16 channels use; touched only where the Vector API is present. */
final class BlockVectors {

    /** At most a block; a block takes several of a shorter kind. */
    static final VectorSpecies<Float> FLOATS = switch (Simd.chosen()) {
        case OFF, BITS_128 -> FloatVector.SPECIES_128;
        case BITS_256 -> FloatVector.SPECIES_256;
        case BITS_512 -> FloatVector.SPECIES_512;
    };

    private BlockVectors() {
    }
}
