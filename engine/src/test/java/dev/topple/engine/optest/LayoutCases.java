// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.optest;

import static dev.topple.engine.optest.Draw.bits;
import static dev.topple.engine.optest.Draw.booleans;
import static dev.topple.engine.optest.Draw.ints;
import static dev.topple.engine.optest.Draw.normal;

import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Indexing;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.RandomOp;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Cases of ops that move elements, choose them by index, or draw them at random. */
final class LayoutCases {

    private LayoutCases() {}

    static List<OpCase> all() {
        List<OpCase> cases = new ArrayList<>();
        cases.addAll(layout());
        cases.addAll(indexing());
        cases.addAll(random());
        return cases;
    }

    private static List<OpCase> layout() {
        return List.of(
                anyType("layout/reshape", x -> x.reshape(5, 12, 7)),
                anyType("layout/reshape to a vector", x -> x.reshape(420)),
                anyType("layout/transpose last", x -> x.transpose(0, 1, 3, 2)),
                anyType("layout/transpose channels last", x -> x.transpose(0, 2, 3, 1)),
                anyType("layout/transpose channels first", x -> x.transpose(0, 3, 1, 2)),
                anyType("layout/reverse axes", x -> x.transpose(3, 2, 1, 0)),
                anyType("layout/broadcast", x -> x.reshape(3, 4, 1, 35).broadcastTo(Shape.of(2, 3, 4, 5, 35))),
                anyType("layout/slice", x -> x.slice(2, 1, 4)),
                anyType("layout/slice to nothing", x -> x.slice(1, 2, 2)),
                anyType("layout/slice last", x -> x.slice(-1, 3, 7)),
                anyType("layout/box", x -> x.graph().apply(
                        new Layout.Slice(List.of(1, 0, 2, 3), List.of(2, 3, 3, 1)), x)),
                anyType("layout/concat with itself", x -> Layout.concat(1, List.of(x, x.slice(1, 0, 2), x))),
                anyType("layout/concat one", x -> Layout.concat(0, List.of(x))),
                OpCase.of("layout/concat outer", List.of(normal(2, 5), normal(3, 5), normal(1, 5)),
                        x -> Layout.concat(0, x)).within(Tolerance.EXACT),
                OpCase.of("layout/concat inner", List.of(normal(3, 5), normal(3, 17), normal(3, 1)),
                        x -> Layout.concat(-1, x)).within(Tolerance.EXACT),
                OpCase.of("layout/concat channels", List.of(normal(2, 3, 5, 5), normal(2, 17, 5, 5)),
                        x -> Layout.concat(1, x)).within(Tolerance.EXACT),
                OpCase.of("layout/pad", List.of(normal(2, 3, 5, 7)),
                        x -> Layout.pad(x.get(0), new int[] {0, 1, 2, 3}, new int[] {1, 0, 3, 1}, 0.5))
                        .within(Tolerance.EXACT),
                OpCase.of("layout/pad a vector", List.of(normal(19)),
                        x -> Layout.pad(x.get(0), new int[] {1}, new int[] {0}, -1)).within(Tolerance.EXACT),
                OpCase.of("layout/scalar to image", List.of(normal()), x -> x.get(0).broadcastTo(Shape.of(2, 3, 5)))
                        .within(Tolerance.EXACT),
                OpCase.of("layout/chain", List.of(normal(2, 3, 5, 7)),
                        x -> x.get(0).transpose(0, 2, 3, 1).reshape(70, 3).slice(0, 3, 50).transpose(1, 0))
                        .within(Tolerance.EXACT));
    }

    private interface OneBody {
        Value apply(Value x);
    }

    private static OpCase anyType(String name, OneBody body) {
        return OpCase.several(name, List.of(normal(3, 4, 5, 7), bits(3, 4, 5, 7), booleans(3, 4, 5, 7)),
                (g, x) -> x.stream().map(body::apply).toList()).within(Tolerance.EXACT)
                .flat(name.endsWith("nothing") ? new Integer[] {0} : new Integer[0]);
    }

