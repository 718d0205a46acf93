// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

/** Finds what an instruction does that concerns each lane by itself. */
final class Actions {

    private Actions() {}

    static Action decode(PtxModule.Instruction i, Operands o) {
        return switch (i.operation()) {
            case "add", "sub", "mul", "mad", "div", "abs", "neg", "min", "max" ->
                    i.type().floating() ? FloatOps.decode(i, o) : IntegerOps.decode(i, o);
            case "fma", "rcp", "sqrt", "rsqrt", "ex2", "lg2", "sin", "cos", "tanh", "copysign" -> FloatOps.decode(i, o);
            case "rem", "sad", "mul24", "mad24", "addc", "subc", "madc", "dp4a", "dp2a", "bfe", "bfind", "brev", "clz",
                    "popc", "prmt", "shf", "cnot", "shl", "shr", "fns" -> IntegerOps.decode(i, o);
            case "and", "or", "xor", "not" ->
                    i.type().kind() == 'p' ? CompareOps.predicates(i, o) : IntegerOps.decode(i, o);
            case "lop3" -> BitOps.lop3(i, o);
            case "bfi" -> BitOps.bfi(i, o);
            case "setp", "set" -> CompareOps.set(i, o);
            case "selp" -> CompareOps.select(i, o);
            case "slct" -> CompareOps.selectBySign(i, o);
            case "testp" -> CompareOps.kind(i, o);
            case "mov" -> MoveOps.move(i, o);
            case "cvt" -> ConvertOps.decode(i, o);
            case "cvta" -> MoveOps.space(i, o);
            case "isspacep" -> MoveOps.isSpace(i, o);
            case "ld", "ldu" -> LoadStore.load(i, o);
            case "st" -> LoadStore.store(i, o);
            case "atom", "red" -> AtomicOps.decode(i, o);
            case "cp" -> AsyncOps.decode(i, o);
            case "activemask" -> WarpOps.activeMask(i, o);
            case "trap", "brkpt" -> (w, m) -> {
                throw w.fault(KernelFault.Kind.TRAP, Integer.numberOfTrailingZeros(m), "the kernel stops itself");
            };
            case "membar", "fence", "prefetch", "prefetchu", "nanosleep", "discard", "applypriority", "pmevent" ->
                    (w, m) -> {};
            default -> throw i.unknown("there is no such instruction");
        };
    }
}
