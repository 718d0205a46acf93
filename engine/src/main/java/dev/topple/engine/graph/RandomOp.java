// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.List;

/**
 * Random floats, counter-based (Philox; {@code dev.topple.engine.random.Philox} says which element gets which number).
 * The operand holds one 64-bit key per image as two i32 words, {@code [N, 2]}: an image's numbers depend on its own
 * key, the stream and the element's position, never on its neighbours. Equal keys and streams give equal numbers. No
 * gradient.
 */
public sealed interface RandomOp extends Op {

    /** The shape of one image's numbers. */
    Shape each();

    /** Tells apart the draws within one program. */
    int stream();

    @Override
    default List<TensorType> results(List<TensorType> operands) {
        Check.operands(this, operands, 1);
        Check.dtype(this, operands, 0, DType.I32);
        Check.rank(this, operands, 0, 2);
        Check.require(operands.get(0).shape().dim(1) == 2, this, "a key has two words", operands);
        int[] dims = new int[each().rank() + 1];
        dims[0] = operands.get(0).shape().dim(0);
        System.arraycopy(each().dims(), 0, dims, 1, each().rank());
        return List.of(TensorType.f32(dims));
    }

    @Override
    default boolean differentiable() {
        return false;
    }

    @Override
    default void gradient(Adjoint adjoint) {
        throw new IllegalStateException(mnemonic() + " has no gradient");
    }

    /** Uniform in [0, 1), multiples of 2^-24. */
    record Uniform(Shape each, int stream) implements RandomOp {}

    /** Normal with mean 0 and deviation 1, by Box and Muller's method. */
    record Normal(Shape each, int stream) implements RandomOp {}

    /** Uniform numbers in [0, 1), of shape {@code [N, each]}. */
    static Value uniform(Value keys, Shape each, int stream) {
        return keys.graph().apply(new Uniform(each, stream), keys);
    }

    /** Normal numbers, of shape {@code [N, each]}. */
    static Value normal(Value keys, Shape each, int stream) {
        return keys.graph().apply(new Normal(each, stream), keys);
    }

    /**
     * Dropout (Srivastava et al., 2014): each element is 0 with the given probability, else divided by one minus it.
     *
     * @param x floats {@code [N, ...]}
     * @param keys a key per image, {@code [N, 2]}
     */
    static Value dropout(Value x, double probability, Value keys, int stream) {
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException("dropout: probability " + probability + " is not in [0, 1)");
        }
        Shape each = Shape.of(java.util.Arrays.copyOfRange(x.shape().dims(), 1, x.shape().rank()));
        Value keep = uniform(keys, each, stream).compare(Relation.GREATER_OR_EQUAL, probability);
        return keep.choose(x.times(1 / (1 - probability)), x.graph().fill(Shape.scalar(), 0));
    }
}
