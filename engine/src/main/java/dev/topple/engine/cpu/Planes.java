// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.compile.GraphFacts;
import dev.topple.engine.compile.Unit;
import dev.topple.engine.cpu.blocked.BlockedPooling;
import dev.topple.engine.cpu.blocked.BlockedResize;
import dev.topple.engine.cpu.blocked.Epilogue;
import dev.topple.engine.cpu.blocked.Epilogue.Bits;
import dev.topple.engine.cpu.blocked.Form;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import java.util.List;
import java.util.Optional;

/** Lowers pooling and interpolation in either form. */
final class Planes {

    private final CpuContext context;
    private final List<CpuInstruction> instructions;
    private final Convolutions.Places places;
    private final ReluBits bits;

    /**
     * Lowers what one graph has of them.
     *
     * @param instructions to which they are added
     * @param bits which ReLUs leave bits
     */
    Planes(CpuContext context, List<CpuInstruction> instructions, Convolutions.Places places, ReluBits bits) {
        this.context = context;
        this.instructions = instructions;
        this.places = places;
        this.bits = bits;
    }

    private List<Slot> slots(List<Value> values, Form form) {
        return values.stream().map(value -> places.slot(value, form)).toList();
    }

    /** Pooling, with the mask of a ReLU's gradient if the unit has one. */
    void pooling(Pooling op, Unit unit, Form form) {
        Node node = unit.first();
        Shape shape = node.operand(0).shape();
        Shape result = node.result(0).shape();
        List<Slot> in = slots(node.operands(), form);
        if (form == Form.PLAIN) {
            instructions.add(new PoolingInstruction(op, in, shape, slots(node.results(), form), result));
            maskAfter(unit);
            return;
        }
        BlockedPooling kernel = new BlockedPooling(context.simd(), op, GraphFacts.maxPoolWindow(node), shape, result);
        Optional<Slot> mask = unit.epilogue().mask().map(value -> bits.mask(value, form, places));
        List<Value> results = mask.isPresent() ? unit.last().results() : node.results();
        String name = op.mnemonic() + " " + shape + " to " + result + unit.epilogue().describe()
                + ReluBits.text(ReluBits.kind(mask));
        instructions.add(new BlockedPoolingInstruction(name, op, kernel, in, mask, slots(results, form)));
    }

    /** In the plain form a mask is an instruction of its own. */
    private void maskAfter(Unit unit) {
        if (unit.epilogue().mask().isPresent()) {
            BlockCompiler compiler = new BlockCompiler(List.of(unit.last()), Form.PLAIN,
                    value -> places.slot(value, Form.PLAIN));
            instructions.add(compiler.compile(unit.results(), context.lanes(), context.scratch()));
        }
    }

    /** Interpolation and its adjoint, with the mask of a ReLU's gradient if the unit has one. */
    void resampling(Resampling op, Unit unit, Form form) {
        Node node = unit.first();
        Shape shape = node.operand(0).shape();
        Shape result = node.result(0).shape();
        Slot from = places.slot(node.operand(0), form);
        if (form == Form.PLAIN) {
            instructions.add(new ResizeInstruction(op, from, shape, places.slot(node.result(0), form), result,
                    context.lanes(), context.scratch()));
            maskAfter(unit);
            return;
        }
        Optional<Slot> mask = unit.epilogue().mask().map(value -> bits.mask(value, form, places));
        Bits kind = ReluBits.kind(mask);
        Optional<Epilogue> epilogue = mask.map(slot -> new Epilogue(false, false, false, false, true, kind));
        BlockedResize kernel = new BlockedResize(context.simd(), op, shape, result, epilogue);
        String name = op.mnemonic() + " " + op.method() + " " + shape + " to " + result
                + unit.epilogue().describe() + ReluBits.text(kind);
        instructions.add(new BlockedResizeInstruction(name, kernel, epilogue, from, mask,
                places.slot(unit.last().result(0), form),
                Slot.working(DType.F32, kernel.scratch(context.workers().threads()))));
    }
}
