// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.stream.IntStream;

/**
 * A data set in batches, in an order that depends on nothing but the data set and the arguments. Samples of one shape
 * share a batch; where shapes differ, batches fill up by shape. A thread of its own prepares the next batches while the
 * caller works on one. Used by one thread.
 */
public final class Batches implements AutoCloseable {

    private static final int AHEAD = 2;

    /** What the preparing thread hands over; the last thing is an end or a failure. */
    private sealed interface Delivery {
        record Ready(Batch batch) implements Delivery {}

        record End() implements Delivery {}

        record Failure(Throwable cause) implements Delivery {}
    }

    private final Dataset dataset;
    private final int[] order;
    private final int batchSize;
    private final BlockingQueue<Delivery> queue = new ArrayBlockingQueue<>(AHEAD);
    private final Thread thread;
    private boolean ended;

    private Batches(Dataset dataset, int[] order, int batchSize) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("a batch has at least one image, not " + batchSize);
        }
        this.dataset = dataset;
        this.order = order.clone();
        this.batchSize = batchSize;
        this.thread = Thread.ofPlatform().daemon().name("topple-batches").unstarted(this::prepare);
        thread.start();
    }

    /** All samples in the order of their numbers. */
    public static Batches of(Dataset dataset, int batchSize) {
        return of(dataset, IntStream.range(0, dataset.size()).toArray(), batchSize);
    }

    /**
     * The samples of the given numbers.
     *
     * @param batchSize how many rows each batch has
     */
    public static Batches of(Dataset dataset, int[] order, int batchSize) {
        return new Batches(dataset, order, batchSize);
    }

    /**
     * The next batch; empty after the last. What a sample throws is thrown here.
     *
     * @throws IllegalStateException if the thread is interrupted while it waits, or this is closed
     */
    public Optional<Batch> next() {
        if (ended) {
            return Optional.empty();
        }
        Delivery delivery;
        try {
            delivery = queue.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for images", e);
        }
        return switch (delivery) {
            case Delivery.Ready(Batch batch) -> Optional.of(batch);
            case Delivery.End() -> {
                ended = true;
                yield Optional.empty();
            }
            case Delivery.Failure(Throwable cause) -> {
                ended = true;
                throw rethrown(cause);
            }
        };
    }

    private static RuntimeException rethrown(Throwable cause) {
        return switch (cause) {
            case RuntimeException exception -> exception;
            case Error error -> throw error;
            default -> new IllegalStateException(cause);
        };
    }

    private void prepare() {
        try {
            deliver();
        } catch (InterruptedException e) {
            // Closed: nobody waits any more.
            return;
        }
    }

    private void deliver() throws InterruptedException {
        Grouping grouping = new Grouping(batchSize);
        try {
            for (int index : order) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                put(grouping.add(index, dataset.sample(index)));
            }
            for (Optional<Batch> rest = grouping.oldest(); rest.isPresent(); rest = grouping.oldest()) {
                put(rest);
            }
        } catch (RuntimeException | Error e) {
            queue.put(new Delivery.Failure(e));
            return;
        }
        queue.put(new Delivery.End());
    }

    private void put(Optional<Batch> batch) throws InterruptedException {
        if (batch.isPresent()) {
            queue.put(new Delivery.Ready(batch.get()));
        }
    }

    /** Ends the preparing thread. */
    @Override
    public void close() {
        ended = true;
        thread.interrupt();
    }
}
