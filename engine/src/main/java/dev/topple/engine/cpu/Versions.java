// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import java.util.Collection;

/** Of which versions of some variables something was made. */
final class Versions {

    private final VariableStorage[] variables;
    private final long[] seen;
    private boolean made;

    /** For something that was not made yet. */
    Versions(Collection<VariableStorage> variables) {
        this.variables = variables.toArray(VariableStorage[]::new);
        this.seen = new long[this.variables.length];
    }

    /** Whether it was made, and of the present values. */
    boolean current() {
        boolean current = made;
        for (int i = 0; current && i < seen.length; i++) {
            current = seen[i] == variables[i].version();
        }
        return current;
    }

    /** To be called when it has been made of the present values. */
    void note() {
        made = true;
        for (int i = 0; i < seen.length; i++) {
            seen[i] = variables[i].version();
        }
    }
}
