// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Up to 32 threads that go through a kernel in step. Where they part, the lanes that are furthest behind in the text go
 * first and are joined by others when they come to the same place. Operations of the whole warp and barriers wait for
 * the lanes that they need, wherever those are.
 */
final class Warp {

    static final int LANES = 32;
    static final int ALL = -1;

    private static final int PATIENCE = 200_000;
    private static final int TURN = 1_000_000;

    final Block block;
    final int number;
    final int[][] word;
    final int[] wordDefined;
    final long[][] wide;
    final int[] wideDefined;
    final int[] predicate;
    final int[] predicateDefined;
    final int[] scratch = new int[LANES];
    final long[] wideScratch = new long[LANES];
    final long[] addresses = new long[LANES];
    final int[] chosen = new int[LANES];
    final Bytes local;
    final AsyncCopies copies = new AsyncCopies();
    /** The allocation that was accessed last. */
    Allocation allocation;
    /** What {@link Memory#locate} found last. */
    Bytes found;
    /** Which lanes have met when. */
    final LaneOrder order = new LaneOrder();
    /** How many instructions the lanes have executed, each for itself. */
    long instructions;

    private final Step[] steps;
    private final Groups groups = new Groups();
    private final Groups parked = new Groups();
    private final List<Map.Entry<Integer, String>> ofBlock;
    private final int[] constantWords;
    private final int[] constantWides;
    private final int[] constantPredicates;
    private int present;
    private int live;
    private int active;
    private int pc;
    private int limit;
    private long turn;
    private long total;

    Warp(Block block, int number) {
        this.block = block;
        this.number = number;
        Program p = block.launch.program;
        steps = p.steps().toArray(Step[]::new);
        word = new int[p.words()][LANES];
        wordDefined = new int[p.words()];
        wide = new long[p.wides()][LANES];
        wideDefined = new int[p.wides()];
        predicate = new int[p.predicates()];
        predicateDefined = new int[p.predicates()];
        local = new Bytes(p.localBytes() * LANES);
        p.wordConstants().forEach((r, v) -> Arrays.fill(word[r], v));
        p.wideConstants().forEach((r, v) -> Arrays.fill(wide[r], v));
        p.predicateConstants().forEach((r, v) -> predicate[r] = v);
        p.specials().forEach((r, name) -> SpecialRegisters.fill(this, name, word[r]));
        ofBlock = p.specials().entrySet().stream().filter(e -> SpecialRegisters.ofBlock(e.getValue())).toList();
        constantWords = all(p.wordConstants().keySet(), p.specials().keySet());
        constantWides = all(p.wideConstants().keySet(), Set.of());
        constantPredicates = all(p.predicateConstants().keySet(), Set.of());
    }

    private static int[] all(Set<Integer> one, Set<Integer> other) {
        return IntStream.concat(one.stream().mapToInt(i -> i), other.stream().mapToInt(i -> i)).toArray();
    }

    private static void define(int[] defined, int[] constants) {
        Arrays.fill(defined, 0);
        for (int r : constants) {
            defined[r] = ALL;
        }
    }

    /** Puts the warp at the kernel's start in the block's present position. */
    void begin(int threads) {
        define(wordDefined, constantWords);
        define(wideDefined, constantWides);
        define(predicateDefined, constantPredicates);
        Arrays.fill(local.state(), Bytes.UNWRITTEN);
        for (Map.Entry<Integer, String> e : ofBlock) {
            SpecialRegisters.fill(this, e.getValue(), word[e.getKey()]);
        }
        copies.clear();
        allocation = null;
        order.clear();
        present = threads >= LANES ? ALL : (1 << threads) - 1;
        live = present;
        active = present;
        pc = 0;
        limit = Integer.MAX_VALUE;
        total = 0;
        groups.clear();
        parked.clear();
    }

    boolean finished() {
        return live == 0;
    }

    /** The barrier that all lanes wait at; null if they do not. */
    Step waitsAt() {
        return active == 0 && groups.empty() && !parked.empty() ? steps[parked.pc(0)] : null;
    }

    int liveLanes() {
        return live;
    }

