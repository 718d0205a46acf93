// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.reference;

import dev.topple.engine.graph.RandomOp;
import dev.topple.engine.random.Philox;
import dev.topple.engine.tensor.Shape;

/** Random numbers, as {@link Philox} defines them: float32 values, so that every device has the same ones. */
final class RandomNumbers {

    private RandomNumbers() {}

    static Array evaluate(RandomOp op, Array keys, Shape result) {
        int each = op.each().size();
        double[] y = new double[result.size()];
        for (int i = 0; i < y.length; i++) {
            int k0 = keys.ints()[i / each * 2];
            int k1 = keys.ints()[i / each * 2 + 1];
            int j = i % each;
            y[i] = switch (op) {
                case RandomOp.Uniform uniform -> Philox.uniform(Philox.element(k0, k1, uniform.stream(), j));
                case RandomOp.Normal normal -> {
                    int a = Philox.element(k0, k1, normal.stream(), j & ~1);
                    int b = Philox.element(k0, k1, normal.stream(), j | 1);
                    yield (float) ((j & 1) == 0 ? Philox.normalCosine(a, b) : Philox.normalSine(a, b));
                }
            };
        }
        return Array.of(result, y);
    }
}
