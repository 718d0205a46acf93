// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

/** atom and red: the lanes one after another, the lowest first. */
final class AtomicOps {

    private AtomicOps() {}

    /** What becomes of the old value. */
    private interface Update {
        long of(long old, long x, long y);
    }

    static Action decode(PtxModule.Instruction i, Operands o) {
        boolean result = i.operation().equals("atom");
        PtxType t = i.type();
        int first = result ? 1 : 0;
        Register d = result ? o.target(i.operand(0), i) : null;
        Operands.Address address = o.address(i.operand(first), i);
        Register x = o.source(i.operand(first + 1), t, i);
        Register y = i.has("cas") ? o.source(i.operand(first + 2), t, i) : x;
        Space space = Space.of(i);
        Update update = update(i, t);
        int bytes = t.bytes();
        return (w, m) -> {
            long[] at = Memory.addresses(w, m, address);
            w.require(m, x.defined(w) & y.defined(w), "uses a value that depends on what nobody set");
            int defined = 0;
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                int place = Memory.locate(w, l, space, at[l], bytes, true);
                Space actual = Memory.actual(space, at[l]);
                defined |= Memory.checkRead(w, l, actual, place, bytes, true) ? 1 << l : 0;
                if (actual == Space.SHARED) {
                    w.block.shared.updates(w, l, place, bytes);
                }
                long old = w.found.get(place, bytes);
                w.found.set(place, bytes, Values.truncate(update.of(old, x.get(w, l), y.get(w, l)), t.bits()));
                if (d != null) {
                    d.set(w, l, old);
                }
            }
            if (d != null) {
                d.define(w, m, defined);
            }
        };
    }

    private static Update update(PtxModule.Instruction i, PtxType t) {
        for (String part : i.parts().subList(1, i.parts().size() - 1)) {
            switch (part) {
                case "add" -> {
                    return add(i, t);
                }
                case "min" -> {
                    return (old, x, y) -> compare(x, old, t) < 0 ? x : old;
                }
                case "max" -> {
                    return (old, x, y) -> compare(x, old, t) > 0 ? x : old;
                }
                case "and" -> {
                    return (old, x, y) -> old & x;
                }
                case "or" -> {
                    return (old, x, y) -> old | x;
                }
                case "xor" -> {
                    return (old, x, y) -> old ^ x;
                }
                case "exch" -> {
                    return (old, x, y) -> x;
                }
                case "cas" -> {
                    return (old, x, y) -> old == Values.truncate(x, t.bits()) ? y : old;
                }
                case "inc" -> {
                    return (old, x, y) -> Long.compareUnsigned(old, x) >= 0 ? 0 : old + 1;
                }
                case "dec" -> {
                    return (old, x, y) -> old == 0 || Long.compareUnsigned(old, x) > 0 ? x : old - 1;
                }
                default -> {}
            }
        }
        throw i.unknown("there is no such atomic operation");
    }

    private static int compare(long x, long old, PtxType t) {
        return t.signed() || t.bits() < 64 ? Long.compare(Values.normalise(x, t), Values.normalise(old, t))
                : Long.compareUnsigned(x, old);
    }

    private static Update add(PtxModule.Instruction i, PtxType t) {
        return switch (t.name()) {
            case "f32" -> (old, x, y) -> Values.bits(Values.f(old) + Values.f(x));
            case "f64" -> (old, x, y) -> Values.bits(Values.d(old) + Values.d(x));
            case "f16", "bf16" -> (old, x, y) -> Values.encode(Values.decode(old, t) + Values.decode(x, t), t, "rn");
            case "f16x2", "bf16x2" -> {
                PtxType half = PtxType.of(t.name().substring(0, t.name().length() - 2), i);
                yield (old, x, y) -> sum(old, x, half) | sum(old >>> 16, x >>> 16, half) << 16;
            }
            default -> (old, x, y) -> old + x;
        };
    }

    private static long sum(long x, long y, PtxType half) {
        return Values.encode(Values.decode(x & 0xffff, half) + Values.decode(y & 0xffff, half), half, "rn");
    }
}
