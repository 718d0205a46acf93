// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.parallel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A fixed set of threads that share out the items of one {@link Work} at a time. The calling thread takes part as
 * worker 0; the others are daemon threads that wait, spinning briefly and then parked, for the next run. Items are
 * taken dynamically, so a slow core or a busy machine costs no more than its share. A run allocates nothing.
 *
 * <p>A run made from inside an item (nested) is done in place by the worker that makes it. Runs of several threads on
 * one pool take turns.
 */
public final class Workers implements AutoCloseable {

    /** Kernels follow each other within microseconds; a thread that parks needs tens of them to wake up. */
    private static final int SPINS = 500;

    private static final Work IDLE = (item, worker) -> {
    };

    private final Helper[] helpers;
    private final ReentrantLock turn = new ReentrantLock();

    /**
     * The number of the run in the upper half, the items not yet taken in the lower half. Both in one word, because a
     * helper that was held up must not take an item of a run that it did not look at: it reads the word, then the
     * fields below, and its compare-and-set succeeds only if no other run began in between.
     */
    private final AtomicLong ticket = new AtomicLong();
    private final AtomicInteger unfinished = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile Work work = IDLE;
    private volatile int items;
    private volatile Thread waiting;
    private volatile boolean closed;

    /**
     * Starts the threads.
     *
     * @param threads how many work together, the caller included
     */
    public Workers(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("workers: " + threads + " threads; at least 1 is needed");
        }
        helpers = new Helper[threads - 1];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Helper(this, i + 1);
        }
        for (Helper helper : helpers) {
            helper.start();
        }
    }

    /** How many threads work together, the caller included. */
    public int threads() {
        return helpers.length + 1;
    }

    /**
     * Does the items 0 to {@code items - 1} and returns when all are done. When an item throws, items not yet begun
     * are dropped and the exception is thrown here.
     *
     * @throws IllegalStateException if the pool is closed
     */
    public void run(int items, Work work) {
        if (Thread.currentThread() instanceof Helper helper && helper.pool == this) {
            inline(items, work, helper.worker);
            return;
        }
        boolean nested = turn.isHeldByCurrentThread();
        turn.lock();
        try {
            if (closed) {
                throw new IllegalStateException("workers: this pool is closed");
            }
            if (nested || items <= 1 || helpers.length == 0) {
                inline(items, work, 0);
            } else {
                share(items, work);
            }
        } finally {
            turn.unlock();
        }
    }

    private static void inline(int items, Work work, int worker) {
        for (int item = 0; item < items; item++) {
            work.item(item, worker);
        }
    }

    private void share(int count, Work shared) {
        items = count;
        work = shared;
        unfinished.set(count);
        long run = (ticket.get() >>> 32) + 1;
        ticket.set(run << 32 | count);
        int wanted = Math.min(helpers.length, count - 1);
        for (int i = 0; i < wanted; i++) {
            if (helpers[i].parked) {
                LockSupport.unpark(helpers[i]);
            }
        }
        takeItems(0);
        awaitOthers();
        // Whoever still looks at it fails to take an item; the pool must not keep a closed program's memory alive.
        work = IDLE;
        Throwable thrown = failure.getAndSet(null);
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown != null) { // an undeclared checked exception, as a sneaky throw makes it
            throw new IllegalStateException(thrown);
        }
    }

    private void takeItems(int worker) {
        while (true) {
            long seen = ticket.get();
            int left = (int) seen;
            if (left == 0) {
                return;
            }
            int item = items - left;
            Work current = work;
            if (!ticket.compareAndSet(seen, seen - 1)) {
                continue;
            }
            try {
                if (failure.get() == null) {
                    current.item(item, worker);
                }
            } catch (Throwable thrown) {
                failure.compareAndSet(null, thrown);
            }
            if (unfinished.decrementAndGet() == 0) {
                Thread caller = waiting;
                if (caller != null) {
                    LockSupport.unpark(caller);
                }
            }
        }
    }

    private void awaitOthers() {
        for (int spin = 0; spin < SPINS; spin++) {
            if (unfinished.get() == 0) {
                return;
            }
            Thread.onSpinWait();
        }
        waiting = Thread.currentThread();
        while (unfinished.get() != 0) {
            LockSupport.park(this);
        }
        waiting = null;
    }

    /** Ends the threads; a run under way is finished first. Later runs are refused. */
    @Override
    public void close() {
        turn.lock();
        try {
            closed = true;
            for (Helper helper : helpers) {
                LockSupport.unpark(helper);
            }
        } finally {
            turn.unlock();
        }
    }

    /** A thread that waits for runs and takes items of them. */
    private static final class Helper extends Thread {

        private final Workers pool;
        private final int worker;
        private volatile boolean parked;

        Helper(Workers pool, int worker) {
            super("topple-worker-" + worker);
            this.pool = pool;
            this.worker = worker;
            setDaemon(true);
        }

        @Override
        public void run() {
            while (awaitItems()) {
                pool.takeItems(worker);
            }
        }

        /** Returns when there may be items, with false once the pool is closed. */
        private boolean awaitItems() {
            for (int spin = 0; spin < SPINS; spin++) {
                if (pool.closed) {
                    return false;
                }
                if ((int) pool.ticket.get() != 0) {
                    return true;
                }
                Thread.onSpinWait();
            }
            // Parked is announced before the last look, and a run is announced before the caller looks at parked: one
            // of the two always sees the other.
            parked = true;
            while (!pool.closed && (int) pool.ticket.get() == 0) {
                LockSupport.park(pool);
            }
            parked = false;
            return !pool.closed;
        }
    }
}
