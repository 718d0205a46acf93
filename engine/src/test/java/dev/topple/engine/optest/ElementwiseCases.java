// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.optest;

import static dev.topple.engine.optest.Draw.awayFromZero;
import static dev.topple.engine.optest.Draw.bits;
import static dev.topple.engine.optest.Draw.booleans;
import static dev.topple.engine.optest.Draw.floats;
import static dev.topple.engine.optest.Draw.ints;
import static dev.topple.engine.optest.Draw.normal;
import static dev.topple.engine.optest.Draw.tied;
import static dev.topple.engine.optest.Draw.uniform;

import dev.topple.engine.graph.Binary;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Unary;
import dev.topple.engine.graph.Value;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Cases of elementwise ops and of sources. */
final class ElementwiseCases {

    private static final float INFINITY = Float.POSITIVE_INFINITY;

    /** What arithmetic likes to get wrong. */
    private static final Draw STRANGE = floats(Shape.of(13), Float.NaN, INFINITY, -INFINITY, 0, -0f, 1, -1,
            Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE, 0.5f, -2.5f, 3e9f);

    private ElementwiseCases() {}

    static List<OpCase> all() {
        List<OpCase> cases = new ArrayList<>();
        cases.addAll(sources());
        cases.addAll(unary());
        cases.addAll(strange());
        cases.addAll(binary());
        cases.addAll(integers());
        cases.addAll(logic());
        return cases;
    }

    private static List<OpCase> sources() {
        Tensor weights = Draw.normal(3, 5).from(new RandomSource(7));
        Variable variable = new Variable("weights", weights);
        Variable labels = new Variable("labels", Tensor.of(Shape.of(3), -1, 0, 7));
        return List.of(
                OpCase.several("source/straight out", List.of(normal(3, 5), ints(-9, 9, 4), booleans(5)),
                        (g, x) -> x),
                OpCase.several("source/read", List.of(normal(3, 5)),
                        (g, x) -> List.of(g.read(variable), g.read(variable).plus(x.get(0)), g.read(labels))),
                OpCase.several("source/fill", List.of(normal(3, 5)),
                        (g, x) -> List.of(g.fill(Shape.of(2, 3), 1.5), g.fill(Shape.scalar(), -2).times(x.get(0)))),
                OpCase.several("source/constant", List.of(normal(3, 5)),
                        (g, x) -> List.of(g.constant(weights), g.constant(Tensor.of(Shape.of(2), true, false)),
                                g.constant(weights).times(x.get(0)))),
                OpCase.several("source/from constants alone", List.of(),
                        (g, x) -> List.of(g.constant(weights).plus(1).exp().sum(0), g.fill(Shape.of(3), 2).sqrt())));
    }

    private static List<OpCase> unary() {
        List<OpCase> cases = new ArrayList<>();
        for (int[] dims : List.of(new int[] {3, 5, 7}, new int[] {17}, new int[] {})) {
            String of = " of " + Shape.of(dims);
            cases.add(unary("negate" + of, awayFromZero(dims), Value::negate));
            cases.add(unary("abs" + of, awayFromZero(dims), Value::abs));
            cases.add(unary("exp" + of, normal(dims), Value::exp));
            cases.add(unary("log" + of, uniform(0.2, 3, dims), Value::log));
            cases.add(unary("sqrt" + of, uniform(0.2, 3, dims), Value::sqrt));
            cases.add(unary("power 2.5" + of, uniform(0.2, 3, dims), x -> x.power(2.5)));
            cases.add(unary("power -0.5" + of, uniform(0.2, 3, dims), x -> x.power(-0.5)));
            cases.add(unary("power 3" + of, awayFromZero(dims), x -> x.power(3)));
            cases.add(unary("relu" + of, uniform(0.1, 1, dims), x -> x.minus(0.05).relu()));
            cases.add(unary("sigmoid" + of, normal(dims), Value::sigmoid));
            cases.add(unary("tanh" + of, normal(dims), Value::tanh));
            cases.add(unary("sign" + of, awayFromZero(dims), Value::sign).flat(0));
            cases.add(unary("stop gradient" + of, normal(dims), Value::stopGradient).notSmooth());
        }
        cases.add(unary("relu of both signs", awayFromZero(5, 33), Value::relu));
        cases.add(unary("clamp", normal(5, 33), x -> x.clamp(-0.5, 0.75)));
        cases.add(unary("chain", awayFromZero(5, 33), x -> x.relu().plus(1).log().times(3).tanh()));
        cases.add(OpCase.several("unary/cast", List.of(tied(5, 7), ints(-3, 3, 5, 7), booleans(5, 7)), (g, x) -> {
            List<Value> results = new ArrayList<>();
            for (Value value : List.of(x.get(0).times(1.4), x.get(1), x.get(2))) {
                for (DType to : DType.values()) {
                    results.add(value.cast(to));
                }
            }
            return results;
        }).within(Tolerance.ELEMENTWISE).notSmooth());
        return cases;
    }

