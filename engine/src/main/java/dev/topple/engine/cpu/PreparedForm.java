// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.compile.Versions;
import dev.topple.engine.cpu.blocked.CacheLine;
import java.util.Collection;

/** A form of a value that a kernel wants and that is kept between runs, packed weights say; it begins with a line. */
final class PreparedForm {

    private final float[] data;
    private final Versions versions;

    /**
     * Memory for a form that is still to be made.
     *
     * @param variables what it will be made of
     */
    PreparedForm(int size, Collection<VariableStorage> variables) {
        data = new float[CacheLine.FIRST + size];
        versions = new Versions(variables);
    }

    float[] data() {
        return data;
    }

    Versions versions() {
        return versions;
    }
}
