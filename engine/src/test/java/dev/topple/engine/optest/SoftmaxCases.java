// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.optest;

import static dev.topple.engine.optest.Draw.floats;
import static dev.topple.engine.optest.Draw.ints;
import static dev.topple.engine.optest.Draw.normal;
import static dev.topple.engine.optest.Draw.uniform;

import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Cases of softmax and cross-entropy. */
final class SoftmaxCases {

    private SoftmaxCases() {}

    static List<OpCase> all() {
        List<OpCase> cases = new ArrayList<>();
        for (int axis = 0; axis < 3; axis++) {
            int over = axis;
            cases.add(OpCase.of("softmax/over axis " + axis, List.of(normal(3, 5, 7)), x -> x.get(0).softmax(over)));
            cases.add(OpCase.of("log softmax/over axis " + axis, List.of(normal(3, 5, 7)),
                    x -> x.get(0).logSoftmax(over)).within(Tolerance.SUMS));
        }
        cases.add(OpCase.of("softmax/of one class", List.of(normal(3, 1, 4)), x -> x.get(0).softmax(1)).flat(0));
        cases.add(OpCase.several("softmax/of large logits", List.of(uniform(-300, 300, 4, 9)),
                (g, x) -> List.of(x.get(0).softmax(1), x.get(0).logSoftmax(1))).within(new Tolerance(3e-5, 1e-6))
                .notSmooth());
        cases.add(OpCase.several("softmax/strange numbers", List.of(floats(Shape.of(4, 3), Float.NaN, 1, 2,
                Float.NEGATIVE_INFINITY, 0, 0, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY,
                Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, 0, 0)),
                (g, x) -> List.of(x.get(0).softmax(1), x.get(0).logSoftmax(1))).notSmooth());
        cases.addAll(losses("of images", Shape.of(2, 5, 3, 7), -1));
        cases.addAll(losses("of images of 13 classes", Shape.of(1, 13, 5, 4), 255));
        cases.addAll(losses("of vectors", Shape.of(7, 4), -100));
        cases.addAll(losses("of sequences", Shape.of(2, 3, 5), -1));
        cases.addAll(losses("of many classes", Shape.of(3, 40), -1));
        cases.addAll(losses("with a class that is ignored", Shape.of(2, 4, 3, 3), 2));
        cases.add(OpCase.several("cross entropy/labels out of range",
                List.of(normal(5, 3), ints(Shape.of(5), 0, 3, -1, 255, 2), normal(3), normal(5)), (g, x) -> List.of(
                        Softmax.crossEntropy(x.get(0), x.get(1), 255),
                        Softmax.crossEntropy(x.get(0), x.get(1), x.get(2), 255),
                        g.apply(new Softmax.CrossEntropyGradient(255), x.get(0), x.get(1), x.get(3)),
                        g.apply(new Softmax.CrossEntropyGradient(255), x.get(0), x.get(1), x.get(3), x.get(2))))
                .notSmooth());
        cases.add(OpCase.several("cross entropy/of large logits",
                List.of(uniform(-300, 300, 6, 4), ints(0, 4, 6)),
                (g, x) -> List.of(Softmax.crossEntropy(x.get(0), x.get(1), -1))).notSmooth());
        return cases;
    }

    /** Labels reach one class below the first, which is the ignored one in some of the cases. */
    private static List<OpCase> losses(String name, Shape logits, int ignored) {
        int classes = logits.dim(1);
        int[] places = new int[logits.rank() - 1];
        places[0] = logits.dim(0);
        for (int i = 1; i < places.length; i++) {
            places[i] = logits.dim(i + 1);
        }
        Draw labels = ints(ignored == -1 ? -1 : 0, classes, places);
        Draw scores = normal(logits.dims());
        Draw weights = uniform(0.5, 2, classes);
        return List.of(
                OpCase.of("cross entropy/" + name, List.of(scores, labels),
                        x -> Softmax.crossEntropy(x.get(0), x.get(1), ignored)).within(Tolerance.SUMS),
                OpCase.of("cross entropy/weighted " + name, List.of(scores, labels, weights),
                        x -> Softmax.crossEntropy(x.get(0), x.get(1), x.get(2), ignored)).within(Tolerance.SUMS),
                OpCase.of("cross entropy gradient/" + name, List.of(scores, labels, normal(places)),
                        x -> apply(new Softmax.CrossEntropyGradient(ignored), x)).within(Tolerance.SUMS),
                OpCase.of("cross entropy gradient/weighted " + name, List.of(scores, labels, normal(places), weights),
                        x -> apply(new Softmax.CrossEntropyGradient(ignored), x)).within(Tolerance.SUMS));
    }

    private static Value apply(Softmax op, List<Value> x) {
        return x.get(0).graph().apply(op, x.toArray(Value[]::new));
    }
}
