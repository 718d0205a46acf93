// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

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
    private final List<CpuInstruction> instructions = new ArrayList<>();
    private final Map<Value, Slot> slots = new HashMap<>();
    private final Map<String, Slot> inputs = new LinkedHashMap<>();
    private final Set<Value> keptRoots = new HashSet<>();

    /**
     * What running a program takes.
     *
     * @param inputs where fed values go
     * @param outputs where values that leave lie
     */
    record Lowered(List<CpuInstruction> instructions, Map<String, Slot> inputs, Map<String, Slot> outputs) {}

    private Lowering(Graph graph, Function<Variable, VariableStorage> variables, CpuContext context) {
        this.variables = variables;
        this.context = context;
        this.products = new Products(context, instructions);
        graph.outputs().values().forEach(value -> keptRoots.add(root(value)));
    }

    /**
     * Lowers a graph.
     *
     * @param variables the storage of each variable
     * @param fuse whether ops become one instruction where they can
     */
    static Lowered lower(Graph graph, Function<Variable, VariableStorage> variables, CpuContext context,
            boolean fuse) {
        Lowering lowering = new Lowering(graph, variables, context);
        for (Unit unit : Fusion.units(graph, fuse)) {
            lowering.lower(unit);
        }
        Endings endings = new Endings(graph, lowering.instructions, lowering::slot, variables);
        Map<String, Slot> outputs = endings.finish();
        return new Lowered(lowering.instructions, lowering.inputs, outputs);
    }

    /** The value that a reshaped value is another view of. */
    static Value root(Value value) {
        Value root = value;
        while (root.node().op() instanceof Layout.Reshape) {
            root = root.node().operand(0);
        }
        return root;
    }

    /** Where a value lies; a new place if it has none yet. */
    private Slot slot(Value value) {
        return slots.computeIfAbsent(root(value), root -> {
            if (root.node().op() instanceof Source source) {
                return source(source);
            }
            return keptRoots.contains(root)
                    ? Slot.persistent(root.dtype(), root.shape().size())
                    : Slot.working(root.dtype(), root.shape().size());
        });
    }

    private List<Slot> slots(List<Value> values) {
        return values.stream().map(this::slot).toList();
    }

    private void lower(Unit unit) {
        if (unit.isElementwise()) {
            BlockCompiler compiler = new BlockCompiler(unit.nodes(), this::slot);
            instructions.add(compiler.compile(unit.results(), context.lanes(), context.scratch()));
            return;
        }
        Node node = unit.first();
        List<Shape> shapes = node.operands().stream().map(Value::shape).toList();
        Shape result = node.result(0).shape();
        if (Fusion.isProductOfNothing(node)) {
            products.ofNothing(slot(node.result(0)));
            return;
        }
        switch (node.op()) {
            case Source source -> {
                // It gets a place when it is first asked for.
            }
            case Elementwise elementwise -> throw new IllegalStateException(elementwise + " is in no group");
            case Reduction reduction -> reduce(reduction, node);
            case MatMul product -> products.matMul(product, shapes, slots(node.operands()), slot(node.result(0)));
            case Convolution convolution -> products.convolution(convolution, unit, this::slot);
            case BatchNorm norm -> instructions.add(new BatchNormInstruction(norm, slots(node.operands()),
                    shapes.get(0), slot(node.result(1)), slot(node.result(2)), context.lanes(), context.scratch()));
            case Pooling pooling -> instructions.add(new PoolingInstruction(pooling, slots(node.operands()),
                    shapes.get(0), slots(node.results()), result));
            case Resampling resampling -> instructions.add(new ResizeInstruction(resampling, slot(node.operand(0)),
                    shapes.get(0), slot(node.result(0)), result, context.lanes(), context.scratch()));
            case Layout layout -> layout(layout, node);
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

    private void reduce(Reduction reduction, Node node) {
        Slot from = slot(node.operand(0));
        Slot to = slot(node.result(0));
        Shape shape = node.operand(0).shape();
        instructions.add(switch (reduction) {
            case Reduction.Sum sum -> new ReductionInstruction(false, from, shape, sum.axes(), to, context.lanes(),
                    context.scratch());
            case Reduction.Max max -> new ReductionInstruction(true, from, shape, max.axes(), to, context.lanes(),
                    context.scratch());
            case Reduction.ArgMax max -> new ArgMaxInstruction(from, shape, max.axis(), to, context.scratch());
        });
    }

    private void layout(Layout layout, Node node) {
        if (layout instanceof Layout.Reshape) {
            return;
        }
        Slot from = slot(node.operand(0));
        Slot to = slot(node.result(0));
        Shape shape = node.operand(0).shape();
        Shape result = node.result(0).shape();
        instructions.add(switch (layout) {
            case Layout.Transpose transpose -> StridedCopyInstruction.transpose(from, shape, transpose.order(), to);
            case Layout.Concat concat -> StridedCopyInstruction.concat(slots(node.operands()),
                    node.operands().stream().map(Value::shape).toList(), concat.axis(), to, result);
            case Layout.Slice slice -> StridedCopyInstruction.slice(from, shape, slice.starts(), to, result);
            case Layout.Pad pad -> StridedCopyInstruction.pad(from, shape, pad.before(), pad.value(), to, result);
            case Layout.Reshape reshape -> throw new IllegalStateException("a reshaped value is no copy");
            case Layout.BroadcastTo broadcast -> throw new IllegalStateException(broadcast + " is in no group");
        });
    }
}
