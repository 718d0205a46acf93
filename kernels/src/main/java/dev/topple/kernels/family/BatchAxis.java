// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import java.util.ArrayList;
import java.util.List;

/**
 * A leading axis of a product.
 *
 * @param size how many matrices
 * @param strideA elements from one matrix of A to the next; 0 where all share one
 * @param strideB the same of B
 * @param strideC the same of the result
 */
record BatchAxis(int size, long strideA, long strideB, long strideC) {

    /** One matrix. */
    static final BatchAxis SINGLE = new BatchAxis(1, 0, 0, 0);

    /** The leading axes of two operands, broadcast, as few as describe them. */
    static List<BatchAxis> of(int[] a, int[] b, long matrixA, long matrixB, long matrixC) {
        List<BatchAxis> out = new ArrayList<>();
        long strideA = matrixA;
        long strideB = matrixB;
        long strideC = matrixC;
        for (int axis = 1; axis <= Math.max(a.length, b.length); axis++) {
            int ofA = axis <= a.length ? a[a.length - axis] : 1;
            int ofB = axis <= b.length ? b[b.length - axis] : 1;
            int size = Math.max(ofA, ofB);
            BatchAxis here = new BatchAxis(size, ofA == 1 ? 0 : strideA, ofB == 1 ? 0 : strideB, strideC);
            strideA *= ofA;
            strideB *= ofB;
            strideC *= size;
            if (size > 1) {
                if (!out.isEmpty() && out.get(0).joins(here)) {
                    BatchAxis last = out.remove(0);
                    here = new BatchAxis(Math.multiplyExact(size, last.size), last.strideA, last.strideB, last.strideC);
                }
                out.add(0, here);
            }
        }
        return out;
    }

    /** Whether an axis further out goes on where this one ends. */
    private boolean joins(BatchAxis outer) {
        return outer.strideA == size * strideA && outer.strideB == size * strideB && outer.strideC == size * strideC;
    }
}
