// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.optest;

import static dev.topple.engine.optest.Draw.distinct;
import static dev.topple.engine.optest.Draw.floats;
import static dev.topple.engine.optest.Draw.normal;
import static dev.topple.engine.optest.Draw.tied;

import dev.topple.engine.graph.MatMul;
import dev.topple.engine.graph.Reduction;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Cases of reductions and matrix products. */
final class ReductionCases {

    private static final Draw STRANGE = floats(Shape.of(3, 4), 1, Float.NaN, 2, Float.NaN, Float.NEGATIVE_INFINITY,
            Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, 0,
            Float.POSITIVE_INFINITY, 5);

    private ReductionCases() {}

    static List<OpCase> all() {
        List<OpCase> cases = new ArrayList<>();
        for (int[] axes : List.of(new int[] {0}, new int[] {1}, new int[] {3}, new int[] {2, 3}, new int[] {1, 2, 3},
                new int[] {0, 2, 3}, new int[] {1, 3}, new int[] {})) {
            String over = " over " + Reduction.axes(Shape.of(3, 5, 7, 4), axes);
            cases.add(OpCase.of("sum" + over, List.of(normal(3, 5, 7, 4)), x -> x.get(0).sum(axes))
                    .within(Tolerance.SUMS));
            cases.add(OpCase.of("sum keeping axes" + over, List.of(normal(3, 5, 7, 4)),
                    x -> x.get(0).sumKeepingAxes(axes)).within(Tolerance.SUMS));
            cases.add(OpCase.of("max" + over, List.of(distinct(3, 5, 7, 4)), x -> x.get(0).maxOver(axes))
                    .within(Tolerance.EXACT));
        }
        cases.add(OpCase.of("mean", List.of(normal(5, 37)), x -> x.get(0).mean(1)).within(Tolerance.SUMS));
        cases.add(OpCase.of("sum/long", List.of(normal(2, 4099)), x -> x.get(0).sum(1)).within(Tolerance.SUMS));
        cases.add(OpCase.of("sum/tall", List.of(normal(1031, 3)), x -> x.get(0).sum(0)).within(Tolerance.SUMS));
        cases.add(OpCase.several("sum/of nothing", List.of(normal(3, 4)),
                (g, x) -> List.of(x.get(0).slice(1, 2, 2).sum(1), x.get(0).slice(0, 1, 1).sum(1))).flat(0));
        cases.add(OpCase.of("sum/of a scalar", List.of(normal()), x -> x.get(0).sum()));
        cases.add(OpCase.of("sum/over axes of size 1", List.of(normal(3, 1, 5, 1)), x -> x.get(0).sum(1, 3)));
        cases.add(OpCase.several("max/ties and keeping axes", List.of(tied(4, 9)), (g, x) -> List.of(
                g.apply(new Reduction.Max(List.of(1), true), x.get(0)), x.get(0).maxOver(0))).notSmooth());
        cases.add(OpCase.several("max/strange numbers", List.of(STRANGE), (g, x) -> List.of(
                x.get(0).maxOver(0), x.get(0).maxOver(1), x.get(0).maxOver(), x.get(0).sum(1))).notSmooth());
        cases.add(OpCase.several("argmax", List.of(distinct(3, 5, 7, 4), tied(4, 19), STRANGE), (g, x) -> List.of(
                x.get(0).argMax(0), x.get(0).argMax(1), x.get(0).argMax(-1), x.get(1).argMax(0), x.get(1).argMax(1),
                x.get(2).argMax(0), x.get(2).argMax(1))));
        cases.addAll(products());
        return cases;
    }

    private static List<OpCase> products() {
        List<OpCase> cases = new ArrayList<>();
        for (boolean a : new boolean[] {false, true}) {
            for (boolean b : new boolean[] {false, true}) {
                String name = "matmul" + (a ? " transposed" : "") + " by" + (b ? " transposed" : "");
                cases.add(product(name, new MatMul(a, b), a ? Shape.of(7, 5) : Shape.of(5, 7),
                        b ? Shape.of(3, 7) : Shape.of(7, 3)));
                cases.add(product(name + ", batch", new MatMul(a, b), a ? Shape.of(4, 3, 2) : Shape.of(4, 2, 3),
                        b ? Shape.of(4, 5, 3) : Shape.of(4, 3, 5)));
                cases.add(product(name + ", larger", new MatMul(a, b), a ? Shape.of(33, 19) : Shape.of(19, 33),
                        b ? Shape.of(35, 33) : Shape.of(33, 35)));
            }
        }
        MatMul plain = new MatMul(false, false);
        cases.add(product("matmul/of one row", plain, Shape.of(1, 65), Shape.of(65, 9)));
        cases.add(product("matmul/of one column", plain, Shape.of(9, 65), Shape.of(65, 1)));
        cases.add(product("matmul/broadcast right", plain, Shape.of(3, 2, 5), Shape.of(5, 4)));
        cases.add(product("matmul/broadcast left", plain, Shape.of(2, 5), Shape.of(3, 5, 4)));
        cases.add(product("matmul/broadcast both", plain, Shape.of(3, 1, 2, 5), Shape.of(4, 5, 2)));
        cases.add(product("matmul/outer product", plain, Shape.of(7, 1), Shape.of(1, 9)));
        cases.add(OpCase.of("matmul/gram matrix", List.of(normal(2, 3, 75)),
                x -> x.get(0).graph().apply(new MatMul(false, true), x.get(0), x.get(0))).within(Tolerance.SUMS));
        return cases;
    }

    private static OpCase product(String name, MatMul op, Shape a, Shape b) {
        return OpCase.of(name, List.of(normal(a.dims()), normal(b.dims())), x -> apply(op, x)).within(Tolerance.SUMS);
    }

    private static Value apply(MatMul op, List<Value> x) {
        return x.get(0).graph().apply(op, x.get(0), x.get(1));
    }
}
