// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Graph;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A run allocates nothing, neither in the caller nor in the workers, once the JVM has compiled the kernels. */
@Tag("fresh")
@Tag("slow")
class CpuAllocationTest {

    /** The Vector API allocates while its callers are interpreted, so the JVM gets this long to compile them. */
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private long allocated(long[] ids) {
        long sum = 0;
        for (long id : ids) {
            sum += threads.getThreadAllocatedBytes(id);
        }
        return sum;
    }

    /** The fewest bytes that 20 runs in a row allocated. */
    private long fewestBytes(Graph graph) {
        long[] before = threads.getAllThreadIds();
        try (CpuDevice device = new CpuDevice(new DeviceOptions(2)); Executable program = device.compile(graph)) {
            program.feed("x", SmallNet.images(0, 3));
            program.feed("labels", SmallNet.labels(0, 3));
            program.run();
            // This thread, and those that the device has started.
            long[] watched = Arrays.stream(threads.getAllThreadIds())
                    .filter(id -> id == Thread.currentThread().threadId()
                            || Arrays.stream(before).noneMatch(known -> known == id)
                                    && threads.getThreadInfo(id) != null
                                    && threads.getThreadInfo(id).getThreadName().startsWith("topple-worker"))
                    .toArray();
            assertEquals(2, watched.length);
            allocated(watched);
            long fewest = Long.MAX_VALUE;
            long start = System.nanoTime();
            while (fewest > 0 && System.nanoTime() - start < PATIENCE_NANOS) {
                long from = allocated(watched);
                for (int i = 0; i < 20; i++) {
                    program.run();
                }
                fewest = Math.min(fewest, allocated(watched) - from);
            }
            return fewest;
        }
    }

    @Test
    void anAttackAllocatesNothing() {
        assertEquals(0, fewestBytes(SmallNet.attack(3)));
    }

    @Test
    void trainingAllocatesNothing() {
        assertEquals(0, fewestBytes(SmallNet.training(3)));
    }
}