    private static OpCase unary(String name, Draw draw, Function<Value, Value> op) {
        return OpCase.of("unary/" + name, List.of(draw), x -> op.apply(x.get(0)));
    }

    private static List<OpCase> strange() {
        return List.of(
                OpCase.several("unary/strange numbers", List.of(STRANGE), (g, list) -> {
                    Value x = list.get(0);
                    return List.of(x.negate(), x.abs(), x.exp(), x.log(), x.sqrt(), x.power(2), x.power(-0.5),
                            x.power(0), x.power(Double.POSITIVE_INFINITY), x.relu(), x.sigmoid(), x.tanh(), x.sign(),
                            x.clamp(-1.5, 0.25), x.cast(DType.I32), x.cast(DType.BOOL), x.stopGradient());
                }).notSmooth(),
                OpCase.several("binary/strange numbers", List.of(STRANGE, STRANGE), (g, list) -> {
                    Value a = list.get(0);
                    Value b = list.get(1).reshape(13, 1);
                    List<Value> results = new ArrayList<>(List.of(a.plus(b), a.minus(b), a.times(b), a.dividedBy(b),
                            a.max(b), a.min(b), g.apply(new Binary.ReluGradient(), a, b),
                            g.apply(new Binary.ClampGradient(0, 2), a, b)));
                    for (Relation relation : Relation.values()) {
                        results.add(a.compare(relation, b));
                    }
                    return results;
                }).notSmooth());
    }

    private record Broadcast(String name, int[] a, int[] b) {}

