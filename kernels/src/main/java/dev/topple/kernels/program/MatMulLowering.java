// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.Precision;
import dev.topple.engine.graph.MatMul;
import dev.topple.engine.graph.Node;
import dev.topple.engine.tensor.Shape;
import dev.topple.kernels.blas.Gemm;
import dev.topple.kernels.family.Epilogue;
import dev.topple.kernels.family.Operand;
import dev.topple.kernels.family.Products;
import dev.topple.kernels.launch.Form;
import dev.topple.kernels.launch.Region;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Writes products of matrices. */
final class MatMulLowering {

    private final CudaContext context;
    private final Values values;

    MatMulLowering(CudaContext context, Values values) {
        this.context = context;
        this.values = values;
    }

    /** A product of nothing, or over terms of which there are none: all zeros. */
    Stage ofNothing(Node node) {
        Region to = values.result(node.result(0), Form.PLAIN).region();
        return new Stage(Lowering.name(node), "", List.of(new Work.Fill(to, 0)));
    }

    Stage lower(MatMul op, Node node) {
        Operand a = values.in(node.operand(0), Form.PLAIN);
        Operand b = values.in(node.operand(1), Form.PLAIN);
        Region c = values.result(node.result(0), Form.PLAIN).region();
        Optional<Stage> library = context.blas().flatMap(blas -> byLibrary(op, node, a, b, c));
        if (library.isPresent()) {
            return library.get();
        }
        Products kernel =
                new Products(op.transposeA(), op.transposeB(), a.shape(), b.shape(), context.productPrecision());
        return Stage.of(Lowering.name(node), kernel.reason(),
                kernel.launches(a.region(), b.region(), Epilogue.none(), c), Set.of());
    }

    /** One call of the library, where each operand is one matrix or as many as the result. */
    private Optional<Stage> byLibrary(MatMul op, Node node, Operand a, Operand b, Region c) {
        Shape result = node.result(0).shape();
        int count = MatMul.batch(result).size();
        int ofA = MatMul.batch(a.shape()).size();
        int ofB = MatMul.batch(b.shape()).size();
        if ((ofA != 1 && ofA != count) || (ofB != 1 && ofB != count)) {
            return Optional.empty();
        }
        int m = result.dim(-2);
        int n = result.dim(-1);
        int k = a.shape().dim(op.transposeA() ? -2 : -1);
        Gemm.Arithmetic arithmetic =
                context.productPrecision() == Precision.FAST ? Gemm.Arithmetic.TF32 : Gemm.Arithmetic.FP32;
        Gemm gemm = new Gemm(op.transposeA(), op.transposeB(), m, n, k, a.shape().dim(-1), b.shape().dim(-1), n, 1, 0,
                arithmetic);
        return Optional.of(new Stage(Lowering.name(node), "cuBLAS, as asked for", List.of(new Work.Product(gemm,
                a.region(), ofA == 1 ? 0 : (long) m * k, b.region(), ofB == 1 ? 0 : (long) k * n, c, (long) m * n,
                count))));
    }
}
