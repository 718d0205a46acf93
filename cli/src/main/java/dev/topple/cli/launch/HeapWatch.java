// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.launch;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/**
 * Asks for a collection when the heap has doubled. What lives in this program are large arrays, which the serial
 * collector neither moves nor looks into, so it is the one that needs the least memory by far; but it lets large arrays
 * that are garbage, batches of images say, pile up until the heap has its greatest size before it looks at them.
 */
final class HeapWatch implements Runnable {

    private static final long SECONDS = 5;
    /** What may pile up in any case. */
    private static final long ALLOWANCE = 256L << 20;

    private HeapWatch() {}

    /** Starts the watch, if the serial collector is at work. */
    static void start() {
        Thread thread = new Thread(new HeapWatch(), "heap watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** Whether a collection is worth its time. */
    static boolean isDue(long used, long usedAfterTheLast) {
        return used > 2 * usedAfterTheLast + ALLOWANCE;
    }

    @Override
    public void run() {
        try {
            // Only then, so that the start does not wait for the classes of this.
            Thread.sleep(SECONDS * 1000);
            boolean serial = ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .map(GarbageCollectorMXBean::getName).anyMatch(name -> name.equals("MarkSweepCompact"));
            long floor = 0;
            while (serial) {
                if (isDue(used(), floor)) {
                    System.gc();
                    floor = used();
                }
                Thread.sleep(SECONDS * 1000);
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
