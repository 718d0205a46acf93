// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine;

import java.util.List;

/**
 * Something that devices of one kind can be told when they are opened, beside what all understand.
 *
 * @param name what it is called, in options as here
 * @param values what may be said, the usual value first
 */
public record DeviceSetting(String name, List<String> values) {

    public DeviceSetting {
        values = List.copyOf(values);
        if (name.isBlank() || values.size() < 2) {
            throw new IllegalArgumentException("a setting has a name and at least two values, not '" + name + "' and "
                    + values);
        }
    }

    /**
     * Whether a value may be said; its case does not matter.
     *
     * @throws IllegalArgumentException if it may not; the message names those that may
     */
    public void check(String value) {
        if (values.stream().noneMatch(value.strip()::equalsIgnoreCase)) {
            throw new IllegalArgumentException(name + " " + value + ": use "
                    + String.join(", ", values.subList(0, values.size() - 1)) + " or " + values.getLast());
        }
    }
}