    private static List<OpCase> binary() {
        List<OpCase> cases = new ArrayList<>();
        for (Broadcast shapes : List.of(
                new Broadcast("of equal shapes", new int[] {3, 5, 7}, new int[] {3, 5, 7}),
                new Broadcast("with a scalar", new int[] {2, 17}, new int[] {}),
                new Broadcast("from a scalar", new int[] {}, new int[] {33}),
                new Broadcast("per channel", new int[] {2, 5, 3, 7}, new int[] {1, 5, 1, 1}),
                new Broadcast("per image", new int[] {3, 2, 5, 5}, new int[] {3, 1, 1, 1}),
                new Broadcast("per column", new int[] {2, 3, 19}, new int[] {19}),
                new Broadcast("per row", new int[] {2, 3, 19}, new int[] {3, 1}),
                new Broadcast("both ways", new int[] {5, 1, 7}, new int[] {3, 1}))) {
            cases.add(binary("add " + shapes.name(), shapes, Value::plus));
            cases.add(binary("subtract " + shapes.name(), shapes, Value::minus));
            cases.add(binary("multiply " + shapes.name(), shapes, Value::times));
            cases.add(binary("divide " + shapes.name(), shapes, Value::dividedBy));
            cases.add(binary("maximum " + shapes.name(), shapes, Value::max));
            cases.add(binary("minimum " + shapes.name(), shapes, Value::min));
            cases.add(binary("relu gradient " + shapes.name(), shapes,
                    (g, y) -> g.graph().apply(new Binary.ReluGradient(), g, y)).flat(1));
            cases.add(binary("clamp gradient " + shapes.name(), shapes,
                    (g, x) -> g.graph().apply(new Binary.ClampGradient(-0.7f, 0.9f), g, x)).flat(1));
            cases.add(OpCase.of("where " + shapes.name(),
                    List.of(awayFromZero(shapes.a()), awayFromZero(shapes.b()), booleans(shapes.a())),
                    x -> x.get(2).choose(x.get(0), x.get(1))).within(Tolerance.EXACT));
        }
        cases.add(OpCase.of("where/broadcast condition", List.of(normal(3, 2, 5), normal(3, 1, 1), booleans(2, 1)),
                x -> x.get(2).choose(x.get(0), x.get(1))));
        cases.add(OpCase.of("where/frozen images", List.of(normal(4, 3, 5, 5), normal(4, 3, 5, 5), normal(4)),
                x -> x.get(2).compare(Relation.GREATER, 0).reshape(4, 1, 1, 1).choose(x.get(0), x.get(1))).flat(2));
        cases.add(OpCase.of("binary/one operand twice", List.of(awayFromZero(5, 7)),
                x -> x.get(0).times(x.get(0)).plus(x.get(0)).dividedBy(x.get(0))));
        cases.add(OpCase.several("binary/ties", List.of(tied(40), tied(40)),
                (g, x) -> List.of(x.get(0).max(x.get(1)), x.get(0).min(x.get(1)))).notSmooth());
        cases.add(OpCase.several("binary/projected step", List.of(uniform(0, 1, 2, 3, 5, 5), normal(2, 3, 5, 5)),
                (g, x) -> {
                    Value moved = x.get(0).plus(x.get(1).sign().times(0.01));
                    Value low = x.get(0).minus(8 / 255.0).max(g.fill(Shape.scalar(), 0));
                    Value high = x.get(0).plus(8 / 255.0).min(g.fill(Shape.scalar(), 1));
                    return List.of(moved.max(low).min(high));
                }).notSmooth());
        return cases;
    }

    private interface BinaryBody {
        Value apply(Value a, Value b);
    }

    private static OpCase binary(String name, Broadcast shapes, BinaryBody body) {
        return OpCase.of("binary/" + name, List.of(awayFromZero(shapes.a()), awayFromZero(shapes.b())),
                x -> body.apply(x.get(0), x.get(1)));
    }

    private static List<OpCase> integers() {
        return List.of(OpCase.several("binary/integers", List.of(bits(3, 17), bits(17)), (g, x) -> {
            Value a = x.get(0);
            Value b = x.get(1);
            List<Value> results = new ArrayList<>(List.of(a.plus(b), a.minus(b), a.times(b), a.max(b), a.min(b),
                    a.plus(1), a.times(-3)));
            results.add(a.compare(Relation.GREATER, b).choose(a, b));
            return results;
        }));
    }

    private static List<OpCase> logic() {
        List<OpCase> cases = new ArrayList<>();
        for (Relation relation : Relation.values()) {
            String name = "compare/" + relation.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            cases.add(OpCase.several(name, List.of(tied(5, 17), tied(17), ints(-3, 3, 5, 17), ints(-3, 3, 5, 1)),
                    (g, x) -> List.of(x.get(0).compare(relation, x.get(1)), x.get(2).compare(relation, x.get(3)),
                            x.get(0).compare(relation, 1), x.get(2).compare(relation, -1)))
                    .notSmooth());
        }
        cases.add(OpCase.several("logic", List.of(booleans(3, 17), booleans(17), booleans(3, 1)), (g, x) -> List.of(
                x.get(0).and(x.get(1)), x.get(0).or(x.get(2)), x.get(0).not(), g.apply(new Unary.Not(), x.get(1)),
                x.get(0).compare(Relation.EQUAL, x.get(1)), x.get(1).compare(Relation.NOT_EQUAL, x.get(2)),
                x.get(0).choose(x.get(1), x.get(2)))));
        return cases;
    }
}
