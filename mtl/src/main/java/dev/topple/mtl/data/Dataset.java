// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.util.Optional;
import java.util.Set;

/** Images by number. Asking twice for a number gives equal samples; several threads may ask at once. */
public interface Dataset {

    /** The name in results: how to ask for this data set again. */
    String name();

    /**
     * The SHA-256, in hexadecimal digits, of the content that images and labels are read from, so that results say of
     * which data they are; empty where there are no files, or nobody computed it.
     */
    default Optional<String> checksum() {
        return Optional.empty();
    }

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
