// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.kernel.MatMulKernel;
import dev.topple.engine.graph.MatMul;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.List;

/** Lowers matrix products, and products of nothing. */
final class Products {

    private final CpuContext context;
    private final List<CpuInstruction> instructions;

    Products(CpuContext context, List<CpuInstruction> instructions) {
        this.context = context;
        this.instructions = instructions;
    }

    void matMul(MatMul op, List<Shape> shapes, List<Slot> in, Slot out) {
        MatMulKernel kernel = new MatMulKernel(context.gemm(), shapes.get(0), shapes.get(1), op.transposeA(),
                op.transposeB());
        instructions.add(new ProductInstruction("MatMul " + turned(shapes.get(0), op.transposeA()) + " by "
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

    private static Slot memory(int size) {
        return Slot.working(DType.F32, size);
    }
}
