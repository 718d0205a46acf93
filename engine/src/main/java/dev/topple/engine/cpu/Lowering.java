// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.compile.FusedGraph;
import dev.topple.engine.compile.GraphFacts;
import dev.topple.engine.compile.Preparation;
import dev.topple.engine.compile.Unit;
import dev.topple.engine.cpu.blocked.Blocks;
import dev.topple.engine.cpu.blocked.ChannelSums;
import dev.topple.engine.cpu.blocked.Form;
import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Elementwise;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Indexing;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.MatMul;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.RandomOp;
import dev.topple.engine.graph.Reduction;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Turns a tidied graph into instructions: one case per op. */
final class Lowering {

    private final Function<Variable, VariableStorage> variables;
    private final CpuContext context;
    private final Products products;
    private final Convolutions convolutions;
    private final Planes planes;
    private final ResizedLosses losses;
    private final Layouts layouts;
    private final Preparation preparation;
    private final List<CpuInstruction> prepared = new ArrayList<>();
    private final List<CpuInstruction> instructions = new ArrayList<>();
    private final Map<Value, Slot> slots = new HashMap<>();
    private final Map<Value, Slot> reordered = new HashMap<>();
    private final Map<String, Slot> inputs = new LinkedHashMap<>();
    private final Set<Value> keptRoots = new HashSet<>();

    /**
     * What running a program takes.
     *
     * @param prepared what need not be done in each run
     * @param inputs where fed values go
     * @param outputs where values that leave lie
     */
    record Lowered(PreparedPart prepared, List<CpuInstruction> instructions, Map<String, Slot> inputs,
            Map<String, Slot> outputs) {}

    private Lowering(CutGraph cut, Function<Variable, VariableStorage> variables, CpuContext context) {
        FusedGraph fused = cut.fused();
        Graph graph = fused.graph();
        this.preparation = fused.preparation();
        this.variables = variables;
        this.context = context;
        this.layouts = cut.layouts();
        this.products = new Products(context, instructions);
        ReluBits bits = cut.bits();
        this.convolutions = new Convolutions(context, prepared, instructions, this::slot, bits, preparation,
                variables);
        this.planes = new Planes(context, instructions, this::slot, bits);
        this.losses = new ResizedLosses(context, instructions, this::slot);
        graph.outputs().values().forEach(value -> keptRoots.add(GraphFacts.root(value)));
    }

    /**
     * Lowers a graph.
     *
     * @param variables the storage of each variable
     * @param fuse whether ops become one instruction where they can
     */
    static Lowered lower(Graph graph, Function<Variable, VariableStorage> variables, CpuContext context,
            boolean fuse) {
        CutGraph cut = CutGraph.of(graph, fuse);
        Lowering lowering = new Lowering(cut, variables, context);
        cut.fused().units().forEach(lowering::lower);
        Endings endings = new Endings(cut.fused().graph(), lowering.instructions, lowering::slot, variables);
        Map<String, Slot> outputs = endings.finish();
        return new Lowered(new PreparedPart(lowering.prepared), lowering.instructions, lowering.inputs, outputs);
    }

    /** Where a value lies in the plain order; a new place if it has none yet. */
    private Slot slot(Value value) {
        return slot(value, Form.PLAIN);
    }

    /** Where a value lies in a form; brought into it when it is first asked for in another form than its own. */
    private Slot slot(Value value, Form form) {
        Value root = GraphFacts.root(value);
        Form own = layouts.form(root);
        if (form == own) {
            return slots.computeIfAbsent(root, r -> place(r, own));
        }
        Slot known = reordered.get(root);
        if (known == null) {
            known = computed(root, form);
            instructions.add(new ReorderInstruction(slot(root, own), known, root.shape(), form));
            reordered.put(root, known);
        }
        return known;
    }

    private Slot place(Value root, Form form) {
        return root.node().op() instanceof Source source ? source(source) : computed(root, form);
    }

    private Slot computed(Value root, Form form) {
        Shape shape = root.shape();
        if (form == Form.BLOCKED) {
            return Slot.working(root.dtype(), form.size(shape.dim(0), shape.dim(1), shape.dim(2), shape.dim(3)));
        }
        return keptRoots.contains(root) || preparation.isKept(root) ? Slot.persistent(root.dtype(), shape.size())
                : Slot.working(root.dtype(), shape.size());
    }

    private List<Slot> slots(List<Value> values) {
        return values.stream().map(this::slot).toList();
    }

