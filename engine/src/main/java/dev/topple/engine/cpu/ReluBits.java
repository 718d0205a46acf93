// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.compile.GraphFacts;
import dev.topple.engine.compile.Unit;
import dev.topple.engine.cpu.blocked.Blocks;
import dev.topple.engine.cpu.blocked.Epilogue;
import dev.topple.engine.cpu.blocked.Epilogue.Bits;
import dev.topple.engine.cpu.blocked.Form;
import dev.topple.engine.graph.Binary;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which ReLUs leave one bit for each element, that says where they are positive. On the way back with frozen weights
 * nobody needs more of them, and their values need not live until then: a word for each pixel of a block of channels is
 * a sixteenth of that. The ReLU must be the end of a convolution, its mask that of a convolution's gradient or of an
 * adjoint of pooling or interpolation, in blocks. Where something else reads the values as late, as weight gradients
 * do, bits would save nothing, and there are none.
 */
final class ReluBits {

    /** When the values of a ReLU are read for the last time: as a mask that may be bits, and otherwise. */
    private static final class Reads {
        private int asMask = -1;
        private int asValues = -1;
    }

    private final Map<Value, Slot> slots = new HashMap<>();

    /**
     * The choice for a graph.
     *
     * @param units in the order in which they run
     */
    ReluBits(Graph graph, List<Unit> units, Layouts layouts) {
        Map<Value, Reads> relus = new HashMap<>();
        for (Unit unit : units) {
            if (leavesBits(unit, layouts)) {
                relus.put(unit.last().result(0), new Reads());
            }
        }
        for (int at = 0; at < units.size(); at++) {
            note(units.get(at), at, layouts, relus);
        }
        Set<Value> leaving = new HashSet<>();
        graph.outputs().values().forEach(value -> leaving.add(GraphFacts.root(value)));
        graph.assignments().values().forEach(value -> leaving.add(GraphFacts.root(value)));
        relus.forEach((value, reads) -> {
            if (reads.asMask > reads.asValues + 1 && !leaving.contains(value)) {
                slots.put(value, Slot.working(DType.I32, words(value.shape())));
            }
        });
    }

    private static int words(Shape image) {
        return Form.BLOCKED.size(image.dim(0), image.dim(1), image.dim(2), image.dim(3)) / Blocks.WIDTH;
    }

    private static boolean leavesBits(Unit unit, Layouts layouts) {
        return unit.epilogue().relu() && unit.first().op() instanceof Convolution convolution
                && Convolutions.task(convolution, unit.first(), layouts.source(unit), layouts.target(unit))
                        .finishesBlocks();
    }

    private static void note(Unit unit, int at, Layouts layouts, Map<Value, Reads> relus) {
        for (Node node : unit.nodes()) {
            for (int i = 0; i < node.operands().size(); i++) {
                Value operand = node.operand(i);
                Reads reads = relus.get(GraphFacts.root(operand));
                boolean mask = i == 1 && node.op() instanceof Binary.ReluGradient && unit.epilogue().mask().isPresent()
                        && layouts.target(unit) == Form.BLOCKED;
                if (reads != null && mask) {
                    reads.asMask = at;
                } else if (reads != null) {
                    reads.asValues = at;
                }
            }
        }
    }

    /** Where the bits of a ReLU's value lie, if it leaves any. */
    Optional<Slot> slot(Value value) {
        return Optional.ofNullable(slots.get(GraphFacts.root(value)));
    }

    /** What a mask is read from: the bits that a ReLU left, integers, or its values. */
    Slot mask(Value value, Form form, Convolutions.Places places) {
        Optional<Slot> bits = form == Form.BLOCKED ? slot(value) : Optional.empty();
        return bits.orElseGet(() -> places.slot(value, form));
    }

    /** What an epilogue with a mask does with bits. */
    static Bits kind(Optional<Slot> mask) {
        return mask.isPresent() && mask.get().dtype() == DType.I32 ? Bits.READ : Bits.NONE;
    }

    /** Sets the mask of an epilogue. */
    static void set(Slot mask, Epilogue epilogue) {
        if (mask.dtype() == DType.I32) {
            epilogue.bits(mask.ints(), mask.offset());
        } else {
            epilogue.mask(mask.floats(), mask.offset());
        }
    }

    /** What an instruction does with bits, for people. */
    static String text(Bits kind) {
        return switch (kind) {
            case NONE -> "";
            case WRITTEN -> ", leaves bits";
            case READ -> ", by bits";
        };
    }
}