    private static List<OpCase> indexing() {
        return List.of(
                OpCase.of("gather/rows", List.of(normal(7, 5), ints(0, 7, 11)),
                        x -> Indexing.embedding(x.get(0), x.get(1))),
                OpCase.of("gather/matrix of indices", List.of(normal(2, 7, 5), ints(0, 7, 3, 4)),
                        x -> Indexing.gather(x.get(0), x.get(1), 1)),
                OpCase.of("gather/last axis", List.of(normal(2, 3, 17), ints(0, 17, 5)),
                        x -> Indexing.gather(x.get(0), x.get(1), -1)),
                OpCase.of("gather/one", List.of(normal(4, 3), ints(Shape.scalar(), 2)),
                        x -> Indexing.gather(x.get(0), x.get(1), 0)),
                OpCase.of("gather/out of range", List.of(normal(4, 3), ints(Shape.of(4), 3, 4, -1, 0)),
                        x -> Indexing.gather(x.get(0), x.get(1), 0)).notSmooth(),
                OpCase.of("scatter add/rows", List.of(normal(11, 5), ints(0, 7, 11)),
                        x -> scatterAdd(0, 7, x)).within(Tolerance.SUMS),
                OpCase.of("scatter add/middle", List.of(normal(2, 3, 4, 5), ints(0, 7, 3, 4)),
                        x -> scatterAdd(1, 7, x)).within(Tolerance.SUMS),
                OpCase.of("scatter add/last axis", List.of(normal(2, 3, 9), ints(0, 4, 9)),
                        x -> scatterAdd(2, 4, x)).within(Tolerance.SUMS),
                OpCase.of("scatter add/out of range", List.of(normal(4, 3), ints(Shape.of(4), 3, 4, -1, 0)),
                        x -> scatterAdd(0, 4, x)).within(Tolerance.SUMS).notSmooth(),
                OpCase.several("one hot", List.of(ints(-1, 6, 2, 3, 7)), (g, x) -> List.of(
                        g.apply(new Indexing.OneHot(1, 5), x.get(0)), g.apply(new Indexing.OneHot(3, 5), x.get(0)),
                        g.apply(new Indexing.OneHot(0, 1), x.get(0)))),
                OpCase.of("one hot/picks", List.of(normal(6, 5), ints(0, 5, 6)),
                        x -> x.get(0).times(x.get(0).graph().apply(new Indexing.OneHot(1, 5), x.get(1))).sum(1)));
    }

    private static Value scatterAdd(int axis, int size, List<Value> x) {
        return x.get(0).graph().apply(new Indexing.ScatterAdd(axis, size), x.get(0), x.get(1));
    }

    private static List<OpCase> random() {
        return List.of(
                OpCase.of("random/uniform", List.of(bits(3, 2)),
                        x -> RandomOp.uniform(x.get(0), Shape.of(3, 5, 7), 4)).within(Tolerance.EXACT),
                OpCase.several("random/uniform of small shapes", List.of(bits(5, 2)), (g, x) -> List.of(
                        RandomOp.uniform(x.get(0), Shape.scalar(), 0), RandomOp.uniform(x.get(0), Shape.of(2), -1),
                        RandomOp.uniform(x.get(0), Shape.of(3), 1 << 30), RandomOp.uniform(x.get(0), Shape.of(64), 0)))
                        .within(Tolerance.EXACT),
                OpCase.of("random/normal", List.of(bits(3, 2)),
                        x -> RandomOp.normal(x.get(0), Shape.of(3, 5, 7), 4)),
                OpCase.several("random/normal of small shapes", List.of(bits(5, 2)), (g, x) -> List.of(
                        RandomOp.normal(x.get(0), Shape.scalar(), 0), RandomOp.normal(x.get(0), Shape.of(2), -1),
                        RandomOp.normal(x.get(0), Shape.of(3), 7))),
                OpCase.several("random/constant keys", List.of(), (g, x) -> List.of(
                        RandomOp.uniform(keys(g), Shape.of(9), 0), RandomOp.normal(keys(g), Shape.of(9), 0))),
                OpCase.of("random/dropout", List.of(normal(3, 5, 7), bits(3, 2)),
                        x -> RandomOp.dropout(x.get(0), 0.3, x.get(1), 2)));
    }

    private static Value keys(Graph graph) {
        return graph.constant(Tensor.of(Shape.of(2, 2), 1, 2, 3, 4));
    }
}
