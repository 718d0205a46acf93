// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.List;

/** Ops that treat every element by itself; operands broadcast by NumPy's rules. */
public sealed interface Elementwise extends Op permits Unary, Binary, Elementwise.Where {

    /** Operands (condition, a, b): a where the condition is true, elsewhere b. */
    record Where() implements Elementwise {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.operands(this, operands, 3);
            Check.dtype(this, operands, 0, DType.BOOL);
            Check.require(operands.get(1).dtype() == operands.get(2).dtype(), this, "both choices must have one type",
                    operands);
            Shape shape = Check.broadcast(this, operands.get(0).shape(),
                    Check.broadcast(this, operands.get(1).shape(), operands.get(2).shape()));
            return List.of(operands.get(1).withShape(shape));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            Value condition = adjoint.operand(0);
            Value zero = adjoint.graph().fill(Shape.scalar(), 0);
            adjoint.add(1, () -> condition.choose(adjoint.of(0), zero));
            adjoint.add(2, () -> condition.choose(zero, adjoint.of(0)));
        }
    }
}
