// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

/** What the lanes of a warp do together: shuffles, votes, matches. */
final class WarpOps {

    private WarpOps() {}

    static Action shuffle(PtxModule.Instruction i, Operands o) {
        String mode = i.parts().get(2);
        String[] targets = i.operand(0).split("\\|");
        int d = o.target(targets[0], i).index();
        int p = targets.length > 1 ? o.target(targets[1], i).index() : -1;
        int a = o.word(1, i);
        int b = o.word(2, i);
        int c = o.word(3, i);
        return (w, m) -> {
            int[] values = w.word[a].clone();
            int valid = 0;
            int defined = 0;
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                int by = w.word[b][l] & 31;
                int segment = w.word[c][l] >>> 8 & 31;
                int last = l & segment | w.word[c][l] & 31 & ~segment;
                int from = switch (mode) {
                    case "up" -> l - by;
                    case "down" -> l + by;
                    case "bfly" -> l ^ by;
                    default -> l & segment | by & ~segment;
                };
                if (mode.equals("up") ? from >= last : from <= last) {
                    valid |= 1 << l;
                } else {
                    from = l;
                }
                if ((m >>> from & 1) == 0) {
                    throw w.fault(KernelFault.Kind.MISSING_LANES, l, "reads lane " + from
                            + ", which does not take part");
                }
                w.scratch[l] = values[from];
                defined |= (w.wordDefined[a] >>> from & 1) << l;
            }
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                w.word[d][l] = w.scratch[l];
            }
            w.wordDefined[d] = w.wordDefined[d] & ~m | defined;
            if (p >= 0) {
                w.setPredicate(p, m, valid, Warp.ALL);
            }
            w.order(m);
        };
    }

    static Action vote(PtxModule.Instruction i, Operands o) {
        String mode = i.parts().get(2);
        boolean opposite = i.operand(1).startsWith("!");
        int a = o.predicate(i.operand(1).substring(opposite ? 1 : 0), i);
        Register d = o.target(i.operand(0), i);
        return (w, m) -> {
            int holds = (opposite ? ~w.predicate[a] : w.predicate[a]) & m;
            boolean all = (w.predicateDefined[a] & m) == m;
            switch (mode) {
                case "ballot" -> set(w, d, m, holds, all);
                case "any" -> w.setPredicate(d.index(), m, holds != 0 ? Warp.ALL : 0, all ? Warp.ALL : 0);
                case "all" -> w.setPredicate(d.index(), m, holds == m ? Warp.ALL : 0, all ? Warp.ALL : 0);
                default -> w.setPredicate(d.index(), m, holds == m || holds == 0 ? Warp.ALL : 0, all ? Warp.ALL : 0);
            }
        };
    }

    private static void set(Warp w, Register d, int mask, int value, boolean defined) {
        for (int lanes = mask; lanes != 0; lanes &= lanes - 1) {
            d.set(w, Integer.numberOfTrailingZeros(lanes), value & 0xffffffffL);
        }
        d.define(w, mask, defined ? Warp.ALL : 0);
    }

    static Action activeMask(PtxModule.Instruction i, Operands o) {
        Register d = o.target(i.operand(0), i);
        return (w, m) -> set(w, d, m, m, true);
    }

    static Action match(PtxModule.Instruction i, Operands o) {
        boolean all = i.parts().get(1).equals("all");
        String[] targets = i.operand(0).split("\\|");
        Register d = o.target(targets[0], i);
        int p = targets.length > 1 ? o.target(targets[1], i).index() : -1;
        Register a = o.source(i.operand(1), i.type(), i);
        return (w, m) -> {
            int defined = (a.defined(w) & m) == m ? Warp.ALL : 0;
            boolean same = true;
            int[] equal = new int[Warp.LANES];
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                for (int others = m; others != 0; others &= others - 1) {
                    int k = Integer.numberOfTrailingZeros(others);
                    equal[l] |= a.get(w, k) == a.get(w, l) ? 1 << k : 0;
                }
                same &= equal[l] == m;
            }
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                d.set(w, l, (all ? same ? m : 0 : equal[l]) & 0xffffffffL);
            }
            d.define(w, m, defined);
            if (p >= 0) {
                w.setPredicate(p, m, same ? Warp.ALL : 0, defined);
            }
        };
    }

    static Action reduce(PtxModule.Instruction i, Operands o) {
        PtxType t = i.type();
        Register d = o.target(i.operand(0), i);
        Register a = o.source(i.operand(1), t, i);
        String how = i.parts().get(2);
        return (w, m) -> {
            boolean first = true;
            long r = 0;
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                long x = Values.normalise(a.get(w, Integer.numberOfTrailingZeros(lanes)), t);
                r = first ? x : switch (how) {
                    case "add" -> r + x;
                    case "min" -> Math.min(r, x);
                    case "max" -> Math.max(r, x);
                    case "and" -> r & x;
                    case "or" -> r | x;
                    case "xor" -> r ^ x;
                    default -> throw i.unknown("there is no such reduction");
                };
                first = false;
            }
            set(w, d, m, (int) r, (a.defined(w) & m) == m);
        };
    }
}
