// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.reference;

import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Elementwise;
import dev.topple.engine.graph.Indexing;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.MatMul;
import dev.topple.engine.graph.Op;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.RandomOp;
import dev.topple.engine.graph.Reduction;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Source;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.List;

/** Computes one op: hands it to the file of its family. */
final class Interpreter {

    private Interpreter() {}

    /** The results of an op, one array each; sources have no operands to be computed from and are refused. */
    static List<Array> evaluate(Op op, List<Array> x) {
        List<TensorType> types = op.results(x.stream().map(Array::type).toList());
        Shape shape = types.get(0).shape();
        return switch (op) {
            case Source source -> throw new IllegalArgumentException(source + " is not computed from operands");
            case Elementwise elementwise -> List.of(Elements.evaluate(elementwise, x, types.get(0)));
            case Reduction reduction -> List.of(Reductions.evaluate(reduction, x.get(0), shape));
            case MatMul product -> List.of(MatrixProducts.evaluate(product, x.get(0), x.get(1), shape));
            case Convolution convolution -> List.of(Convolutions.evaluate(convolution, x.get(0), x.get(1), shape));
            case BatchNorm norm -> Normalisations.evaluate(norm, x);
            case Pooling pooling -> Poolings.evaluate(pooling, x, shape);
            case Resampling resampling -> List.of(Resamplings.evaluate(resampling, x.get(0), shape));
            case Layout layout -> List.of(Layouts.evaluate(layout, x, shape));
            case Softmax softmax -> List.of(SoftMaxima.evaluate(softmax, x, shape));
            case Indexing indexing -> List.of(Indexings.evaluate(indexing, x, shape));
            case RandomOp random -> List.of(RandomNumbers.evaluate(random, x.get(0), shape));
        };
    }
}
