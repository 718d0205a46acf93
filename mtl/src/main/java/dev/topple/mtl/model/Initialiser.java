// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;

/** What a variable holds before training. */
@FunctionalInterface
public interface Initialiser {

    /** Values of a shape; random ones come from the source alone. */
    Tensor values(Shape shape, RandomSource random);

    /** The same number everywhere. */
    static Initialiser constant(double value) {
        return (shape, random) -> Tensor.filled(shape, (float) value);
    }

    /** Normal numbers with mean 0 and a deviation. */
    static Initialiser normal(double deviation) {
        return (shape, random) -> {
            float[] values = new float[shape.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (deviation * random.nextGaussian());
            }
            return Tensor.of(shape, values);
        };
    }

    /**
     * Normal numbers with the deviation {@code sqrt(2 / n)} for a convolution's weight of {@code n} inputs to each
     * output (He et al., "Delving deep into rectifiers", 2015).
     */
    static Initialiser he() {
        return (shape, random) -> normal(Math.sqrt(2.0 / shape.product(1, shape.rank()))).values(shape, random);
    }

    /** Even numbers from -1/sqrt(n) to 1/sqrt(n), where n inputs make an output: what PyTorch's layers start with. */
    static Initialiser fanIn(int inputs) {
        double bound = 1 / Math.sqrt(inputs);
        return (shape, random) -> {
            float[] values = new float[shape.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextDouble(-bound, bound);
            }
            return Tensor.of(shape, values);
        };
    }
}
