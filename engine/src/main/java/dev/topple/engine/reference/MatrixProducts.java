// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.reference;

import dev.topple.engine.graph.MatMul;
import dev.topple.engine.tensor.Shape;

/** The matrix product. */
final class MatrixProducts {

    private MatrixProducts() {}

    static Array evaluate(MatMul op, Array a, Array b, Shape result) {
        int m = result.dim(-2);
        int n = result.dim(-1);
        int inner = a.shape().dim(op.transposeA() ? -2 : -1);
        Shape batch = MatMul.batch(result);
        int[] matrixA = Array.sources(batch, MatMul.batch(a.shape()).broadcastStrides(batch), 0);
        int[] matrixB = Array.sources(batch, MatMul.batch(b.shape()).broadcastStrides(batch), 0);
        double[] y = new double[result.size()];
        for (int p = 0; p < batch.size(); p++) {
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int k = 0; k < inner; k++) {
                        int inA = op.transposeA() ? k * m + i : i * inner + k;
                        int inB = op.transposeB() ? j * inner + k : k * n + j;
                        sum += a.doubles()[matrixA[p] * m * inner + inA] * b.doubles()[matrixB[p] * inner * n + inB];
                    }
                    y[(p * m + i) * n + j] = sum;
                }
            }
        }
        return Array.of(result, y);
    }
}
