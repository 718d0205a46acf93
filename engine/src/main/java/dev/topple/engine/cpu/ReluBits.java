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
 * Which ReLUs leave one bit for each element, that says where they are open. On the way back with frozen weights
 * nobody needs more of them, and their values need not live until then: a word for each pixel of a block of channels is
 * a sixteenth of that. The ReLU must be the end of a convolution, its mask that of a convolution's gradient or of an
 * adjoint of pooling or interpolation, in blocks. Where something else reads the values as late, as weight gradients
 * do, bits would save nothing, and there are none.
 *
 * <p>Clamps from 0 to a ceiling, such as ReLU6, are open where their operand is between the bounds, both included. That
 * cannot be seen from the result, and the operand exists nowhere if the convolution clamps it: such a clamp has to
 * leave bits if it has a gradient at all, and all who ask for them must be able to read them. Where that is not so, the
 * clamp must stay {@link #apart}.
 */
final class ReluBits {

    /** When the values of a ReLU are read for the last time: as a mask that may be bits, and otherwise. */
    private static final class Reads {
        private int asMask = -1;
        private int asValues = -1;
    }

    private final Map<Value, Slot> slots = new HashMap<>();
    private final Set<Node> apart = new HashSet<>();
    private final Set<Value> unclamped;

    /**
     * The choice for a graph.
     *
     * @param units in the order in which they run
     */
    ReluBits(Graph graph, List<Unit> units, Layouts layouts) {
        Map<Value, Reads> relus = new HashMap<>();
        Map<Value, Node> clamps = new HashMap<>();
        for (Unit unit : units) {
            if (leavesBits(unit, layouts)) {
                relus.put(activated(unit), new Reads());
            }
            unit.unclamped().ifPresent(value -> clamps.put(value, unit.last()));
        }
        unclamped = Set.copyOf(clamps.keySet());
        for (int at = 0; at < units.size(); at++) {
            note(units.get(at), at, layouts, relus, clamps);
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

    /** What stands for where a unit's ReLU is open: its result, or what its clamp reads. */
    static Value activated(Unit unit) {
        return unit.unclamped().orElse(unit.last().result(0));
    }

    /** Clamps whose convolution must not do them, since their gradients would find no bits. */
    Set<Node> apart() {
        return Set.copyOf(apart);
    }

    private static int words(Shape image) {
        return Form.BLOCKED.size(image.dim(0), image.dim(1), image.dim(2), image.dim(3)) / Blocks.WIDTH;
    }

    private static boolean leavesBits(Unit unit, Layouts layouts) {
        // A minimum after ReLU is no clamp that could have a gradient here.
        boolean asked = unit.epilogue().relu() && (!unit.epilogue().limited() || unit.unclamped().isPresent());
        return asked && unit.first().op() instanceof Convolution convolution
                && Convolutions.task(convolution, unit.first(), layouts.source(unit), layouts.target(unit))
                        .finishesBlocks();
    }

    private void note(Unit unit, int at, Layouts layouts, Map<Value, Reads> relus, Map<Value, Node> clamps) {
        for (Node node : unit.nodes()) {
            for (int i = 0; i < node.operands().size(); i++) {
                Value read = GraphFacts.root(node.operand(i));
                Node clamp = clamps.get(read);
                if (clamp == node) {
                    continue;
                }
                Reads reads = relus.get(read);
                boolean gradient = node.op() instanceof Binary.ReluGradient
                        || node.op() instanceof Binary.ClampGradient;
                boolean mask = i == 1 && gradient && unit.epilogue().mask().isPresent()
                        && layouts.target(unit) == Form.BLOCKED;
                if (clamp != null && (reads == null || !mask)) {
                    apart.add(clamp);
                } else if (reads != null && mask) {
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
        if (bits.isEmpty() && unclamped.contains(value)) {
            throw new IllegalStateException(value + " is kept nowhere, and has no bits");
        }
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
