// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import java.util.Collection;

/** Of which versions of some variables something was made. */
public final class Versions {

    private final Versioned[] variables;
    private final long[] seen;
    private boolean made;

    /** For something that was not made yet. */
    public Versions(Collection<? extends Versioned> variables) {
        this.variables = variables.toArray(Versioned[]::new);
        this.seen = new long[this.variables.length];
    }

    /** Whether it was made, and of the present values. */
    public boolean current() {
        boolean current = made;
        for (int i = 0; current && i < seen.length; i++) {
            current = seen[i] == variables[i].version();
        }
        return current;
    }

    /** To be called when it has been made of the present values. */
    public void note() {
        made = true;
        for (int i = 0; i < seen.length; i++) {
            seen[i] = variables[i].version();
        }
    }
}
