// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** One job for several threads. */
final class Parallel {

    private Parallel() {}

    /** Runs the job in each of so many threads, the caller's included, and waits for all; throws the first failure. */
    static void run(int threads, Runnable job) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Runnable guarded = () -> {
            try {
                job.run();
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            }
        };
        List<Thread> helpers = new ArrayList<>();
        for (int i = 1; i < threads; i++) {
            helpers.add(Thread.ofPlatform().daemon().name("topple-data-" + i).start(guarded));
        }
        guarded.run();
        for (Thread helper : helpers) {
            join(helper);
        }
        switch (failure.get()) {
            case null -> {
                return;
            }
            case Error error -> throw error;
            case RuntimeException exception -> throw exception;
            case Throwable other -> throw new IllegalStateException(other);
        }
    }

    private static void join(Thread helper) {
        try {
            helper.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading a data set", e);
        }
    }
}
