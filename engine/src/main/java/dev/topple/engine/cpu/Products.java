// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.kernel.Conv2dInputGradientKernel;
import dev.topple.engine.cpu.kernel.Conv2dKernel;
import dev.topple.engine.cpu.kernel.Conv2dWeightGradientKernel;
import dev.topple.engine.cpu.kernel.GemmEpilogue;
import dev.topple.engine.cpu.kernel.MatMulKernel;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.MatMul;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Lowers matrix products and convolutions: chooses kernels, packs weights, fuses epilogues. */
final class Products {

    /**
     * Tells the packed forms of one weight apart. For the image's gradient a form has a part for each residue of rows
     * and columns by the strides, so an image smaller than the stride has fewer of them.
     */
    private record Packed(boolean backward, Convolution.Geometry geometry, Shape weight, int rowPhases,
            int columnPhases) {

        static Packed forward(Convolution.Geometry geometry, Shape weight) {
            return new Packed(false, geometry, weight, 1, 1);
        }

        static Packed backward(Convolution.Geometry geometry, Shape weight, Shape image) {
            return new Packed(true, geometry, weight, Math.min(geometry.strideH(), image.dim(2)),
                    Math.min(geometry.strideW(), image.dim(3)));
        }
    }

    private record Known(Slot weight, Packed form) {}

    private final CpuContext context;
    private final List<CpuInstruction> instructions;
    private final Map<Known, PackedWeight> packed = new HashMap<>();

    Products(CpuContext context, List<CpuInstruction> instructions) {
        this.context = context;
        this.instructions = instructions;
    }

    void matMul(MatMul op, List<Shape> shapes, List<Slot> in, Slot out) {
        MatMulKernel kernel = new MatMulKernel(context.gemm(), shapes.get(0), shapes.get(1), op.transposeA(),
                op.transposeB());
        instructions.add(ProductInstruction.matMul("MatMul " + turned(shapes.get(0), op.transposeA()) + " by "
                + turned(shapes.get(1), op.transposeB()), kernel, in.get(0), in.get(1), out,
                memory(kernel.scratch(context.workers().threads()))));
    }

    /** A product of nothing, over images or channels of which there are none: all zeros. */
    void ofNothing(Slot out) {
        instructions.add(new CopyInstruction(Slot.constant(Tensor.filled(Shape.of(out.size()), 0)), out, "zeros"));
    }

    private static String turned(Shape shape, boolean transposed) {
        return shape + (transposed ? "'" : "");
    }

    void convolution(Convolution op, Unit unit, Function<Value, Slot> slots) {
        List<Value> operands = unit.first().operands();
        Shape first = operands.get(0).shape();
        Shape second = operands.get(1).shape();
        Shape result = unit.first().result(0).shape();
        switch (op) {
            case Convolution.Conv2d conv -> {
                GemmEpilogue epilogue = epilogue(unit.epilogue());
                Conv2dKernel kernel = new Conv2dKernel(context.gemm(), conv.geometry(), first, second, epilogue);
                PackedWeight weight = packed(slots.apply(operands.get(1)), Packed.forward(conv.geometry(), second),
                        kernel.packedSize(), kernel::pack);
                instructions.add(ConvolutionInstruction.forward(
                        name("Conv2d", unit, first, second, conv.geometry()), kernel, epilogue,
                        slots.apply(operands.get(0)), weight, extras(unit.epilogue(), slots),
                        slots.apply(unit.last().result(0)), memory(kernel.scratch(context.workers().threads()))));
            }
            case Convolution.InputGradient conv -> {
                GemmEpilogue epilogue = epilogue(unit.epilogue());
                Conv2dInputGradientKernel kernel = new Conv2dInputGradientKernel(context.gemm(), conv.geometry(),
                        result, second, epilogue);
                PackedWeight weight = packed(slots.apply(operands.get(1)),
                        Packed.backward(conv.geometry(), second, result), kernel.packedSize(), kernel::pack);
                instructions.add(ConvolutionInstruction.backward(
                        name("InputGradient", unit, first, second, conv.geometry()), kernel, epilogue,
                        slots.apply(operands.get(0)), weight, extras(unit.epilogue(), slots),
                        slots.apply(unit.last().result(0)), memory(kernel.scratch(context.workers().threads()))));
            }
            case Convolution.WeightGradient conv -> {
                Conv2dWeightGradientKernel kernel = new Conv2dWeightGradientKernel(context.gemm(), conv.geometry(),
                        first, result);
                instructions.add(ProductInstruction.weightGradient(
                        name("WeightGradient", unit, first, result, conv.geometry()), kernel,
                        slots.apply(operands.get(0)), slots.apply(operands.get(1)),
                        slots.apply(unit.first().result(0)), memory(kernel.scratch(context.workers().threads()))));
            }
        }
    }

    private static String name(String op, Unit unit, Shape image, Shape weight, Convolution.Geometry geometry) {
        Unit.Epilogue epilogue = unit.epilogue();
        return op + " " + image + " with " + weight
                + (geometry.strideH() * geometry.strideW() > 1 ? ", stride " + geometry.strideH() : "")
                + (geometry.dilationH() * geometry.dilationW() > 1 ? ", dilation " + geometry.dilationH() : "")
                + (geometry.groups() > 1 ? ", groups " + geometry.groups() : "")
                + (epilogue.scale().isPresent() ? " + scale" : "") + (epilogue.shift().isPresent() ? " + shift" : "")
                + (epilogue.residual().isPresent() ? " + residual" : "") + (epilogue.relu() ? " + Relu" : "");
    }

    private static GemmEpilogue epilogue(Unit.Epilogue epilogue) {
        return new GemmEpilogue(epilogue.scale().isPresent(), epilogue.shift().isPresent(),
                epilogue.residual().isPresent(), epilogue.relu());
    }

    private static ConvolutionInstruction.Extras extras(Unit.Epilogue epilogue, Function<Value, Slot> slots) {
        return new ConvolutionInstruction.Extras(epilogue.scale().map(slots), epilogue.shift().map(slots),
                epilogue.residual().map(slots));
    }

    private static Slot memory(int size) {
        return Slot.working(DType.F32, size);
    }

    private PackedWeight packed(Slot weight, Packed form, int size, PackInstruction.Packing packing) {
        Known key = new Known(weight, form);
        PackedWeight known = packed.get(key);
        if (known == null) {
            known = PackedWeight.of(weight, form, size);
            packed.put(key, known);
            instructions.add(new PackInstruction("weight " + form.weight()
                    + (form.backward() ? " for the image's gradient" : ""), weight, known, packing));
        }
        return known;
    }
}
