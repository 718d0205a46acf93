// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import java.util.List;

/** One step of a lowered program, as the planner sees it: which buffers it touches. Private to a device otherwise. */
public interface Instruction {

    /** The buffers that are read. */
    List<Buffer> reads();

    /** The buffers that are written, working memory included. */
    List<Buffer> writes();

    /**
     * Whether a buffer that is read may be the memory of one that is written: whatever of it is still to be read is read
     * before it is written. The planner asks only for buffers of one size.
     */
    default boolean mayOverwrite(Buffer read, Buffer written) {
        return false;
    }
}
