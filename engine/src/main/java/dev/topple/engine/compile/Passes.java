// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.graph.Elementwise;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Op;
import dev.topple.engine.graph.Reduction;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Unary;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What is done to a graph before a device lowers it: what nobody needs is dropped, what depends on constants alone is
 * computed, and what is computed twice is computed once. Each pass writes a new graph with the same inputs, outputs and
 * assignments.
 */
public final class Passes {

    /** Constants of more elements are not computed beforehand: they would take memory for good. */
    private static final int LARGEST_FOLDED = 4096;

    private static final Reduction.Sum WHOLE_SUM = new Reduction.Sum(List.of(0), false);

    /** Computes the results of an op from constant operands. */
    @FunctionalInterface
    public interface Evaluator {
        /** The results, rounded to the types that the op gives. */
        List<Tensor> evaluate(Op op, List<Tensor> operands);
    }

    private record Key(Op op, List<Value> operands) {}

    private final Graph source;
    private final Evaluator evaluator;
    private final GraphCopy copy = new GraphCopy();
    private final Map<Key, Node> known = new HashMap<>();

    private Passes(Graph source, Evaluator evaluator) {
        this.source = source;
        this.evaluator = evaluator;
    }

    /**
     * A graph that computes the same with less.
     *
     * @param evaluator computes constants
     */
    public static Graph tidy(Graph graph, Evaluator evaluator) {
        return new Passes(graph, evaluator).run();
    }

    /**
     * A tidy graph that computes the same, in which the images of batch normalisation and its gradient are written as
     * elementwise ops: what a device that fuses such ops lowers.
     *
     * @param evaluator computes constants
     */
    public static Graph decompose(Graph graph, Evaluator evaluator) {
        return tidy(Decomposition.of(tidy(graph, evaluator)), evaluator);
    }

    /** Folding leaves the operands of what it folded behind, so the copy is pruned once more. */
    private Graph run() {
        Passes pruning = new Passes(rewrite(this::tidy), evaluator);
        return pruning.rewrite(pruning.copy::keep);
    }

    /** Copies what is needed, node by node. */
    private Graph rewrite(Consumer<Node> each) {
        Set<Node> needed = needed();
        source.nodes().stream().filter(needed::contains).forEach(each);
        return copy.finish(source);
    }

    private Set<Node> needed() {
        Set<Node> needed = new HashSet<>();
        source.outputs().values().forEach(value -> needed.add(value.node()));
        source.assignments().values().forEach(value -> needed.add(value.node()));
        List<Node> nodes = source.nodes();
        for (int id = nodes.size() - 1; id >= 0; id--) {
            if (needed.contains(nodes.get(id))) {
                nodes.get(id).operands().forEach(operand -> needed.add(operand.node()));
            }
        }
        return needed;
    }

    private void tidy(Node node) {
        List<Value> operands = copy.operands(node);
        if (changesNothing(node)) {
            // Such nodes matter to differentiation alone, and that is over.
            copy.put(node, operands);
            return;
        }
        Node merged = known.get(new Key(node.op(), operands));
        if (merged != null) {
            copy.put(node, merged.results());
            return;
        }
        List<Value> results = foldUniform(node, operands)
                .orElseGet(() -> folds(node, operands) ? fold(node, operands)
                        : copy.add(node.op(), operands).results());
        known.put(new Key(node.op(), operands), results.get(0).node());
        copy.put(node, results);
    }

    private static boolean changesNothing(Node node) {
        return switch (node.op()) {
            case Unary.StopGradient stop -> true;
            case Layout.Reshape reshape -> reshape.shape().equals(node.operand(0).shape());
            case Layout.BroadcastTo broadcast -> broadcast.shape().equals(node.operand(0).shape());
            default -> false;
        };
    }

    /**
     * What is computed from fills alone and is a fill again is folded at any size: it takes no memory, and what one
     * image sees does not come to depend on how many there are (a device need not round as the evaluator does).
     */
    private Optional<List<Value>> foldUniform(Node node, List<Value> operands) {
        if (operands.isEmpty() || node.result(0).dtype() != DType.F32
                || !operands.stream().allMatch(operand -> operand.node().op() instanceof Source.Fill)) {
            return Optional.empty();
        }
        List<Tensor> scalars = operands.stream()
                .map(operand -> Tensor.scalar(((Source.Fill) operand.node().op()).value())).toList();
        return switch (node.op()) {
            case Elementwise op -> Optional.of(fill(node, evaluator.evaluate(op, scalars).get(0)));
            case Layout.Reshape reshape -> Optional.of(fill(node, scalars.get(0)));
            case Layout.BroadcastTo broadcast -> Optional.of(fill(node, scalars.get(0)));
            case Layout.Transpose transpose -> Optional.of(fill(node, scalars.get(0)));
            case Layout.Slice slice -> Optional.of(fill(node, scalars.get(0)));
            case Reduction.Max max -> Optional.of(fill(node, scalars.get(0)));
            case Reduction.Sum sum when addends(node, sum) <= LARGEST_FOLDED -> {
                Tensor addends = Tensor.filled(Shape.of(addends(node, sum)), scalars.get(0).floats()[0]);
                yield Optional.of(fill(node, evaluator.evaluate(WHOLE_SUM, List.of(addends)).get(0)));
            }
            default -> Optional.empty();
        };
    }

    private static int addends(Node node, Reduction.Sum sum) {
        return Reduction.count(node.operand(0).shape(), sum.axes());
    }

    private List<Value> fill(Node node, Tensor scalar) {
        return constant(new Source.Fill(node.result(0).shape(), scalar.floats()[0]));
    }

    private boolean folds(Node node, List<Value> operands) {
        return !operands.isEmpty() && node.results().size() == 1
                && node.result(0).shape().size() <= LARGEST_FOLDED
                && operands.stream().allMatch(operand -> constant(operand) && operand.shape().size() <= LARGEST_FOLDED);
    }

    private static boolean constant(Value value) {
        return value.node().op() instanceof Source.Constant || value.node().op() instanceof Source.Fill;
    }

    private List<Value> fold(Node node, List<Value> operands) {
        List<Tensor> inputs = new ArrayList<>();
        for (Value operand : operands) {
            inputs.add(switch (operand.node().op()) {
                case Source.Constant constant -> constant.tensor();
                case Source.Fill fill -> Tensor.filled(fill.shape(), fill.value());
                default -> throw new IllegalStateException(operand + " is no constant");
            });
        }
        Tensor result = evaluator.evaluate(node.op(), inputs).get(0);
        Op source = uniform(result) ? new Source.Fill(result.shape(), result.floats()[0]) : Source.Constant.of(result);
        return constant(source);
    }

    private List<Value> constant(Op source) {
        return known.computeIfAbsent(new Key(source, List.of()), key -> copy.add(source, List.of())).results();
    }

    private static boolean uniform(Tensor tensor) {
        if (tensor.dtype() != DType.F32 || tensor.shape().size() == 0) {
            return false;
        }
        int first = Float.floatToRawIntBits(tensor.floats()[0]);
        for (float value : tensor.floats()) {
            if (Float.floatToRawIntBits(value) != first) {
                return false;
            }
        }
        return true;
    }
}
