// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

/** Something whose content changes now and then: a variable on a device. */
public interface Versioned {

    /** How often the content has changed. */
    long version();
}