    /** Goes on behind the barrier. */
    void release() {
        pc = parked.pc(0) + 1;
        active = parked.mask(0);
        parked.clear();
    }

    /** Runs until the end, a barrier, or for a while. */
    void run() {
        turn = 0;
        long slice = 0;
        while (true) {
            if (active == 0 || pc >= limit) {
                if (!switchGroup()) {
                    return;
                }
            }
            Step s = steps[pc];
            int count = Integer.bitCount(active);
            instructions += count;
            int m = active;
            if (s.guard() >= 0) {
                int g = s.guard();
                if ((active & ~predicateDefined[g]) != 0) {
                    throw undefined(active & ~predicateDefined[g], "is guarded by a predicate that nobody set");
                }
                m &= s.negated() ? ~predicate[g] : predicate[g];
            }
            if (s.kind() == Step.Kind.PLAIN) {
                if (m != 0) {
                    s.action().run(this, m);
                }
                pc++;
            } else if (s.kind() == Step.Kind.BRANCH) {
                branch(s, m);
                if (++turn > PATIENCE || s.target() <= pc) {
                    slice += 1;
                    if (++total > block.launch.options.maximumLoops()) {
                        throw fault(KernelFault.Kind.ENDLESS, Integer.numberOfTrailingZeros(m | active),
                                "has taken " + total + " branches and does not end");
                    }
                    if (slice > TURN) {
                        return;
                    }
                }
            } else {
                rarer(s, m);
            }
        }
    }

    private void branch(Step s, int taken) {
        int rest = active & ~taken;
        if (taken == 0) {
            pc++;
        } else if (rest == 0) {
            pc = s.target();
            if (turn > PATIENCE && !groups.empty()) {
                yieldToOthers();
            }
        } else {
            groups.add(s.target(), taken, 0);
            active = rest;
            pc++;
            limit = Math.min(limit, s.target());
        }
    }

    /** Lanes that spin for others would keep them waiting for good: the one furthest ahead gets a turn. */
    private void yieldToOthers() {
        groups.add(pc, active, 0);
        turn = 0;
        int ahead = groups.highest();
        pc = groups.pc(ahead);
        active = groups.mask(ahead);
        groups.remove(ahead);
        limit = Integer.MAX_VALUE;
    }

    private boolean switchGroup() {
        turn = 0;
        if (active != 0) {
            groups.add(pc, active, 0);
            active = 0;
        }
        if (groups.empty()) {
            limit = Integer.MAX_VALUE;
            if (!parked.empty()) {
                checkParked();
            }
            return false;
        }
        pc = groups.pc(groups.lowest());
        active = groups.take(pc);
        limit = groups.empty() ? Integer.MAX_VALUE : groups.pc(groups.lowest());
        return true;
    }

    private void checkParked() {
        for (int i = 0; i < parked.size(); i++) {
            Step s = steps[parked.pc(i)];
            if (s.kind() == Step.Kind.TOGETHER) {
                pc = parked.pc(i);
                throw fault(KernelFault.Kind.MISSING_LANES, Integer.numberOfTrailingZeros(parked.mask(i)),
                        "needs the lanes 0x" + Integer.toHexString(parked.note(i)) + " of its warp and has 0x"
                                + Integer.toHexString(parked.mask(i)) + "; 0x" + Integer.toHexString(present & ~live)
                                + " have ended");
            }
        }
        pc = parked.pc(0);
        if (parked.size() > 1 || parked.mask(0) != present) {
            int missing = present & ~parked.mask(0);
            throw fault(KernelFault.Kind.DIVERGENT_BARRIER, Integer.numberOfTrailingZeros(parked.mask(0)),
                    "is reached by the lanes 0x" + Integer.toHexString(parked.mask(0)) + " of warp " + number
                            + " and not by thread " + block.threadName(number * LANES
                                    + Integer.numberOfTrailingZeros(missing))
                            + ((missing & live) == 0 ? ", which has ended" : ", which waits at another"));
        }
    }

