// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family.elementwise;

import dev.topple.engine.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/** Writes the PTX of a group: a thread for each element or for four in a row. */
final class ChainText {

    /** The name of the one kernel of a text. */
    static final String KERNEL = "elementwise";

    private static final int THREADS = 256;

    private final Expression expression;
    private final int rank;
    private final int pack;
    private final List<Chain.Pattern> patterns;
    private final int resultCount;
    private final PtxWriter ptx = new PtxWriter();
    private final Operations operations = new Operations(ptx);

    /** Of each value the registers of its elements: one, or one for each element of a pack. */
    private final List<String[]> values = new ArrayList<>();

    /** The thread's place along each axis, innermost in packs; empty where nobody asks. */
    private final String[] places;
    private String item = "";

    /** Patterns of the results first, then of the operands. */
    ChainText(Expression expression, int rank, int pack, List<Chain.Pattern> patterns) {
        this.expression = expression;
        this.rank = rank;
        this.pack = pack;
        this.patterns = patterns;
        this.resultCount = expression.results().size();
        this.places = new String[rank];
    }

    String text() {
        List<String> pointers = new ArrayList<>();
        for (int value = 0; value < patterns.size(); value++) {
            pointers.add(ptx.parameter("u64"));
        }
        begin();
        List<String> offsets = new ArrayList<>();
        for (Chain.Pattern pattern : patterns) {
            offsets.add(offset(pattern));
        }
        for (int operand = 0; operand < expression.operands().size(); operand++) {
            int value = resultCount + operand;
            values.add(load(pointers.get(value), offsets.get(value), patterns.get(value),
                    expression.type(operand)));
        }
        expression.steps().forEach(this::step);
        for (int result = 0; result < resultCount; result++) {
            store(pointers.get(result), offsets.get(result), expression.results().get(result));
        }
        return ptx.text(KERNEL, THREADS);
    }

    private void begin() {
        String items = ptx.load("u32", ptx.parameter("u32"));
        String block = ptx.word();
        String thread = ptx.word();
        item = ptx.word();
        ptx.line("mov.u32 %s, %%ctaid.x", block);
        ptx.line("mov.u32 %s, %%tid.x", thread);
        ptx.line("mad.lo.u32 %s, %s, %d, %s", item, block, THREADS, thread);
        String beyond = ptx.predicate();
        ptx.line("setp.ge.u32 %s, %s, %s", beyond, item, items);
        ptx.line("@%s bra DONE", beyond);
        String[] dims = new String[rank];
        for (int axis = 1; axis < rank; axis++) {
            dims[axis] = ptx.load("u32", ptx.parameter("u32"));
        }
        if (patterns.stream().allMatch(pattern -> pattern.linear() || pattern.scalar())) {
            return;
        }
        String rest = item;
        for (int axis = rank - 1; axis > 0; axis--) {
            String quotient = ptx.word();
            places[axis] = ptx.word();
            ptx.line("div.u32 %s, %s, %s", quotient, rest, dims[axis]);
            String product = ptx.word();
            ptx.line("mul.lo.u32 %s, %s, %s", product, quotient, dims[axis]);
            ptx.line("sub.u32 %s, %s, %s", places[axis], rest, product);
            rest = quotient;
        }
        places[0] = rest;
    }

    /** A register with the bytes from the beginning of a value; empty where there are none. */
    private String offset(Chain.Pattern pattern) {
        String bytes = ptx.wide();
        if (pattern.linear()) {
            ptx.line("mul.wide.u32 %s, %s, %d", bytes, item, 4 * pack);
            return bytes;
        }
        String sum = "";
        for (int axis = 0; axis < rank; axis++) {
            int scale = axis == rank - 1 ? pack : 1;
            switch (pattern.steps().get(axis)) {
                case NONE -> {}
                case ONE -> sum = add(sum, places[axis], Integer.toString(scale));
                case ANY -> sum = add(sum, places[axis], ptx.load("u32", ptx.parameter("u32")));
            }
        }
        if (sum.isEmpty()) {
            return "";
        }
        ptx.line("mul.wide.u32 %s, %s, 4", bytes, sum);
        return bytes;
    }

    private String add(String sum, String place, String step) {
        String next = ptx.word();
        if (sum.isEmpty()) {
            ptx.line("mul.lo.u32 %s, %s, %s", next, place, step);
        } else {
            ptx.line("mad.lo.u32 %s, %s, %s, %s", next, place, step, sum);
        }
        return next;
    }

    private String address(String parameter, String offset) {
        String global = ptx.wide();
        ptx.line("cvta.to.global.u64 %s, %s", global, ptx.load("u64", parameter));
        if (offset.isEmpty()) {
            return global;
        }
        String address = ptx.wide();
        ptx.line("add.s64 %s, %s, %s", address, global, offset);
        return address;
    }

    private String[] load(String parameter, String offset, Chain.Pattern pattern, DType dtype) {
        String address = address(parameter, offset);
        String[] registers = new String[pack == 1 || pattern.uniform() ? 1 : pack];
        for (int k = 0; k < registers.length; k++) {
            registers[k] = ptx.register(dtype);
        }
        String type = dtype == DType.F32 ? "f32" : "u32";
        if (registers.length == 1) {
            ptx.line("ld.global.%s %s, [%s]", type, registers[0], address);
        } else {
            ptx.line("ld.global.v4.%s {%s}, [%s]", type, String.join(", ", registers), address);
        }
        return registers;
    }

    private void step(Expression.Step step) {
        switch (step) {
            case Expression.Step.Constant constant -> values.add(new String[] {operations.constant(constant)});
            case Expression.Step.Apply apply -> {
                List<String[]> arguments = apply.arguments().stream().map(values::get).toList();
                DType dtype = expression.type(apply.arguments().getFirst());
                int lanes = arguments.stream().mapToInt(registers -> registers.length).max().orElseThrow();
                String[] results = new String[lanes];
                for (int lane = 0; lane < lanes; lane++) {
                    int k = lane;
                    results[lane] = operations.apply(apply.op(), dtype, arguments.stream()
                            .map(registers -> registers[registers.length == 1 ? 0 : k]).toList());
                }
                values.add(results);
            }
        }
    }

    private void store(String parameter, String offset, int value) {
        String address = address(parameter, offset);
        String type = expression.type(value) == DType.F32 ? "f32" : "u32";
        String[] registers = values.get(value);
        if (pack == 1) {
            ptx.line("st.global.%s [%s], %s", type, address, registers[0]);
            return;
        }
        List<String> four = new ArrayList<>();
        for (int k = 0; k < pack; k++) {
            four.add(registers[registers.length == 1 ? 0 : k]);
        }
        ptx.line("st.global.v4.%s [%s], {%s}", type, address, String.join(", ", four));
    }
}
