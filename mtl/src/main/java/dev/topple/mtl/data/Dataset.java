// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.util.Set;

/** Images by number. Asking twice for a number gives equal samples; several threads may ask at once. */
public interface Dataset {

    /** The name in results: how to ask for this data set again. */
    String name();

    /** How many images there are. */
    int size();

    /** The names of the tasks that every sample has a label for. */
    Set<String> labelled();

    /**
     * One image with its labels.
     *
     * @param index from 0 to {@link #size()} - 1
     */
    Sample sample(int index);
}
