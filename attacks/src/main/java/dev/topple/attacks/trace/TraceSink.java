// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.trace;

import java.util.List;

/** Takes a trace as it comes into being, walk by walk and step by step. */
public interface TraceSink {

    /** What can be seen of the clean images; comes first. Its walk and step are 0. */
    default void clean(Sight sight) {}

    /** What can be seen at an iterate; comes before its records. */
    default void see(Sight sight) {}

    /** The records of one step, one for each image of the batch, in order. */
    void record(List<TracedStep> images);
}
