// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.parallel;

/** Work cut into numbered items that may be done in any order, each by any worker. */
@FunctionalInterface
public interface Work {

    /**
     * Does one item.
     *
     * @param item its number, from 0
     * @param worker who does it, from 0 and below {@link Workers#threads()}: no two items run at once under the same
     *        number, so it may choose a scratch area, but the item's result must not depend on it
     */
    void item(int item, int worker);
}
