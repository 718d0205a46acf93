// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.util.List;

/** Moves, packing and unpacking, conversions between types, address spaces. */
final class MoveOps {

    private MoveOps() {}

    /** mov. */
    static Action move(PtxModule.Instruction i, Operands o) {
        String to = i.operand(0);
        String from = i.operand(1);
        if (i.type().kind() == 'p') {
            return CompareOps.predicates(i, o);
        }
        if (from.startsWith("{")) {
            return pack(i, o, o.target(to, i), parts(from));
        }
        if (to.startsWith("{")) {
            return unpack(i, o, parts(to), o.source(from, i.type(), i));
        }
        Register d = o.target(to, i);
        if (SpecialRegisters.clock(from)) {
            return (w, m) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    if ((m >>> l & 1) != 0) {
                        d.set(w, l, from.equals("%clock_hi") ? w.instructions >>> 32 : w.instructions);
                    }
                }
                d.define(w, m, Warp.ALL);
            };
        }
        Register s = SpecialRegisters.known(from) && d.wide() ? null : o.source(from, i.type(), i);
        if (s == null) {
            int word = o.word(from, i);
            return Lanes.lw(d.index(), word, (out, x) -> {
                for (int l = 0; l < Warp.LANES; l++) {
                    out[l] = x[l] & 0xffffffffL;
                }
            });
        }
        if (s.bank() != d.bank()) {
            throw i.unknown("the operands differ in size");
        }
        return copy(d, s);
    }

    private static Action copy(Register d, Register s) {
        return d.wide() ? Lanes.l1(d.index(), s.index(), (out, x) -> System.arraycopy(x, 0, out, 0, Warp.LANES))
                : Lanes.w1(d.index(), s.index(), (out, x) -> System.arraycopy(x, 0, out, 0, Warp.LANES));
    }

    /** The elements of a vector operand. */
    static List<String> parts(String vector) {
        return PtxParser.operands(vector.substring(1, vector.length() - 1));
    }

    private static Action pack(PtxModule.Instruction i, Operands o, Register d, List<String> elements) {
        int bits = i.type().bits() / elements.size();
        PtxType each = PtxType.find("b" + bits);
        Register[] from = elements.stream().map(e -> o.source(e, each, i)).toArray(Register[]::new);
        return (w, m) -> {
            int defined = Warp.ALL;
            for (Register r : from) {
                defined &= r.defined(w);
            }
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                long v = 0;
                for (int k = 0; k < from.length; k++) {
                    v |= Values.truncate(from[k].get(w, l), bits) << k * bits;
                }
                d.set(w, l, v);
            }
            d.define(w, m, defined);
        };
    }

    private static Action unpack(PtxModule.Instruction i, Operands o, List<String> elements, Register s) {
        int bits = i.type().bits() / elements.size();
        Register[] to = elements.stream().map(e -> o.target(e, i)).toArray(Register[]::new);
        return (w, m) -> {
            int defined = s.defined(w);
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                long v = s.get(w, l);
                for (int k = 0; k < to.length; k++) {
                    to[k].set(w, l, Values.truncate(v >>> k * bits, bits));
                }
            }
            for (Register r : to) {
                r.define(w, m, defined);
            }
        };
    }

    /** cvta: addresses of a space as generic ones, and back. */
    static Action space(PtxModule.Instruction i, Operands o) {
        long window = switch (Space.of(i)) {
            case SHARED -> Operands.SHARED_WINDOW;
            case LOCAL -> Operands.LOCAL_WINDOW;
            case PARAMETER -> Operands.PARAMETER_WINDOW;
            default -> 0;
        };
        long add = i.has("to") ? -window : window;
        Register d = o.target(i.operand(0), i);
        Register s = o.source(i.operand(1), i.type(), i);
        if (!d.wide()) {
            throw i.unknown("addresses have 64 bits");
        }
        return Lanes.l1(d.index(), s.index(), (out, x) -> {
            for (int l = 0; l < Warp.LANES; l++) {
                out[l] = x[l] + add;
            }
        });
    }

    /** isspacep: whether a generic address lies in a space. */
    static Action isSpace(PtxModule.Instruction i, Operands o) {
        int d = o.target(i.operand(0), i).index();
        Register a = o.source(i.operand(1), PtxType.find("u64"), i);
        Space space = Space.of(i);
        return (w, m) -> {
            int out = 0;
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                out |= spaceOf(a.get(w, l)) == space ? 1 << l : 0;
            }
            w.setPredicate(d, m, out, a.defined(w));
        };
    }

    /** The space that a generic address lies in. */
    static Space spaceOf(long address) {
        if (address >= Operands.SHARED_WINDOW && address < Operands.SHARED_WINDOW + Operands.WINDOW) {
            return Space.SHARED;
        }
        if (address >= Operands.LOCAL_WINDOW && address < Operands.LOCAL_WINDOW + Operands.WINDOW) {
            return Space.LOCAL;
        }
        if (address >= Operands.PARAMETER_WINDOW && address < Operands.PARAMETER_WINDOW + Operands.WINDOW) {
            return Space.PARAMETER;
        }
        return Space.GLOBAL;
    }
}
