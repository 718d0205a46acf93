// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Counters of a JMH iteration: what was done, the time that passed and the time that the calling thread was running.
 * With one thread all work is in the caller, and its running time is hardly disturbed by other programs.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class Clock {

    /** Runs or steps. */
    public double runs;
    /** Nanoseconds of them all. */
    public double wallNanos;
    /** Nanoseconds for which the calling thread was on a processor. */
    public double cpuNanos;

    private long wallStart;
    private long cpuStart;

    /** A point in a thread's time. */
    record Mark(long wall, long cpu, long allocated) {

        private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        /** Now; the bytes are those allocated by all threads so far. */
        static Mark now() {
            return new Mark(System.nanoTime(), THREADS.getCurrentThreadCpuTime(),
                    THREADS.getTotalThreadAllocatedBytes());
        }

        /** The bytes that taking a mark allocates itself. */
        static long ownBytes() {
            long least = Long.MAX_VALUE;
            for (int i = 0; i < 20; i++) {
                long before = now().allocated();
                least = Math.min(least, now().allocated() - before);
            }
            return least;
        }

        /** The running time of the calling thread so far. */
        static long cpuNanos() {
            return THREADS.getCurrentThreadCpuTime();
        }
    }

    void start() {
        wallStart = System.nanoTime();
        cpuStart = Mark.cpuNanos();
    }

    void stop() {
        cpuNanos += Mark.cpuNanos() - cpuStart;
        wallNanos += System.nanoTime() - wallStart;
        runs++;
    }

    /** Adds the time between two marks. */
    void add(Mark from, Mark to) {
        wallNanos += to.wall() - from.wall();
        cpuNanos += to.cpu() - from.cpu();
        runs++;
    }
}
