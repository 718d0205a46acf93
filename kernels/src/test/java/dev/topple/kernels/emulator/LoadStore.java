// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.util.List;

/** ld and st. */
final class LoadStore {

    private LoadStore() {}

    private static List<String> vector(String operand) {
        return operand.startsWith("{") ? MoveOps.parts(operand) : List.of(operand);
    }

    /** Parameters that calls of device functions pass lie in local memory. */
    private static Space space(PtxModule.Instruction i, Operands.Address address) {
        return address.symbol() != null && i.has("param") ? address.symbol().space() : Space.of(i);
    }

    static Action load(PtxModule.Instruction i, Operands o) {
        PtxType t = i.type();
        Register[] to = vector(i.operand(0)).stream().map(s -> o.target(s, i)).toArray(Register[]::new);
        Operands.Address address = o.address(i.operand(1), i);
        Space space = space(i, address);
        int size = t.bytes();
        int all = size * to.length;
        boolean loose = i.has("volatile") || i.has("relaxed") || i.has("acquire");
        boolean words = size == 4;
        int[] indices = new int[to.length];
        for (int k = 0; k < to.length; k++) {
            indices[k] = to[k].index();
            words &= to[k].bank() == Register.Bank.WORD;
            if (to[k].bits() < t.bits()) {
                throw i.unknown("a register is too small");
            }
        }
        boolean fast = words;
        return (w, m) -> {
            long[] from = Memory.addresses(w, m, address);
            int defined = 0;
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                int at = Memory.locate(w, l, space, from[l], all, false);
                Space actual = Memory.actual(space, from[l]);
                defined |= Memory.checkRead(w, l, actual, at, all, loose) ? 1 << l : 0;
                if (fast) {
                    byte[] data = w.found.data();
                    for (int k = 0; k < indices.length; k++) {
                        w.word[indices[k]][l] = Bytes.getInt(data, at + 4 * k);
                    }
                } else {
                    for (int k = 0; k < to.length; k++) {
                        long v = w.found.get(at + size * k, size);
                        to[k].set(w, l, t.signed() ? Values.truncate(Values.normalise(v, t), to[k].bits()) : v);
                    }
                }
            }
            for (Register r : to) {
                r.define(w, m, defined);
            }
        };
    }

    static Action store(PtxModule.Instruction i, Operands o) {
        PtxType t = i.type();
        Register[] from = vector(i.operand(1)).stream().map(s -> o.source(s, t, i)).toArray(Register[]::new);
        Operands.Address address = o.address(i.operand(0), i);
        Space space = space(i, address);
        int size = t.bytes();
        int all = size * from.length;
        boolean copies = space == Space.LOCAL;
        return (w, m) -> {
            long[] to = Memory.addresses(w, m, address);
            int defined = Warp.ALL;
            for (Register r : from) {
                defined &= r.defined(w);
            }
            if (!copies) {
                w.require(m, defined, "stores a value that depends on what nobody set");
            }
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                int at = Memory.locate(w, l, space, to[l], all, true);
                Bytes memory = w.found;
                boolean same = memory.written(at, all);
                for (int k = 0; k < from.length && same; k++) {
                    same = memory.get(at + size * k, size) == Values.truncate(from[k].get(w, l), 8 * size);
                }
                Memory.checkWrite(w, l, Memory.actual(space, to[l]), at, all, same);
                for (int k = 0; k < from.length; k++) {
                    memory.set(at + size * k, size, from[k].get(w, l));
                    if ((defined >>> l & 1) == 0) {
                        memory.mark(at + size * k, size, Bytes.UNWRITTEN);
                    }
                }
            }
        };
    }
}
