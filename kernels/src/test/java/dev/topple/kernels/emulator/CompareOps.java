// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

/** Comparisons, selections, and what is done with predicates. */
final class CompareOps {

    private CompareOps() {}

    /** Whether a relation holds between the bits of two values. */
    private interface Test {
        boolean of(long x, long y);
    }

    /** setp and set. */
    static Action set(PtxModule.Instruction i, Operands o) {
        boolean predicate = i.operation().equals("setp");
        int at = 1;
        String relation = i.parts().get(at++);
        String combine = switch (i.parts().get(at)) {
            case "and", "or", "xor" -> i.parts().get(at);
            default -> "";
        };
        PtxType t = i.type();
        if (predicate && combine.isEmpty() && t.bits() == 32 && !t.is("b32") && !i.operand(0).contains("|")
                && !i.has("ftz")) {
            Lanes.P2 f = fast(relation, t);
            if (f != null) {
                int p = o.target(i.operand(0), i).index();
                int a = o.word(1, i);
                int b = o.word(2, i);
                return (w, m) -> w.setPredicate(p, m, f.run(w.word[a], w.word[b]), w.wordDefined[a] & w.wordDefined[b]);
            }
        }
        Register a = o.source(i.operand(1), t, i);
        Register b = o.source(i.operand(2), t, i);
        boolean opposite = !combine.isEmpty() && i.operand(3).startsWith("!");
        int c = combine.isEmpty() ? -1 : o.predicate(i.operand(3).substring(opposite ? 1 : 0), i);
        Test test = test(relation, t, i);
        String[] targets = i.operand(0).split("\\|");
        Register d = o.target(targets[0], i);
        Register q = targets.length > 1 ? o.target(targets[1], i) : null;
        PtxType result = predicate ? null : PtxType.of(i.parts().get(i.parts().size() - 2), i);
        return (w, m) -> {
            int holds = 0;
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                holds |= test.of(a.get(w, l), b.get(w, l)) ? 1 << l : 0;
            }
            int defined = a.defined(w) & b.defined(w);
            int other = Warp.ALL;
            if (c >= 0) {
                other = opposite ? ~w.predicate[c] : w.predicate[c];
                defined &= w.predicateDefined[c];
            }
            int first = combined(combine, holds, other);
            if (result != null) {
                long yes = result.is("f32") ? Float.floatToRawIntBits(1f) : Warp.ALL & 0xffffffffL;
                for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                    int l = Integer.numberOfTrailingZeros(lanes);
                    d.set(w, l, (first >>> l & 1) != 0 ? yes : 0);
                }
                d.define(w, m, defined);
                return;
            }
            int second = combined(combine, ~holds, other);
            w.setPredicate(d.index(), m, first, defined);
            if (q != null) {
                w.setPredicate(q.index(), m, second, defined);
            }
        };
    }

    private static int combined(String how, int x, int y) {
        return switch (how) {
            case "and" -> x & y;
            case "or" -> x | y;
            case "xor" -> x ^ y;
            default -> x;
        };
    }

    /** The frequent ones; null for the others. */
    private static Lanes.P2 fast(String relation, PtxType t) {
        if (t.kind() == 'f') {
            return switch (relation) {
                case "lt" -> (x, y) -> {
                    int p = 0;
                    for (int l = 0; l < Warp.LANES; l++) {
                        p |= Float.intBitsToFloat(x[l]) < Float.intBitsToFloat(y[l]) ? 1 << l : 0;
                    }
                    return p;
                };
                case "gt" -> (x, y) -> {
                    int p = 0;
                    for (int l = 0; l < Warp.LANES; l++) {
                        p |= Float.intBitsToFloat(x[l]) > Float.intBitsToFloat(y[l]) ? 1 << l : 0;
                    }
                    return p;
                };
                default -> null;
            };
        }
        int flip = t.signed() ? 0 : Integer.MIN_VALUE;
        return switch (relation) {
            case "eq" -> (x, y) -> {
                int p = 0;
                for (int l = 0; l < Warp.LANES; l++) {
                    p |= x[l] == y[l] ? 1 << l : 0;
                }
                return p;
            };
            case "ne" -> (x, y) -> {
                int p = 0;
                for (int l = 0; l < Warp.LANES; l++) {
                    p |= x[l] != y[l] ? 1 << l : 0;
                }
                return p;
            };
            case "lt", "lo" -> (x, y) -> less(x, y, flip);
            case "gt", "hi" -> (x, y) -> less(y, x, flip);
            case "ge", "hs" -> (x, y) -> ~less(x, y, flip);
            case "le", "ls" -> (x, y) -> ~less(y, x, flip);
            default -> null;
        };
    }

    private static int less(int[] x, int[] y, int flip) {
        int p = 0;
        for (int l = 0; l < Warp.LANES; l++) {
            p |= (x[l] ^ flip) < (y[l] ^ flip) ? 1 << l : 0;
        }
        return p;
    }

    private static Test test(String relation, PtxType t, PtxModule.Instruction i) {
        if (t.floating()) {
            boolean flush = i.has("ftz");
            return (a, b) -> {
                double x = Values.decode(a, t);
                double y = Values.decode(b, t);
                return floats(relation, flush ? Values.flush((float) x) : x, flush ? Values.flush((float) y) : y, i);
            };
        }
        boolean signed = t.signed();
        return switch (relation) {
            case "eq" -> (a, b) -> Values.truncate(a, t.bits()) == Values.truncate(b, t.bits());
            case "ne" -> (a, b) -> Values.truncate(a, t.bits()) != Values.truncate(b, t.bits());
            case "lt", "lo" -> (a, b) -> compare(a, b, t, signed && !relation.equals("lo")) < 0;
            case "le", "ls" -> (a, b) -> compare(a, b, t, signed && !relation.equals("ls")) <= 0;
            case "gt", "hi" -> (a, b) -> compare(a, b, t, signed && !relation.equals("hi")) > 0;
            case "ge", "hs" -> (a, b) -> compare(a, b, t, signed && !relation.equals("hs")) >= 0;
            default -> throw i.unknown("there is no relation '" + relation + "'");
        };
    }

    private static int compare(long a, long b, PtxType t, boolean signed) {
        long x = Values.normalise(a, t);
        long y = Values.normalise(b, t);
        return signed ? Long.compare(x, y) : Long.compareUnsigned(x, y);
    }

    private static boolean floats(String relation, double x, double y, PtxModule.Instruction i) {
        boolean none = Double.isNaN(x) || Double.isNaN(y);
        return switch (relation) {
            case "eq" -> x == y;
            case "ne" -> !none && x != y;
            case "lt" -> x < y;
            case "le" -> x <= y;
            case "gt" -> x > y;
            case "ge" -> x >= y;
            case "equ" -> none || x == y;
            case "neu" -> none || x != y;
            case "ltu" -> none || x < y;
            case "leu" -> none || x <= y;
            case "gtu" -> none || x > y;
            case "geu" -> none || x >= y;
            case "num" -> !none;
            case "nan" -> none;
            default -> throw i.unknown("there is no relation '" + relation + "'");
        };
    }

    /** selp: one of two values by a predicate; only the one chosen must be defined. */
    static Action select(PtxModule.Instruction i, Operands o) {
        PtxType t = i.type();
        Register d = o.target(i.operand(0), i);
        Register a = o.source(i.operand(1), t, i);
        Register b = o.source(i.operand(2), t, i);
        int p = o.predicate(i.operand(3), i);
        if (d.bank() == Register.Bank.WORD) {
            return (w, m) -> {
                int[] x = w.word[a.index()];
                int[] y = w.word[b.index()];
                int[] out = w.out(d.index(), m);
                int which = w.predicate[p];
                for (int l = 0; l < Warp.LANES; l++) {
                    out[l] = (which >>> l & 1) != 0 ? x[l] : y[l];
                }
                w.done(d.index(), m, chosen(w, which, a, b) & w.predicateDefined[p]);
            };
        }
        return (w, m) -> {
            int which = w.predicate[p];
            int defined = chosen(w, which, a, b) & w.predicateDefined[p];
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                d.set(w, l, (which >>> l & 1) != 0 ? a.get(w, l) : b.get(w, l));
            }
            d.define(w, m, defined);
        };
    }

    private static int chosen(Warp w, int which, Register a, Register b) {
        return which & a.defined(w) | ~which & b.defined(w);
    }

    /** slct: one of two values by the sign of a third. */
    static Action selectBySign(PtxModule.Instruction i, Operands o) {
        PtxType by = i.type();
        PtxType t = PtxType.of(i.parts().get(i.parts().size() - 2), i);
        Register d = o.target(i.operand(0), i);
        Register a = o.source(i.operand(1), t, i);
        Register b = o.source(i.operand(2), t, i);
        Register c = o.source(i.operand(3), by, i);
        boolean flush = i.has("ftz");
        return (w, m) -> {
            int which = 0;
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                float f = Values.f(c.get(w, l));
                boolean yes = by.is("f32") ? (flush ? Values.flush(f) : f) >= 0 : (int) c.get(w, l) >= 0;
                which |= yes ? 1 << l : 0;
            }
            int defined = chosen(w, which, a, b) & c.defined(w);
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                d.set(w, l, (which >>> l & 1) != 0 ? a.get(w, l) : b.get(w, l));
            }
            d.define(w, m, defined);
        };
    }

    /** and, or, xor, not, mov of predicates. */
    static Action predicates(PtxModule.Instruction i, Operands o) {
        int d = o.target(i.operand(0), i).index();
        int a = o.predicate(i.operand(1), i);
        int b = i.operands().size() > 2 ? o.predicate(i.operand(2), i) : a;
        return switch (i.operation()) {
            // A known operand may decide the result whatever the other one is.
            case "and" -> (w, m) -> w.setPredicate(d, m, w.predicate[a] & w.predicate[b],
                    w.predicateDefined[a] & w.predicateDefined[b] | w.predicateDefined[a] & ~w.predicate[a]
                            | w.predicateDefined[b] & ~w.predicate[b]);
            case "or" -> (w, m) -> w.setPredicate(d, m, w.predicate[a] | w.predicate[b],
                    w.predicateDefined[a] & w.predicateDefined[b] | w.predicateDefined[a] & w.predicate[a]
                            | w.predicateDefined[b] & w.predicate[b]);
            case "xor" -> (w, m) -> w.setPredicate(d, m, w.predicate[a] ^ w.predicate[b],
                    w.predicateDefined[a] & w.predicateDefined[b]);
            case "not" -> (w, m) -> w.setPredicate(d, m, ~w.predicate[a], w.predicateDefined[a]);
            case "mov" -> (w, m) -> w.setPredicate(d, m, w.predicate[a], w.predicateDefined[a]);
            default -> throw i.unknown("there is no such operation on predicates");
        };
    }

    /** testp: what kind of number a float is. */
    static Action kind(PtxModule.Instruction i, Operands o) {
        PtxType t = i.type();
        int d = o.target(i.operand(0), i).index();
        Register a = o.source(i.operand(1), t, i);
        double normal = t.is("f64") ? Double.MIN_NORMAL : Float.MIN_NORMAL;
        String what = i.parts().get(1);
        return (w, m) -> {
            int out = 0;
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                double x = Values.decode(a.get(w, l), t);
                boolean yes = switch (what) {
                    case "finite" -> Double.isFinite(x);
                    case "infinite" -> Double.isInfinite(x);
                    case "number" -> !Double.isNaN(x);
                    case "notanumber" -> Double.isNaN(x);
                    case "normal" -> Double.isFinite(x) && Math.abs(x) >= normal;
                    default -> x != 0 && Math.abs(x) < normal;
                };
                out |= yes ? 1 << l : 0;
            }
            w.setPredicate(d, m, out, a.defined(w));
        };
    }
}