    private void rarer(Step s, int m) {
        switch (s.kind()) {
            case EXIT -> {
                live &= ~m;
                active &= ~m;
                pc++;
            }
            case INDEXED -> {
                if (m != 0) {
                    s.action().run(this, m);
                    for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                        int lane = Integer.numberOfTrailingZeros(lanes);
                        groups.add(s.targets()[chosen[lane]], 1 << lane, 0);
                    }
                    active &= ~m;
                }
                pc++;
                switchGroup();
            }
            case TOGETHER -> together(s, m);
            case BARRIER -> {
                if (m != 0 && s.barrier().arrive()) {
                    block.arrives(this, s, Integer.bitCount(m));
                    pc++;
                } else {
                    if (m != 0) {
                        parked.join(pc, m, 0);
                        active &= ~m;
                    }
                    pc++;
                }
            }
            default -> throw new IllegalStateException(s.kind().toString());
        }
    }

    private void together(Step s, int m) {
        int here = active;
        int at = pc;
        int rest = m;
        while (rest != 0) {
            int first = Integer.numberOfTrailingZeros(rest);
            int need = s.lanes() < 0 ? ALL : word[s.lanes()][first];
            int same = 0;
            for (int lanes = rest; lanes != 0; lanes &= lanes - 1) {
                int lane = Integer.numberOfTrailingZeros(lanes);
                same |= s.lanes() < 0 || word[s.lanes()][lane] == need ? 1 << lane : 0;
            }
            rest &= ~same;
            if ((same & ~need) != 0) {
                throw fault(KernelFault.Kind.MISSING_LANES, Integer.numberOfTrailingZeros(same & ~need),
                        "is executed by a lane that its own mask 0x" + Integer.toHexString(need) + " leaves out");
            }
            int gathered = same | parked.maskAt(at, need);
            int wanted = s.lanes() < 0 ? ALL : need & live;
            if ((wanted & ~gathered) == 0) {
                parked.takeAt(at, need);
                s.action().run(this, gathered);
                here |= gathered;
            } else {
                parked.join(at, same, need);
                here &= ~same;
            }
        }
        active = here;
        pc = at + 1;
    }

    /** Notes that the lanes have met. */
    void order(int mask) {
        order.meet(mask, live, ++block.clock);
    }

    /** Where the results of an operation on registers of 32 bits go: all 32, if all lanes take part. */
    int[] out(int register, int mask) {
        return mask == ALL ? word[register] : scratch;
    }

    /** Ends what {@link #out} began. */
    void done(int register, int mask, int defined) {
        if (mask != ALL) {
            int[] to = word[register];
            for (int m = mask; m != 0; m &= m - 1) {
                int l = Integer.numberOfTrailingZeros(m);
                to[l] = scratch[l];
            }
        }
        wordDefined[register] = wordDefined[register] & ~mask | mask & defined;
    }

    long[] wideOut(int register, int mask) {
        return mask == ALL ? wide[register] : wideScratch;
    }

    void wideDone(int register, int mask, int defined) {
        if (mask != ALL) {
            long[] to = wide[register];
            for (int m = mask; m != 0; m &= m - 1) {
                int l = Integer.numberOfTrailingZeros(m);
                to[l] = wideScratch[l];
            }
        }
        wideDefined[register] = wideDefined[register] & ~mask | mask & defined;
    }

    void setPredicate(int register, int mask, int value, int defined) {
        predicate[register] = predicate[register] & ~mask | value & mask;
        predicateDefined[register] = predicateDefined[register] & ~mask | mask & defined;
    }

    /** Complains if an operation with an effect uses what nobody set. */
    void require(int mask, int defined, String what) {
        if ((mask & ~defined) != 0) {
            throw undefined(mask & ~defined, what);
        }
    }

    private KernelFault undefined(int lanes, String what) {
        return fault(KernelFault.Kind.UNINITIALISED, Integer.numberOfTrailingZeros(lanes), what);
    }

    /** A fault of the present instruction. */
    KernelFault fault(KernelFault.Kind kind, int lane, String what) {
        PtxModule.Instruction i = steps[pc].instruction();
        return new KernelFault(kind, "kernel " + block.launch.program.name() + ", '" + i.text() + "' (line " + i.line()
                + "), block " + block.name() + ", thread " + block.threadName(number * LANES + lane) + ": "
                + kind.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ": " + what);
    }
}
