// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** The registers and symbols of a kernel while it is decoded, and what operands mean. */
final class Operands {

    /** Where the shared memory of a block lies among generic addresses. */
    static final long SHARED_WINDOW = 0x0100_0000_0000L;
    /** Where the local memory of a thread lies among generic addresses. */
    static final long LOCAL_WINDOW = 0x0200_0000_0000L;
    /** Where a kernel's parameters lie among generic addresses. */
    static final long PARAMETER_WINDOW = 0x0300_0000_0000L;
    static final long WINDOW = 1L << 32;

    /** What a name stands for: a place in a space. */
    record Symbol(Space space, long address, int bytes) {}

    /** An address: a register, or none if it is fixed, and an offset. */
    record Address(Register base, long offset, Symbol symbol) {}

    private final Map<String, Register> registers = new HashMap<>();
    private final Map<String, Symbol> symbols = new HashMap<>();
    private final Operands outer;
    private final Pool pool;

    /** Numbers of registers, shared by all scopes of a kernel. */
    static final class Pool {
        int words;
        int wides;
        int predicates;
        final Map<Integer, Integer> wordConstants = new LinkedHashMap<>();
        final Map<Integer, Long> wideConstants = new LinkedHashMap<>();
        final Map<Integer, Integer> predicateConstants = new LinkedHashMap<>();
        final Map<Integer, String> specials = new LinkedHashMap<>();
        private final Map<Object, Register> known = new HashMap<>();
        private Register carry;
    }

    Operands(Operands outer, Pool pool) {
        this.outer = outer;
        this.pool = pool;
    }

    Operands outer() {
        return outer;
    }

    Pool pool() {
        return pool;
    }

    Register declare(String name, PtxType type) {
        Register r = type.kind() == 'p' ? new Register(Register.Bank.PREDICATE, pool.predicates++, 1)
                : type.wide() ? new Register(Register.Bank.WIDE, pool.wides++, 64)
                : new Register(Register.Bank.WORD, pool.words++, type.bits());
        registers.put(name, r);
        return r;
    }

    void declare(String name, Symbol symbol) {
        symbols.put(name, symbol);
    }

    /** Null if there is none. */
    Symbol symbol(String name) {
        Symbol s = symbols.get(name);
        return s != null || outer == null ? s : outer.symbol(name);
    }

    private Register named(String name) {
        Register r = registers.get(name);
        return r != null || outer == null ? r : outer.named(name);
    }

    /** The carry of a thread. */
    Register carry() {
        if (pool.carry == null) {
            pool.carry = new Register(Register.Bank.PREDICATE, pool.predicates++, 1);
        }
        return pool.carry;
    }

    /** A register to write to; null for the sink. */
    Register target(String name, PtxModule.Instruction of) {
        Register r = named(name);
        if (r == null) {
            if (name.equals("_")) {
                return declare("_", PtxType.find("b64"));
            }
            throw of.unknown("there is no register '" + name + "'");
        }
        return r;
    }

    int word(int index, PtxModule.Instruction of) {
        return word(of.operand(index), of);
    }

    int word(String operand, PtxModule.Instruction of) {
        return checked(source(operand, Register.Bank.WORD, of), Register.Bank.WORD, operand, of);
    }

    int wide(int index, PtxModule.Instruction of) {
        return checked(source(of.operand(index), Register.Bank.WIDE, of), Register.Bank.WIDE, of.operand(index), of);
    }

    int predicate(String operand, PtxModule.Instruction of) {
        return checked(source(operand, Register.Bank.PREDICATE, of), Register.Bank.PREDICATE, operand, of);
    }

    private static int checked(Register r, Register.Bank bank, String operand, PtxModule.Instruction of) {
        if (r.bank() != bank) {
            throw of.unknown("'" + operand + "' has not the size that the operation has");
        }
        return r.index();
    }

    /** A register to read from, with what kind of value a number means. */
    Register source(String operand, PtxType type, PtxModule.Instruction of) {
        return source(operand, type.kind() == 'p' ? Register.Bank.PREDICATE
                : type.wide() ? Register.Bank.WIDE : Register.Bank.WORD, of);
    }

    private Register source(String operand, Register.Bank bank, PtxModule.Instruction of) {
        Register r = named(operand);
        if (r != null) {
            return r;
        }
        if (SpecialRegisters.known(operand)) {
            return special(operand);
        }
        Symbol s = symbol(operand);
        long value = s == null ? literal(operand, of) : s.address();
        return constant(bank, value);
    }

    private Register special(String name) {
        return pool.known.computeIfAbsent(name, key -> {
            Register made = new Register(Register.Bank.WORD, pool.words++, 32);
            pool.specials.put(made.index(), name);
            return made;
        });
    }

    /** A register that holds a value for good. */
    Register constant(Register.Bank bank, long value) {
        long kept = bank == Register.Bank.WORD ? (int) value : value;
        return pool.known.computeIfAbsent(bank + " " + kept, key -> {
            switch (bank) {
                case WORD -> {
                    pool.wordConstants.put(pool.words, (int) kept);
                    return new Register(bank, pool.words++, 32);
                }
                case WIDE -> {
                    pool.wideConstants.put(pool.wides, kept);
                    return new Register(bank, pool.wides++, 64);
                }
                default -> {
                    pool.predicateConstants.put(pool.predicates, kept == 0 ? 0 : Warp.ALL);
                    return new Register(bank, pool.predicates++, 1);
                }
            }
        });
    }

    static long literal(String text, PtxModule.Instruction of) {
        try {
            if (text.startsWith("0f") || text.startsWith("0F")) {
                return Long.parseLong(text.substring(2), 16);
            }
            if (text.startsWith("0d") || text.startsWith("0D")) {
                return Long.parseUnsignedLong(text.substring(2), 16);
            }
            if (text.equals("WARP_SZ")) {
                return Warp.LANES;
            }
            boolean negative = text.startsWith("-");
            String digits = text.substring(negative ? 1 : 0);
            digits = digits.endsWith("U") ? digits.substring(0, digits.length() - 1) : digits;
            long v = digits.startsWith("0x") || digits.startsWith("0X") ? Long.parseUnsignedLong(digits.substring(2),
                    16)
                    : Long.parseUnsignedLong(digits);
            return negative ? -v : v;
        } catch (NumberFormatException e) {
            throw of.unknown("'" + text + "' is neither a register nor a number");
        }
    }

    /** An operand in square brackets. */
    Address address(String operand, PtxModule.Instruction of) {
        if (!operand.startsWith("[") || !operand.endsWith("]")) {
            throw of.unknown("'" + operand + "' is no address");
        }
        String inside = operand.substring(1, operand.length() - 1).strip();
        int plus = inside.indexOf('+');
        String base = plus < 0 ? inside : inside.substring(0, plus).strip();
        long offset = plus < 0 ? 0 : literal(inside.substring(plus + 1).strip(), of);
        Register r = named(base);
        if (r != null) {
            return new Address(r, offset, null);
        }
        Symbol s = symbol(base);
        return s != null ? new Address(null, s.address() + offset, s)
                : new Address(null, literal(base, of) + offset, null);
    }
}
