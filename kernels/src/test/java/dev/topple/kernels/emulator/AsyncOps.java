// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

/** cp.async: what it copies is not there before it is waited for. */
final class AsyncOps {

    private AsyncOps() {}

    static Action decode(PtxModule.Instruction i, Operands o) {
        if (i.parts().size() < 3 || !i.parts().get(1).equals("async")) {
            throw i.unknown("there is no such copy");
        }
        switch (i.parts().get(2)) {
            case "commit_group" -> {
                return (w, m) -> w.copies.commit(m);
            }
            case "wait_group" -> {
                int but = (int) Operands.literal(i.operand(0), i);
                return (w, m) -> w.copies.await(w, m, but);
            }
            case "wait_all" -> {
                return (w, m) -> w.copies.await(w, m, -1);
            }
            case "ca", "cg" -> {
                return copy(i, o);
            }
            default -> throw i.unknown("there is no such copy");
        }
    }

    private static Action copy(PtxModule.Instruction i, Operands o) {
        Operands.Address to = o.address(i.operand(0), i);
        Operands.Address from = o.address(i.operand(1), i);
        int bytes = (int) Operands.literal(i.operand(2), i);
        if (bytes != 4 && bytes != 8 && bytes != 16 || bytes != 16 && i.has("cg")) {
            throw i.unknown("it cannot copy " + bytes + " bytes");
        }
        int count = i.operands().size() > 3 ? o.word(3, i) : -1;
        return (w, m) -> {
            long[] source = Memory.addresses(w, m, from).clone();
            long[] target = Memory.addresses(w, m, to);
            for (int lanes = m; lanes != 0; lanes &= lanes - 1) {
                int l = Integer.numberOfTrailingZeros(lanes);
                int wanted = count < 0 ? bytes : w.word[count][l];
                if (wanted < 0 || wanted > bytes) {
                    throw w.fault(KernelFault.Kind.OUT_OF_BOUNDS, l, "takes " + wanted + " of " + bytes + " bytes");
                }
                byte[] taken = new byte[16];
                if (wanted > 0) {
                    if ((source[l] & bytes - 1) != 0) {
                        throw w.fault(KernelFault.Kind.MISALIGNED, l, bytes + " bytes of global memory at 0x"
                                + Long.toHexString(source[l]));
                    }
                    // What is not taken need not be there.
                    int at = Memory.locate(w, l, Space.GLOBAL, source[l], 1, false);
                    if (!w.allocation.holds(source[l], wanted)) {
                        throw w.fault(KernelFault.Kind.OUT_OF_BOUNDS, l, "reads "
                                + w.block.launch.memory.complaint(source[l], wanted));
                    }
                    Memory.checkRead(w, l, Space.GLOBAL, at, wanted, false);
                    System.arraycopy(w.found.data(), at, taken, 0, wanted);
                }
                int place = Memory.locate(w, l, Space.SHARED, target[l], bytes, true);
                Memory.checkWrite(w, l, Space.SHARED, place, bytes, false);
                for (int k = 0; k < bytes; k += 4) {
                    w.found.mark(place + k, 4, Bytes.IN_FLIGHT);
                }
                w.copies.add(l, place, bytes, Bytes.getLong(taken, 0), Bytes.getLong(taken, 8));
            }
        };
    }
}
