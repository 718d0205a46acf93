// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.util.Arrays;

/** The threads of a block, run on one thread of the host. */
final class Block {

    final Launch launch;
    final SharedMemory shared;
    /** Goes on with every barrier and every meeting of lanes. */
    int clock;
    /** When the last barrier was. */
    int barrierTime;
    int x;
    int y;
    int z;
    int number;

    private final Warp[] warps;
    private final int[] arrived = new int[16];

    Block(Launch launch) {
        this.launch = launch;
        Program p = launch.program;
        shared = new SharedMemory(p.dynamicAt() + launch.dynamicBytes, p.traits().sharedPieces(),
                launch.options.sharedRaces());
        warps = new Warp[(launch.threads + Warp.LANES - 1) / Warp.LANES];
        for (int i = 0; i < warps.length; i++) {
            warps[i] = new Warp(this, i);
        }
    }

    /** Runs the block of that number, counted along x first. Returns how many instructions its threads executed. */
    long run(int linear) {
        number = linear;
        x = linear % launch.grid.x();
        y = linear / launch.grid.x() % launch.grid.y();
        z = linear / (launch.grid.x() * launch.grid.y());
        clock = 1;
        barrierTime = 0;
        shared.clear();
        Arrays.fill(arrived, 0);
        long before = 0;
        for (int i = 0; i < warps.length; i++) {
            before += warps[i].instructions;
            warps[i].begin(launch.threads - i * Warp.LANES);
        }
        boolean finished = false;
        while (!finished) {
            finished = true;
            boolean running = false;
            for (Warp w : warps) {
                if (!w.finished() && w.waitsAt() == null) {
                    w.run();
                    running |= !w.finished() && w.waitsAt() == null;
                }
                finished &= w.finished();
            }
            if (!finished && !releases() && !running) {
                throw stuck();
            }
        }
        long after = 0;
        for (Warp w : warps) {
            after += w.instructions;
        }
        return after - before;
    }

    /** Counts threads that pass a barrier without waiting. */
    void arrives(Warp w, Step s, int threads) {
        arrived[barrierNumber(w, s)] += threads;
    }

    private static int barrierNumber(Warp w, Step s) {
        int lane = Integer.numberOfTrailingZeros(w.liveLanes());
        int n = w.word[s.barrier().number()][lane];
        if (n < 0 || n > 15) {
            throw w.fault(KernelFault.Kind.DIVERGENT_BARRIER, lane, "there is no barrier " + n);
        }
        return n;
    }

    private int threadsWanted(Warp w, Step s) {
        int register = s.barrier().threads();
        return register < 0 ? launch.threads : w.word[register][Integer.numberOfTrailingZeros(w.liveLanes())];
    }

    private boolean releases() {
        boolean any = false;
        for (int b = 0; b < arrived.length; b++) {
            int threads = arrived[b];
            Step at = null;
            int wanted = 0;
            for (Warp w : warps) {
                Step s = w.waitsAt();
                if (s != null && barrierNumber(w, s) == b) {
                    if (at != null && at != s && s.barrier().threads() < 0) {
                        throw w.fault(KernelFault.Kind.DIVERGENT_BARRIER, 0, "warp " + w.number
                                + " waits here and another warp at '" + at.instruction().text() + "' (line "
                                + at.instruction().line() + ")");
                    }
                    at = s;
                    wanted = threadsWanted(w, s);
                    threads += Integer.bitCount(w.liveLanes());
                }
            }
            if (at != null && threads >= wanted) {
                release(b);
                any = true;
            }
        }
        return any;
    }

    private void release(int barrier) {
        barrierTime = ++clock;
        int count = 0;
        int threads = 0;
        for (Warp w : warps) {
            Step s = w.waitsAt();
            if (s != null && barrierNumber(w, s) == barrier && !s.barrier().combine().equals("none")) {
                w.require(w.liveLanes(), w.predicateDefined[s.barrier().source()],
                        "combines a predicate that nobody set");
                int p = w.predicate[s.barrier().source()];
                count += Integer.bitCount((s.barrier().negated() ? ~p : p) & w.liveLanes());
                threads += Integer.bitCount(w.liveLanes());
            }
        }
        for (Warp w : warps) {
            Step s = w.waitsAt();
            if (s == null || barrierNumber(w, s) != barrier) {
                continue;
            }
            int mask = w.liveLanes();
            switch (s.barrier().combine()) {
                case "popc" -> {
                    Arrays.fill(w.scratch, count);
                    if (mask == Warp.ALL) {
                        Arrays.fill(w.word[s.barrier().result()], count);
                    }
                    w.done(s.barrier().result(), mask, Warp.ALL);
                }
                case "and" -> w.setPredicate(s.barrier().result(), mask, count == threads ? Warp.ALL : 0, Warp.ALL);
                case "or" -> w.setPredicate(s.barrier().result(), mask, count > 0 ? Warp.ALL : 0, Warp.ALL);
                default -> {}
            }
            w.release();
        }
        arrived[barrier] = 0;
    }

    private KernelFault stuck() {
        Warp waiting = null;
        Warp ended = null;
        for (Warp w : warps) {
            waiting = waiting == null && w.waitsAt() != null ? w : waiting;
            ended = ended == null && w.finished() ? w : ended;
        }
        return waiting.fault(KernelFault.Kind.DIVERGENT_BARRIER, 0, "is reached by warp " + waiting.number
                + (ended == null ? " and the others wait elsewhere" : " and not by warp " + ended.number
                        + ", which has ended"));
    }

    String name() {
        return "(" + x + "," + y + "," + z + ")";
    }

    String threadName(int t) {
        int bx = launch.block.x();
        int by = launch.block.y();
        return "(" + t % bx + "," + t / bx % by + "," + t / (bx * by) + ")";
    }
}
