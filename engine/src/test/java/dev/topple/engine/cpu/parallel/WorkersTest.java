// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void everyItemIsDoneExactlyOnceRunAfterRun(int threads) {
        try (Workers workers = new Workers(threads)) {
            AtomicIntegerArray done = new AtomicIntegerArray(64);
            AtomicInteger wrongWorker = new AtomicInteger();
            int[] expected = new int[64];
            for (int run = 0; run < 3000; run++) {
                int items = run % 65;
                workers.run(items, (item, worker) -> {
                    done.incrementAndGet(item);
                    if (worker < 0 || worker >= threads) {
                        wrongWorker.incrementAndGet();
                    }
                });
                for (int i = 0; i < items; i++) {
                    expected[i]++;
                }
                for (int i = 0; i < 64; i++) {
                    assertEquals(expected[i], done.get(i), "run " + run + ", item " + i);
                }
            }
            assertEquals(0, wrongWorker.get());
        }
    }

    @Test
    void noTwoItemsRunUnderOneWorkerAtOnce() {
        try (Workers workers = new Workers(4)) {
            AtomicIntegerArray busy = new AtomicIntegerArray(4);
            AtomicInteger clashes = new AtomicInteger();
            for (int run = 0; run < 500; run++) {
                workers.run(40, (item, worker) -> {
                    if (busy.incrementAndGet(worker) != 1) {
                        clashes.incrementAndGet();
                    }
                    Thread.onSpinWait();
                    busy.decrementAndGet(worker);
                });
            }
            assertEquals(0, clashes.get());
        }
    }

    @Test
    void helpersWakeUpAfterAPause() throws InterruptedException {
        try (Workers workers = new Workers(3)) {
            for (int run = 0; run < 5; run++) {
                Thread.sleep(20);
                AtomicInteger done = new AtomicInteger();
                workers.run(30, (item, worker) -> done.incrementAndGet());
                assertEquals(30, done.get());
            }
        }
    }

    @Test
    void anItemsExceptionReachesTheCallerAndThePoolGoesOn() {
        try (Workers workers = new Workers(3)) {
            for (int bad = 0; bad < 20; bad++) {
                int failing = bad;
                IllegalArgumentException thrown = new IllegalArgumentException("item " + bad);
                Work work = (item, worker) -> {
                    if (item == failing) {
                        throw thrown;
                    }
                };
                assertSame(thrown, assertThrows(IllegalArgumentException.class, () -> workers.run(20, work)));
                AtomicInteger done = new AtomicInteger();
                workers.run(20, (item, worker) -> done.incrementAndGet());
                assertEquals(20, done.get());
            }
            assertThrows(AssertionError.class, () -> workers.run(5, (item, worker) -> {
                throw new AssertionError();
            }));
        }
    }

    @Test
    void aNestedRunIsDoneInPlace() {
        try (Workers workers = new Workers(3)) {
            AtomicInteger done = new AtomicInteger();
            AtomicInteger moved = new AtomicInteger();
            workers.run(10, (item, worker) -> {
                Thread outer = Thread.currentThread();
                workers.run(10, (inner, same) -> {
                    done.incrementAndGet();
                    if (same != worker || Thread.currentThread() != outer) {
                        moved.incrementAndGet();
                    }
                });
            });
            assertEquals(100, done.get());
            assertEquals(0, moved.get());
        }
    }

    @Test
    void severalCallersTakeTurns() throws InterruptedException {
        try (Workers workers = new Workers(2)) {
            AtomicInteger done = new AtomicInteger();
            AtomicInteger inside = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            Thread[] callers = new Thread[3];
            for (int i = 0; i < callers.length; i++) {
                callers[i] = new Thread(() -> {
                    for (int run = 0; run < 100; run++) {
                        workers.run(5, (item, worker) -> {
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            done.incrementAndGet();
                            inside.decrementAndGet();
                        });
                    }
                });
                callers[i].start();
            }
            for (Thread caller : callers) {
                caller.join();
            }
            assertEquals(1500, done.get());
            assertTrue(most.get() <= 2, "at most two threads work at once");
        }
    }

    @Test
    void aClosedPoolRefuses() {
        Workers workers = new Workers(2);
        workers.run(4, (item, worker) -> {
        });
        workers.close();
        workers.close();
        assertThrows(IllegalStateException.class, () -> workers.run(4, (item, worker) -> {
        }));
        assertThrows(IllegalArgumentException.class, () -> new Workers(0));
    }

    @Test
    void aRunAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int[] sums = new int[16 * 3];
        Work work = (item, worker) -> sums[16 * worker] += item;
        try (Workers workers = new Workers(3)) {
            for (int run = 0; run < 20_000; run++) {
                workers.run(8, work);
            }
            long[] ids = Arrays.stream(threads.dumpAllThreads(false, false))
                    .filter(info -> info.getThreadName().startsWith("topple-worker-")).mapToLong(i -> i.getThreadId())
                    .toArray();
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 5; round++) { // the JIT may still be at work in the first ones
                long before = allocated(threads, ids);
                for (int run = 0; run < 2000; run++) {
                    workers.run(8, work);
                }
                least = Math.min(least, allocated(threads, ids) - before);
            }
            // Asking for the figures costs a few objects of its own, but 2000 runs of 24 bytes would be 48,000.
            assertTrue(least < 2000, "allocated " + least + " bytes");
        }
    }

    private static long allocated(ThreadMXBean threads, long[] ids) {
        return threads.getCurrentThreadAllocatedBytes() + Arrays.stream(threads.getThreadAllocatedBytes(ids)).sum();
    }
}
