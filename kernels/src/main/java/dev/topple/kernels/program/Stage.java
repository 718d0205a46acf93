// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one unit of a graph became.
 *
 * @param name what is computed
 * @param reason why this way; empty where there is no other
 * @param works what is done, in order
 */
record Stage(String name, String reason, List<Work> works) {

    Stage {
        works = List.copyOf(works);
    }

    /** A stage of kernels none of which may write over what it reads. */
    static Stage of(String name, List<Launch> launches) {
        return of(name, "", launches, Set.of());
    }

    /**
     * A stage of kernels.
     *
     * @param overwritable what may be written over, each element by the thread that has read it
     */
    static Stage of(String name, String reason, List<Launch> launches, Set<Region> overwritable) {
        return new Stage(name, reason,
                launches.stream().<Work>map(launch -> new Work.Kernel(launch, overwritable)).toList());
    }

    private static long bytes(List<Region> regions) {
        return new LinkedHashSet<>(regions).stream().mapToLong(Region::bytes).sum();
    }

    /** Bytes that its works read, each region once for each work. */
    long bytesRead() {
        return works.stream().mapToLong(work -> bytes(work.reads())).sum();
    }

    /** Bytes that its works write. */
    long bytesWritten() {
        return works.stream().mapToLong(work -> bytes(work.writes())).sum();
    }

    /** For people: what, by which kernels, how many bytes. */
    String describe() {
        return name + "  (" + bytesRead() + " bytes read, " + bytesWritten() + " written)  "
                + works.stream().map(Work::describe).collect(Collectors.joining("; "));
    }
}
