// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.blocked.Form;
import dev.topple.engine.cpu.kernel.LaneKernels;
import dev.topple.engine.graph.Binary;
import dev.topple.engine.graph.Elementwise;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Op;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Unary;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes the {@link BlockProgram} of a group of elementwise nodes of one shape, with as few registers as it can. */
final class BlockCompiler {

    private static final int NAMED = 6;

    /** The registers of one element type. */
    private static final class Bank {
        private final Deque<Integer> free = new ArrayDeque<>();
        private int count;

        int take() {
            return free.isEmpty() ? count++ : free.pop();
        }

        void give(int register) {
            free.push(register);
        }
    }

    private final List<Node> nodes;
    private final Shape shape;
    private final Form form;
    private final Function<Value, Slot> slots;
    private final Bank floats = new Bank();
    private final Bank ints = new Bank();
    private final List<BlockStep> once = new ArrayList<>();
    private final List<BlockStep> each = new ArrayList<>();
    private final Map<Value, Integer> registers = new HashMap<>();
    private final Map<Value, Integer> usesLeft = new HashMap<>();
    private final Set<Value> kept = new LinkedHashSet<>();
    private final Set<Slot> reads = new LinkedHashSet<>();
    private final List<Slot> writes = new ArrayList<>();

    /**
     * A compiler for one group.
     *
     * @param nodes the group, each node after its operands
     * @param form how the results lie in memory, and the operands of their shape
     * @param slots where a value from outside lies, or a result is to go
     */
    BlockCompiler(List<Node> nodes, Form form, Function<Value, Slot> slots) {
        this.nodes = nodes;
        this.form = form;
        this.shape = nodes.get(0).result(0).shape();
        this.slots = slots;
    }

    /**
     * The instruction.
     *
     * @param results the values of the group that are needed outside of it
     */
    ElementwiseInstruction compile(Set<Value> results, LaneKernels lanes, Scratch scratch) {
        for (Node node : nodes) {
            node.operands().forEach(operand -> usesLeft.merge(operand, 1, Integer::sum));
        }
        for (Node node : nodes) {
            List<Integer> operands = new ArrayList<>();
            node.operands().forEach(operand -> operands.add(register(operand)));
            node.operands().forEach(this::used);
            Value result = node.result(0);
            int out = bank(result).take();
            registers.put(result, out);
            emit(node, out, operands);
            if (results.contains(result)) {
                Slot slot = slots.apply(result);
                writes.add(slot);
                each.add(BlockStep.move(BlockCode.STORE, out, operand(slot, shape)));
            }
            if (!usesLeft.containsKey(result)) {
                bank(result).give(out);
            }
        }
        BlockProgram program = new BlockProgram(once.toArray(BlockStep[]::new), each.toArray(BlockStep[]::new),
                floats.count, ints.count);
        Shape memory = form == Form.BLOCKED ? BlockOperand.memory(shape) : shape;
        return new ElementwiseInstruction(name(), memory, program, List.copyOf(reads), writes, lanes, scratch);
    }

    private String name() {
        String names = nodes.stream().limit(NAMED).map(node -> node.op().mnemonic()).collect(Collectors.joining(" "));
        return nodes.size() > NAMED ? names + " … (" + nodes.size() + " ops)" : names;
    }

    private BlockOperand operand(Slot slot, Shape own) {
        return form == Form.BLOCKED ? BlockOperand.inBlocks(slot, own, shape) : new BlockOperand(slot, own, shape);
    }

    private Bank bank(Value value) {
        return value.dtype() == DType.F32 ? floats : ints;
    }

    private void used(Value operand) {
        if (usesLeft.merge(operand, -1, Integer::sum) == 0 && !kept.contains(operand)) {
            bank(operand).give(registers.remove(operand));
        }
    }

    private int register(Value value) {
        Integer known = registers.get(value);
        return known != null ? known : load(value);
    }

    private int load(Value value) {
        Slot slot = value.node().op() instanceof Source.Fill fill
                ? Slot.constant(Tensor.scalar(fill.value()))
                : slots.apply(value);
        Shape own = value.node().op() instanceof Source.Fill ? Shape.scalar() : value.shape();
        BlockOperand operand = operand(slot, own);
        reads.add(slot);
        int register;
        if (operand.isUniform()) {
            // Loaded once for all blocks, so nothing else may use the register, before or after.
            kept.add(value);
            register = bank(value).count++;
            once.add(BlockStep.move(BlockCode.LOAD_BROADCAST, register, operand));
        } else if (operand.isSteady()) {
            // Not loaded again for every block, so the same holds.
            kept.add(value);
            register = bank(value).count++;
            each.add(BlockStep.move(BlockCode.LOAD_BROADCAST, register, operand));
        } else {
            register = bank(value).take();
            each.add(BlockStep.move(operand.isWhole() ? BlockCode.LOAD : BlockCode.LOAD_BROADCAST, register, operand));
        }
        registers.put(value, register);
        return register;
    }

    private void emit(Node node, int out, List<Integer> in) {
        switch (node.op()) {
            case Elementwise op -> emitElementwise(op, node, out, in);
            case Layout.BroadcastTo broadcast -> copy(node.result(0).dtype(), out, in.get(0));
            case Op other -> throw new IllegalStateException(other + " is not elementwise");
        }
    }

    private void emitElementwise(Elementwise op, Node node, int out, List<Integer> in) {
        switch (op) {
            case Unary unary -> emitUnary(unary, node, out, in.get(0));
            case Binary binary -> emitBinary(binary, node.operand(0).dtype() == DType.F32, out, in.get(0), in.get(1));
            case Elementwise.Where where -> three(node.result(0).dtype() == DType.F32 ? BlockCode.CHOOSE
                    : BlockCode.I_CHOOSE, out, in.get(0), in.get(1), in.get(2));
        }
    }

