// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.compile.Unit;
import dev.topple.engine.graph.Elementwise;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Op;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.kernels.family.Operand;
import dev.topple.kernels.family.elementwise.Chain;
import dev.topple.kernels.family.elementwise.Expression;
import dev.topple.kernels.launch.Form;
import dev.topple.kernels.launch.Region;
import dev.topple.kernels.module.KernelModules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Writes groups of elementwise nodes as one kernel each, whose text is loaded at once. */
final class ElementwiseLowering {

    private static final int NAMED = 6;

    private final Values values;
    private final KernelModules modules;

    ElementwiseLowering(Values values, KernelModules modules) {
        this.values = values;
        this.modules = modules;
    }

    /** The stage of a group; none where its values have no elements. */
    Optional<Stage> lower(Unit unit) {
        Shape shape = unit.first().result(0).shape();
        Set<Node> inside = new HashSet<>(unit.nodes());
        Map<Value, Operand> outside = new LinkedHashMap<>();
        for (Node node : unit.nodes()) {
            for (Value operand : node.operands()) {
                if (!inside.contains(operand.node()) && scalar(operand).isEmpty()) {
                    outside.computeIfAbsent(operand, values::natural);
                }
            }
        }
        // What leaves the program, an attack's iterate say, leaves it in the plain form.
        boolean images = !unit.isLast() && outside.values().stream()
                .anyMatch(operand -> operand.form() == Form.NHWC && operand.shape().equals(shape));
        Form form = images ? Form.NHWC : Form.PLAIN;
        List<Operand> results = unit.results().stream().map(value -> values.result(value, form)).toList();
        List<Operand> operands = List.copyOf(outside.values());
        Optional<Chain> chain = Chain.of(expression(unit, outside.keySet()), operands, results);
        chain.ifPresent(one -> modules.add(one.module(), one.text()));
        return chain.map(one -> Stage.of(name(unit) + " " + shape + (images ? " channels last" : ""), "",
                List.of(one.launch()), overwritable(operands, results.get(0))));
    }

    private static Expression expression(Unit unit, Set<Value> outside) {
        Expression.Builder builder = new Expression.Builder();
        Map<Value, Integer> numbers = new HashMap<>();
        outside.forEach(value -> numbers.put(value, builder.operand(value.dtype())));
        for (Node node : unit.nodes()) {
            int[] arguments = node.operands().stream().mapToInt(operand -> number(operand, numbers, builder)).toArray();
            numbers.put(node.result(0), switch (node.op()) {
                case Layout.BroadcastTo broadcast -> arguments[0];
                case Elementwise op -> builder.apply(op, arguments);
                case Op op -> throw new IllegalStateException(op + " is not elementwise");
            });
        }
        unit.results().forEach(result -> builder.result(numbers.get(result)));
        return builder.build();
    }

    private static int number(Value value, Map<Value, Integer> numbers, Expression.Builder builder) {
        Integer known = numbers.get(value);
        if (known == null) {
            Tensor scalar = scalar(value).orElseThrow();
            known = switch (scalar.dtype()) {
                case F32 -> builder.constant(scalar.floats()[0]);
                case I32 -> builder.constant(DType.I32, scalar.ints()[0]);
                case BOOL -> builder.constant(DType.BOOL, scalar.booleans()[0] ? 1 : 0);
            };
            numbers.put(value, known);
        }
        return known;
    }

    /** A constant that is the same for all elements and so needs no memory. */
    private static Optional<Tensor> scalar(Value value) {
        return switch (value.node().op()) {
            case Source.Fill fill -> Optional.of(Tensor.scalar(fill.value()));
            case Source.Constant constant when constant.tensor().shape().size() == 1 ->
                    Optional.of(constant.tensor());
            default -> Optional.empty();
        };
    }

    /** Operands whose elements are read by the thread alone that writes the results' elements at the same place. */
    private static Set<Region> overwritable(List<Operand> operands, Operand result) {
        Set<Region> regions = operands.stream().map(Operand::region).collect(Collectors.toCollection(HashSet::new));
        for (Operand operand : operands) {
            boolean alike = operand.shape().equals(result.shape())
                    && (operand.form() == result.form() || Values.isEitherForm(result.shape()));
            if (!alike) {
                regions.remove(operand.region());
            }
        }
        return regions;
    }

    private static String name(Unit unit) {
        List<String> names = new ArrayList<>();
        unit.nodes().stream().limit(NAMED).forEach(node -> names.add(node.op().mnemonic()));
        return String.join(" ", names) + (unit.nodes().size() > NAMED ? " … (" + unit.nodes().size() + " ops)" : "");
    }
}
