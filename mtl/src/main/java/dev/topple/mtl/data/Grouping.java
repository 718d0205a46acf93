// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Collects samples by shape until they fill a batch. The order of the batches depends on the samples alone. At most a
 * few batches' worth of samples wait at a time; when there are more, the shape that has waited longest leaves unfilled.
 */
final class Grouping {

    private static final int WAITING_BATCHES = 4;

    private record Group(List<Integer> indices, List<Sample> samples) {}

    private final int batchSize;
    private final Map<Shape, Group> waiting = new LinkedHashMap<>();
    private int count;

    Grouping(int batchSize) {
        this.batchSize = batchSize;
    }

    /** Takes a sample; gives a batch if that makes one leave. */
    Optional<Batch> add(int index, Sample sample) {
        Shape shape = sample.image().shape();
        Group group = waiting.computeIfAbsent(shape, s -> new Group(new ArrayList<>(), new ArrayList<>()));
        group.indices().add(index);
        group.samples().add(sample);
        count++;
        if (group.samples().size() == batchSize) {
            return Optional.of(leave(shape));
        }
        return count > WAITING_BATCHES * batchSize ? oldest() : Optional.empty();
    }

    /** The group that has waited longest, if any waits. */
    Optional<Batch> oldest() {
        return waiting.keySet().stream().findFirst().map(this::leave);
    }

    private Batch leave(Shape shape) {
        Group group = waiting.remove(shape);
        count -= group.samples().size();
        return Batch.of(group.indices(), group.samples(), batchSize);
    }
}