    private void emitUnary(Unary op, Node node, int out, int a) {
        switch (op) {
            case Unary.Negate negate -> two(BlockCode.NEGATE, out, a, 0);
            case Unary.Abs abs -> two(BlockCode.ABS, out, a, 0);
            case Unary.Exp exp -> two(BlockCode.EXP, out, a, 0);
            case Unary.Log log -> two(BlockCode.LOG, out, a, 0);
            case Unary.Sqrt sqrt -> two(BlockCode.SQRT, out, a, 0);
            case Unary.Power power -> power(power.exponent(), out, a);
            case Unary.Relu relu -> two(BlockCode.RELU, out, a, 0);
            case Unary.Sigmoid sigmoid -> fromExp(BlockCode.SIGMOID, BlockCode.NEGATE, out, a);
            case Unary.Tanh tanh -> fromExp(BlockCode.TANH, BlockCode.ADD, out, a);
            case Unary.Sign sign -> two(BlockCode.SIGN, out, a, 0);
            case Unary.Clamp clamp -> each.add(BlockStep.of(BlockCode.CLAMP, out, a, clamp.low(), clamp.high()));
            case Unary.StopGradient stop -> copy(node.result(0).dtype(), out, a);
            case Unary.Not not -> two(BlockCode.I_NOT, out, a, 0);
            case Unary.Cast cast -> cast(node.operand(0).dtype(), cast.to(), out, a);
        }
    }

    /** A function of a and e^-|a|, or of a and e^(|a| + |a|). */
    private void fromExp(BlockCode function, BlockCode exponent, int out, int a) {
        // Not a's register: if a is read for the last time, its register is out already.
        int e = floats.take();
        two(BlockCode.ABS, e, a, 0);
        two(exponent, e, e, e);
        two(BlockCode.EXP, e, e, 0);
        two(function, out, a, e);
        floats.give(e);
    }

    private void power(float exponent, int out, int a) {
        if (exponent == 1) {
            copy(DType.F32, out, a);
        } else if (exponent == 2) {
            two(BlockCode.MULTIPLY, out, a, a);
        } else if (exponent == -1) {
            two(BlockCode.INVERSE, out, a, 0);
        } else if (exponent == -0.5f) {
            two(BlockCode.INVERSE_SQRT, out, a, 0);
        } else {
            each.add(BlockStep.of(BlockCode.POWER, out, a, exponent, 0));
        }
    }

    private void cast(DType from, DType to, int out, int a) {
        boolean same = from == to || (from == DType.BOOL && to == DType.I32);
        if (same) {
            copy(to, out, a);
        } else if (to == DType.F32) {
            two(BlockCode.TO_FLOAT, out, a, 0);
        } else if (to == DType.I32) {
            two(BlockCode.TO_INT, out, a, 0);
        } else {
            int zero = constant(from);
            each.add(BlockStep.compare(from == DType.F32 ? BlockCode.COMPARE : BlockCode.I_COMPARE, Relation.NOT_EQUAL,
                    out, a, zero));
        }
    }

    /** A register of zeros of its own. */
    private int constant(DType dtype) {
        Bank bank = dtype == DType.F32 ? floats : ints;
        int register = bank.count++;
        Slot slot = Slot.constant(dtype == DType.F32 ? Tensor.scalar(0) : Tensor.of(Shape.scalar(), 0));
        once.add(BlockStep.move(BlockCode.LOAD_BROADCAST, register, operand(slot, Shape.scalar())));
        return register;
    }

    private void emitBinary(Binary op, boolean isFloat, int out, int a, int b) {
        switch (op) {
            case Binary.Add add -> two(isFloat ? BlockCode.ADD : BlockCode.I_ADD, out, a, b);
            case Binary.Subtract subtract -> two(isFloat ? BlockCode.SUBTRACT : BlockCode.I_SUBTRACT, out, a, b);
            case Binary.Multiply multiply -> two(isFloat ? BlockCode.MULTIPLY : BlockCode.I_MULTIPLY, out, a, b);
            case Binary.Divide divide -> two(BlockCode.DIVIDE, out, a, b);
            case Binary.Maximum maximum -> two(isFloat ? BlockCode.MAXIMUM : BlockCode.I_MAXIMUM, out, a, b);
            case Binary.Minimum minimum -> two(isFloat ? BlockCode.MINIMUM : BlockCode.I_MINIMUM, out, a, b);
            case Binary.ReluGradient gradient -> two(BlockCode.RELU_GRADIENT, out, a, b);
            case Binary.ClampGradient clamp ->
                    each.add(BlockStep.of(BlockCode.CLAMP_GRADIENT, out, a, b, clamp.low(), clamp.high()));
            case Binary.And and -> two(BlockCode.I_AND, out, a, b);
            case Binary.Or or -> two(BlockCode.I_OR, out, a, b);
            case Binary.Compare compare -> each.add(BlockStep.compare(
                    isFloat ? BlockCode.COMPARE : BlockCode.I_COMPARE, compare.relation(), out, a, b));
        }
    }

    private void copy(DType dtype, int out, int a) {
        if (out != a) {
            // The larger of a value and itself is the value.
            two(dtype == DType.F32 ? BlockCode.MAXIMUM : BlockCode.I_MAXIMUM, out, a, a);
        }
    }

    private void two(BlockCode code, int out, int a, int b) {
        three(code, out, a, b, 0);
    }

    private void three(BlockCode code, int out, int a, int b, int c) {
        each.add(BlockStep.of(code, out, a, b, c));
    }
}
