// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family.elementwise;

import dev.topple.engine.graph.Binary;
import dev.topple.engine.graph.Elementwise;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Unary;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.kernels.family.Operand;
import dev.topple.kernels.launch.Form;
import dev.topple.kernels.launch.Region;
import java.util.ArrayList;
import java.util.List;

/** Texts of groups with every op in them. */
public final class ChainTexts {

    private ChainTexts() {}

    /** Texts whose threads compute one element and four, with operands in a row and others. */
    public static List<String> samples() {
        Expression e = everything();
        List<String> texts = new ArrayList<>();
        for (Shape shape : List.of(Shape.of(3), Shape.of(64), Shape.of(2, 4, 3, 5), Shape.of(2, 8, 4, 4))) {
            for (Form form : shape.rank() == 4 ? Form.values() : new Form[] {Form.PLAIN}) {
                Region region = new Region(DType.F32, shape.size());
                Operand x = new Operand(region, shape, form);
                Operand small = shape.rank() == 4 ? Operand.plain(region, Shape.of(shape.dim(1), 1, 1))
                        : Operand.plain(region, Shape.scalar());
                texts.add(Chain.of(e, List.of(x, small, x), List.of(x, x, x)).orElseThrow().text());
            }
        }
        return texts;
    }

    private static Expression everything() {
        Expression.Builder e = new Expression.Builder();
        int x = e.operand(DType.F32);
        int y = e.operand(DType.F32);
        int n = e.operand(DType.I32);
        int sum = e.constant(1.5f);
        for (Unary op : List.of(new Unary.Negate(), new Unary.Abs(), new Unary.Exp(), new Unary.Log(), new Unary.Sqrt(),
                new Unary.Power(2), new Unary.Power(-0.5f), new Unary.Power(-1), new Unary.Power(1.25f),
                new Unary.Relu(), new Unary.Sigmoid(), new Unary.Tanh(), new Unary.Sign(), new Unary.Clamp(0, 1),
                new Unary.StopGradient())) {
            sum = e.apply(new Binary.Add(), sum, e.apply(op, x));
        }
        for (Binary op : List.of(new Binary.Subtract(), new Binary.Multiply(), new Binary.Divide(),
                new Binary.Maximum(), new Binary.Minimum(), new Binary.ReluGradient())) {
            sum = e.apply(op, sum, y);
        }
        int integer = e.apply(new Unary.Cast(DType.I32), sum);
        for (Binary op : List.of(new Binary.Add(), new Binary.Subtract(), new Binary.Multiply(), new Binary.Maximum(),
                new Binary.Minimum())) {
            integer = e.apply(op, integer, n);
        }
        int truth = e.apply(new Unary.Not(), e.apply(new Unary.Cast(DType.BOOL), integer));
        for (Relation relation : Relation.values()) {
            int floats = e.apply(new Binary.Compare(relation), sum, y);
            int integers = e.apply(new Binary.Compare(relation), integer, n);
            truth = e.apply(new Binary.And(), truth, e.apply(new Binary.Or(), floats, integers));
        }
        int chosen = e.apply(new Elementwise.Where(), truth, sum, e.apply(new Unary.Cast(DType.F32), integer));
        return e.result(chosen).result(integer).result(truth).build();
    }
}
