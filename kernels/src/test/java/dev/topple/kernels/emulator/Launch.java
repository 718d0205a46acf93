// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import dev.topple.kernels.driver.Extent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A kernel, its grid and its parameters. */
final class Launch {

    final Program program;
    final Extent grid;
    final Extent block;
    final int threads;
    final int dynamicBytes;
    final Bytes parameters;
    final GlobalMemory memory;
    final EmulatorOptions options;

    Launch(Program program, Extent grid, Extent block, int dynamicBytes, Bytes parameters, GlobalMemory memory,
            EmulatorOptions options) {
        this.program = program;
        this.grid = grid;
        this.block = block;
        this.threads = (int) block.count();
        this.dynamicBytes = dynamicBytes;
        this.parameters = parameters;
        this.memory = memory;
        this.options = options;
    }

    /**
     * Runs all blocks. What is wrong in the first of them, in their order, is thrown.
     *
     * @return how many instructions all threads executed
     */
    long run() {
        memory.beginLaunch();
        int blocks = Math.toIntExact(grid.count());
        List<Integer> order = order(blocks);
        // Sums of floats by atomics depend on the order of blocks: one thread keeps it.
        int workers = program.traits().globalAtomics() || program.traits().fences() ? 1 : Math.min(blocks,
                options.hostThreads());
        AtomicInteger next = new AtomicInteger();
        AtomicInteger failedAt = new AtomicInteger(Integer.MAX_VALUE);
        AtomicLong instructions = new AtomicLong();
        RuntimeException[] failures = new RuntimeException[workers];
        int[] places = new int[workers];
        List<Thread> crew = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            int worker = i;
            Runnable work = () -> {
                Block b = new Block(this);
                for (int k = next.getAndIncrement(); k < blocks && k < failedAt.get(); k = next.getAndIncrement()) {
                    try {
                        instructions.addAndGet(b.run(order == null ? k : order.get(k)));
                    } catch (RuntimeException e) {
                        failures[worker] = e;
                        places[worker] = k;
                        failedAt.accumulateAndGet(k, Math::min);
                        return;
                    }
                }
            };
            if (workers == 1) {
                work.run();
            } else {
                crew.add(Thread.ofPlatform().start(work));
            }
        }
        for (Thread t : crew) {
            join(t);
        }
        for (int i = 0; i < workers; i++) {
            if (failures[i] != null && places[i] == failedAt.get()) {
                throw failures[i];
            }
        }
        return instructions.get();
    }

    private static void join(Thread t) {
        boolean interrupted = false;
        while (t.isAlive()) {
            try {
                t.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Null for the plain order. */
    private List<Integer> order(int blocks) {
        if (options.blockOrder() == EmulatorOptions.BlockOrder.ASCENDING) {
            return null;
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < blocks; i++) {
            order.add(blocks - 1 - i);
        }
        if (options.blockOrder() == EmulatorOptions.BlockOrder.SHUFFLED) {
            Collections.shuffle(order, new Random(options.orderSeed()));
        }
        return order;
    }
}
