// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.blocked.ConvolutionPlan;
import dev.topple.engine.cpu.blocked.ConvolutionTask;
import dev.topple.engine.cpu.blocked.Epilogue;
import dev.topple.engine.cpu.blocked.Form;
import dev.topple.engine.cpu.blocked.WeightGradient;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/** Lowers convolutions: chooses algorithms, prepares weights, fuses epilogues. */
final class Convolutions {

    /** Where values lie in either form. */
    @FunctionalInterface
    interface Places {
        Slot slot(Value value, Form form);
    }

    /**
     * Tells the packed forms of one weight apart. For the image's gradient a form has a part for each residue of rows
     * and columns by the strides, so an image smaller than the stride has fewer of them.
     */
    private record Packing(String algorithm, int size, boolean backward, Geometry geometry, Form source, Form target,
            int rowPhases, int columnPhases) {

        static Packing of(ConvolutionPlan plan, ConvolutionTask task) {
            Geometry geometry = task.geometry();
            return new Packing(plan.algorithm(), plan.packedSize(), task.backward(), geometry, task.source(),
                    task.target(), Math.min(geometry.strideH(), task.targetHeight()),
                    Math.min(geometry.strideW(), task.targetWidth()));
        }
    }

    private record Known(Slot weight, Packing form) {}

    private final CpuContext context;
    private final List<CpuInstruction> instructions;
    private final Places places;
    private final Predicate<Slot> changes;
    private final Map<Known, PackedWeight> packed = new HashMap<>();

    /**
     * Lowers the convolutions of one graph.
     *
     * @param instructions to which they are added
     * @param changes whether what lies in a slot is another with each run, because the program itself computes it
     */
    Convolutions(CpuContext context, List<CpuInstruction> instructions, Places places, Predicate<Slot> changes) {
        this.context = context;
        this.instructions = instructions;
        this.places = places;
        this.changes = changes;
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
        Shape weight = node.operand(1).shape();
        Shape to = node.result(0).shape();
        switch (op) {
            case Convolution.Conv2d conv -> product(unit, ConvolutionTask.forward(conv.geometry(), from.dim(0),
                    from.dim(1), from.dim(2), from.dim(3), to.dim(1), weight.dim(2), weight.dim(3), source, target));
            case Convolution.InputGradient conv -> product(unit, ConvolutionTask.inputGradient(conv.geometry(),
                    to.dim(0), to.dim(1), to.dim(2), to.dim(3), from.dim(1), weight.dim(2), weight.dim(3), source,
                    target));
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

    private static String lower(Form form) {
        return form.name().toLowerCase(Locale.ROOT);
    }

    private void product(Unit unit, ConvolutionTask task) {
        Node node = unit.first();
        Slot weight = places.slot(node.operand(1), Form.PLAIN);
        Unit.Epilogue wanted = unit.epilogue();
        Epilogue epilogue = new Epilogue(wanted.scale().isPresent(), wanted.shift().isPresent(),
                wanted.residual().isPresent(), wanted.relu(), wanted.mask().isPresent());
        AlgorithmChoice choice = AlgorithmChoice.of(task, epilogue, changes.test(weight), context);
        ConvolutionPlan plan = choice.plan();
        PackedWeight prepared = packed(weight, node.operand(1).shape(), task, plan);
        ConvolutionInstruction.Extras extras = new ConvolutionInstruction.Extras(
                wanted.scale().map(value -> places.slot(value, Form.PLAIN)),
                wanted.shift().map(value -> places.slot(value, Form.PLAIN)),
                wanted.residual().map(value -> places.slot(value, task.target())),
                wanted.mask().map(value -> places.slot(value, task.target())));
        String name = name(task.backward() ? "InputGradient" : "Conv2d", unit, node.operand(0).shape(),
                node.operand(1).shape(), task.geometry());
        instructions.add(new ConvolutionInstruction(name, choice.reason(), plan, epilogue,
                places.slot(node.operand(0), task.source()), prepared, extras,
                places.slot(unit.last().result(0), task.target()), memory(plan.scratch(context.workers().threads()))));
    }

    private static String name(String op, Unit unit, Shape from, Shape weight, Geometry geometry) {
        Unit.Epilogue epilogue = unit.epilogue();
        return op + " " + from + " with " + weight
                + (geometry.strideH() * geometry.strideW() > 1 ? ", stride " + geometry.strideH() : "")
                + (geometry.dilationH() * geometry.dilationW() > 1 ? ", dilation " + geometry.dilationH() : "")
                + (geometry.groups() > 1 ? ", groups " + geometry.groups() : "")
                + (epilogue.scale().isPresent() ? " + scale" : "") + (epilogue.shift().isPresent() ? " + shift" : "")
                + (epilogue.residual().isPresent() ? " + residual" : "") + (epilogue.relu() ? " + Relu" : "")
                + (epilogue.mask().isPresent() ? " + ReluGradient" : "");
    }

    private static Slot memory(int size) {
        return Slot.working(DType.F32, size);
    }

    private PackedWeight packed(Slot weight, Shape shape, ConvolutionTask task, ConvolutionPlan plan) {
        Packing form = Packing.of(plan, task);
        Known key = new Known(weight, form);
        PackedWeight known = packed.get(key);
        if (known == null) {
            known = PackedWeight.of(weight, form, plan.packedSize());
            packed.put(key, known);
            instructions.add(new PackInstruction("weight " + shape + " for " + plan.algorithm()
                    + (task.backward() ? ", backward" : ""), weight, known, plan));
        }
        return known;
    }
}
