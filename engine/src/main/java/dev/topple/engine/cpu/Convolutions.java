// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.compile.GraphFacts;
import dev.topple.engine.compile.Preparation;
import dev.topple.engine.compile.ProductEpilogue;
import dev.topple.engine.compile.Unit;
import dev.topple.engine.cpu.blocked.ConvolutionPlan;
import dev.topple.engine.cpu.blocked.ConvolutionTask;
import dev.topple.engine.cpu.blocked.Epilogue;
import dev.topple.engine.cpu.blocked.Epilogue.Bits;
import dev.topple.engine.cpu.blocked.Form;
import dev.topple.engine.cpu.blocked.JoinedPointwise;
import dev.topple.engine.cpu.blocked.WeightGradient;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Variable;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Lowers convolutions: chooses algorithms, prepares weights, fuses epilogues. */
final class Convolutions {

    /** Where values lie in either form. */
    @FunctionalInterface
    interface Places {
        Slot slot(Value value, Form form);
    }

    private record Known(Slot weight, Object packing) {}

    private final CpuContext context;
    private final List<CpuInstruction> prepared;
    private final List<CpuInstruction> instructions;
    private final Places places;
    private final ReluBits bits;
    private final Preparation preparation;
    private final Function<Variable, VariableStorage> variables;
    private final Map<Known, PackedWeight> packed = new HashMap<>();

    /**
     * Lowers the convolutions of one graph.
     *
     * @param prepared to which the packing of weights is added that are the same in each run
     * @param instructions to which everything else is added
     * @param bits which ReLUs leave bits
     * @param variables the storage of each variable
     */
    Convolutions(CpuContext context, List<CpuInstruction> prepared, List<CpuInstruction> instructions, Places places,
            ReluBits bits, Preparation preparation, Function<Variable, VariableStorage> variables) {
        this.context = context;
        this.prepared = prepared;
        this.instructions = instructions;
        this.places = places;
        this.bits = bits;
        this.preparation = preparation;
        this.variables = variables;
    }

    /**
     * One convolution.
     *
     * @param source the form of the image or of the gradient that is convolved
     * @param target the form of the result, and of a weight gradient's second operand
     */
    void lower(Convolution op, Unit unit, Form source, Form target) {
        Node node = unit.first();
        Shape from = node.operand(0).shape();
        Shape to = node.result(0).shape();
        switch (op) {
            case Convolution.Conv2d conv -> product(unit, task(conv, node, source, target));
            case Convolution.InputGradient conv -> product(unit, task(conv, node, source, target));
            case Convolution.WeightGradient conv -> {
                WeightGradient kernel = WeightGradient.of(context.simd(), conv.geometry(), from, to, source, target);
                instructions.add(new WeightGradientInstruction(
                        name("WeightGradient", unit, from, to, conv.geometry()),
                        kernel.algorithm() + ", " + lower(source) + " image, " + lower(target) + " gradient", kernel,
                        places.slot(node.operand(0), source), places.slot(node.operand(1), target),
                        places.slot(node.result(0), Form.PLAIN), memory(kernel.scratch(context.workers().threads()))));
            }
        }
    }

    /** What a convolution, or the gradient of one by its image, computes. */
    static ConvolutionTask task(Convolution op, Node node, Form source, Form target) {
        Shape from = node.operand(0).shape();
        Shape weight = node.operand(1).shape();
        Shape to = node.result(0).shape();
        return switch (op) {
            case Convolution.Conv2d conv -> ConvolutionTask.forward(conv.geometry(), from.dim(0), from.dim(1),
                    from.dim(2), from.dim(3), to.dim(1), weight.dim(2), weight.dim(3), source, target);
            case Convolution.InputGradient conv -> ConvolutionTask.inputGradient(conv.geometry(), to.dim(0), to.dim(1),
                    to.dim(2), to.dim(3), from.dim(1), weight.dim(2), weight.dim(3), source, target);
            case Convolution.WeightGradient conv -> throw new IllegalArgumentException(conv + " has another result");
        };
    }

    private static String lower(Form form) {
        return form.name().toLowerCase(Locale.ROOT);
    }

    private void product(Unit unit, ConvolutionTask task) {
        Node node = unit.first();
        ProductEpilogue wanted = unit.epilogue();
        Optional<Slot> written = wanted.relu() ? bits.slot(ReluBits.activated(unit)) : Optional.empty();
        Optional<Slot> mask = wanted.mask().map(value -> bits.mask(value, task.target(), places));
        Bits kind = written.isPresent() ? Bits.WRITTEN : ReluBits.kind(mask);
        Epilogue epilogue = new Epilogue(wanted.scale().isPresent(), wanted.shift().isPresent(),
                wanted.residual().isPresent(), wanted.relu(), wanted.ceiling(), wanted.mask().isPresent(), kind);
        int parts = unit.parts().size();
        AlgorithmChoice choice = parts > 0
                ? new AlgorithmChoice(new JoinedPointwise(context.tiles(), task, parts, epilogue), "direct, blocked to"
                        + " blocked; the gradients of " + parts + " convolutions of one image, joined")
                : AlgorithmChoice.of(task, epilogue, !preparation.isFixed(node.operand(1)), context);
        ConvolutionPlan plan = choice.plan();
        List<Slot> sources = (parts > 0 ? unit.parts() : List.of(node.operand(0))).stream()
                .map(value -> places.slot(value, task.source())).toList();
        PackedWeight weight = packed(node.operand(1), task, plan);
        ConvolutionInstruction.Extras extras = new ConvolutionInstruction.Extras(
                wanted.scale().map(value -> places.slot(value, Form.PLAIN)),
                wanted.shift().map(value -> places.slot(value, Form.PLAIN)),
                wanted.residual().map(value -> places.slot(value, task.target())),
                mask);
        String name = name(task.backward() ? "InputGradient" : "Conv2d", unit, node.operand(0).shape(),
                node.operand(1).shape(), task.geometry()) + ReluBits.text(kind);
        instructions.add(new ConvolutionInstruction(name, choice.reason(), plan, epilogue, sources, weight, extras,
                places.slot(unit.last().result(0), task.target()), written,
                memory(plan.scratch(context.workers().threads()))));
    }

    private static String name(String op, Unit unit, Shape from, Shape weight, Geometry geometry) {
        return op + " " + from + " with " + weight
                + (geometry.strideH() * geometry.strideW() > 1 ? ", stride " + geometry.strideH() : "")
                + (geometry.dilationH() * geometry.dilationW() > 1 ? ", dilation " + geometry.dilationH() : "")
                + (geometry.groups() > 1 ? ", groups " + geometry.groups() : "")
                + unit.epilogue().describe();
    }

    private static Slot memory(int size) {
        return Slot.working(DType.F32, size);
    }

    private PackedWeight packed(Value weight, ConvolutionTask task, ConvolutionPlan plan) {
        Slot slot = places.slot(weight, Form.PLAIN);
        Known key = new Known(slot, plan.packing());
        PackedWeight known = packed.get(key);
        if (known == null) {
            Value root = GraphFacts.root(weight);
            Optional<PackedWeight.Origin> origin = preparation.expression(root).map(
                    made -> new PackedWeight.Origin(made.key(), made.variables().stream().map(variables).toList()));
            known = new PackedWeight(origin, plan.packing(), plan.packedSize());
            packed.put(key, known);
            (preparation.isFixed(root) ? prepared : instructions).add(new PackInstruction("weight " + weight.shape()
                    + " for " + plan.algorithm() + (task.backward() ? ", backward" : ""), slot, known, plan));
        }
        return known;
    }
}
