// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.reference;

import dev.topple.engine.compile.Passes;
import dev.topple.engine.graph.Op;
import dev.topple.engine.tensor.Tensor;
import java.util.List;

/** Evaluates one op on host tensors, in float64, rounded at the end: how devices compute constants beforehand. */
public final class ReferenceEvaluator implements Passes.Evaluator {

    /** It has no state; any number of them are equal. */
    public ReferenceEvaluator() {}

    @Override
    public List<Tensor> evaluate(Op op, List<Tensor> operands) {
        return Interpreter.evaluate(op, operands.stream().map(Array::copyOf).toList()).stream()
                .map(Array::toTensor).toList();
    }
}