    private void lower(Unit unit) {
        if (unit.isElementwise()) {
            Form form = layouts.target(unit);
            Shape shape = unit.first().result(0).shape();
            BlockCompiler compiler = new BlockCompiler(unit.nodes(), form,
                    value -> slot(value, value.shape().equals(shape) ? form : Form.PLAIN));
            (preparation.isMade(unit) ? prepared : instructions)
                    .add(compiler.compile(unit.results(), context.lanes(), context.scratch()));
            return;
        }
        if (unit.loss().isPresent()) {
            losses.lower(unit, unit.loss().get());
            return;
        }
        Node node = unit.first();
        List<Shape> shapes = node.operands().stream().map(Value::shape).toList();
        Shape result = node.result(0).shape();
        if (GraphFacts.isProductOfNothing(node)) {
            products.ofNothing(slot(node.result(0)));
            return;
        }
        switch (node.op()) {
            case Source source -> {
                // It gets a place when it is first asked for.
            }
            case Elementwise elementwise -> throw new IllegalStateException(elementwise + " is in no group");
            case Reduction reduction -> reduce(reduction, node, layouts.source(unit));
            case MatMul product -> products.matMul(product, shapes, slots(node.operands()), slot(node.result(0)));
            case Convolution convolution ->
                    convolutions.lower(convolution, unit, layouts.source(unit), layouts.target(unit));
            case BatchNorm norm -> norm(norm, node, layouts.source(unit));
            case Pooling pooling -> planes.pooling(pooling, unit, layouts.target(unit));
            case Resampling resampling -> planes.resampling(resampling, unit, layouts.target(unit));
            case Layout layout -> layout(layout, node, layouts.target(unit));
            case Softmax softmax -> instructions.add(new SoftmaxInstruction(softmax, slots(node.operands()),
                    shapes.get(0), slot(node.result(0)), context.lanes(), context.scratch()));
            case Indexing indexing -> instructions.add(new IndexingInstruction(indexing, slot(node.operand(0)),
                    shapes.get(0), slot(node.operands().get(node.operands().size() - 1)), slot(node.result(0)),
                    result));
            case RandomOp random ->
                    instructions.add(new RandomInstruction(random, slot(node.operand(0)), slot(node.result(0))));
        }
    }

    private Slot source(Source source) {
        return switch (source) {
            case Source.Input input -> {
                Slot fed = Slot.persistent(input.type().dtype(), input.type().shape().size());
                inputs.put(input.name(), fed);
                yield fed;
            }
            case Source.Read read -> Slot.variable(variables.apply(read.variable()));
            case Source.Fill fill -> Slot.constant(Tensor.filled(fill.shape(), fill.value()));
            case Source.Constant constant -> Slot.constant(constant.tensor());
        };
    }

    private ChannelSums sums(Shape shape) {
        return new ChannelSums(context.simd(), shape, context.workers().threads());
    }

    private void norm(BatchNorm norm, Node node, Form form) {
        Shape shape = node.operand(0).shape();
        List<Slot> in = node.operands().stream()
                .map(value -> slot(value, value.shape().equals(shape) ? form : Form.PLAIN)).toList();
        Slot first = slot(node.result(1));
        Slot second = slot(node.result(2));
        instructions.add(form == Form.BLOCKED
                ? new ChannelSumsInstruction(norm, shape, sums(shape), in, List.of(first, second))
                : new BatchNormInstruction(norm, in, shape, first, second, context.lanes(), context.scratch()));
    }

    private void reduce(Reduction reduction, Node node, Form form) {
        Slot from = slot(node.operand(0), form);
        Slot to = slot(node.result(0));
        Shape shape = node.operand(0).shape();
        if (form == Form.BLOCKED) {
            instructions.add(new ChannelSumsInstruction(reduction, shape, sums(shape), List.of(from), List.of(to)));
            return;
        }
        instructions.add(switch (reduction) {
            case Reduction.Sum sum -> new ReductionInstruction(false, from, shape, sum.axes(), to, context.lanes(),
                    context.scratch());
            case Reduction.Max max -> new ReductionInstruction(true, from, shape, max.axes(), to, context.lanes(),
                    context.scratch());
            case Reduction.ArgMax max -> new ArgMaxInstruction(from, shape, max.axis(), to, context.scratch());
        });
    }

    private void layout(Layout layout, Node node, Form form) {
        if (layout instanceof Layout.Reshape) {
            return;
        }
        List<Slot> in = node.operands().stream().map(value -> slot(value, form)).toList();
        Slot to = slot(node.result(0), form);
        List<Shape> shapes = node.operands().stream().map(value -> memory(value.shape(), form)).toList();
        Shape shape = shapes.get(0);
        Shape result = memory(node.result(0).shape(), form);
        (preparation.isMade(node.result(0)) ? prepared : instructions).add(switch (layout) {
            case Layout.Transpose transpose ->
                    StridedCopyInstruction.transpose(in.get(0), shape, transpose.order(), to);
            case Layout.Concat concat -> StridedCopyInstruction.concat(in, shapes, concat.axis(), to, result);
            case Layout.Slice slice ->
                    StridedCopyInstruction.slice(in.get(0), shape, memory(slice.starts(), form), to, result);
            case Layout.Pad pad ->
                    StridedCopyInstruction.pad(in.get(0), shape, memory(pad.before(), form), pad.value(), to, result);
            case Layout.Reshape reshape -> throw new IllegalStateException("a reshaped value is no copy");
            case Layout.BroadcastTo broadcast -> throw new IllegalStateException(broadcast + " is in no group");
        });
    }

    /** The axes in which memory is walked: blocked images have one more, and one of blocks for that of channels. */
    private static Shape memory(Shape shape, Form form) {
        return form == Form.BLOCKED ? BlockOperand.memory(shape) : shape;
    }

    private static List<Integer> memory(List<Integer> starts, Form form) {
        return form == Form.BLOCKED
                ? List.of(starts.get(0), starts.get(1) / Blocks.WIDTH, starts.get(2), starts.get(3), 0)
                : starts;
    }
}
