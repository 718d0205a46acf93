// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family.elementwise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.Binary;
import dev.topple.engine.graph.Elementwise;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Unary;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.kernels.family.FamilyRun;
import dev.topple.kernels.family.Operand;
import dev.topple.kernels.launch.Form;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChainTest {

    private static final float INF = Float.POSITIVE_INFINITY;
    private static final float[] SPECIAL = {0, -0f, 1, -1, 0.5f, -0.5f, 2, 3, -3, 10, -20, 88.5f, -88.5f, 89, -103, 150,
        1e-3f, -1e-3f, 0.62f, 0.63f, 5, 1e-40f, -1e-40f, 1e30f, -1e30f, 3e9f, -3e9f, INF, -INF, Float.NaN,
        Float.MIN_NORMAL, 1.5f};

    private final FamilyRun run = new FamilyRun();

    @AfterAll
    void close() {
        run.close();
    }

    private Chain start(Expression e, List<Operand> operands, List<Operand> results) {
        Chain chain = Chain.of(e, operands, results).orElseThrow();
        run.module(chain.module(), chain.text());
        run.run(List.of(chain.launch()));
        return chain;
    }

    private static Expression single(Elementwise op, Tensor... x) {
        Expression.Builder e = new Expression.Builder();
        int[] operands = new int[x.length];
        for (int i = 0; i < x.length; i++) {
            operands[i] = e.operand(x[i].dtype());
        }
        return e.result(e.apply(op, operands)).build();
    }

    /** One op on plain operands. */
    private Tensor run(Elementwise op, Tensor... x) {
        TensorType type = op.results(java.util.Arrays.stream(x).map(Tensor::type).toList()).get(0);
        Operand y = run.room(type, Form.PLAIN);
        List<Operand> operands = new ArrayList<>();
        for (Tensor tensor : x) {
            operands.add(run.put(tensor));
        }
        start(single(op, x), operands, List.of(y));
        return run.get(y, type.dtype());
    }

    /** Within some units in the last place of the reference, which is rounded once. */
    private void check(double ulps, Elementwise op, Tensor... x) {
        Tensor expected = FamilyRun.expected(op, x).get(0);
        Tensor actual = run(op, x);
        if (expected.dtype() != DType.F32) {
            FamilyRun.same(expected, actual, 0, op.toString());
            return;
        }
        for (int i = 0; i < expected.floats().length; i++) {
            float e = expected.floats()[i];
            float a = actual.floats()[i];
            boolean fits = e == a || Float.isNaN(e) && Float.isNaN(a) || Math.abs((double) e - a) <= ulps * Math.ulp(e);
            assertTrue(fits, op + " of element " + i + ", " + (x[0].dtype() == DType.F32
                    ? x[0].floats()[i % x[0].floats().length] : "") + ", is " + a + ", not " + e);
        }
    }

    private static Tensor floats(float... values) {
        return Tensor.of(Shape.of(values.length), values);
    }

    private static Tensor scaled(int seed, float by, int size) {
        Tensor x = FamilyRun.random(seed, size);
        for (int i = 0; i < size; i++) {
            x.floats()[i] *= by;
        }
        return x;
    }

    @Test
    void knowsEveryOpOfOneOperand() {
        Tensor x = floats(SPECIAL);
        List<Unary> exact = List.of(new Unary.Negate(), new Unary.Abs(), new Unary.Sqrt(), new Unary.Relu(),
                new Unary.Sign(), new Unary.Clamp(-0.75f, 2.5f), new Unary.StopGradient(), new Unary.Cast(DType.I32),
                new Unary.Cast(DType.BOOL), new Unary.Cast(DType.F32));
        for (Unary op : exact) {
            check(0, op, x);
        }
        Tensor integers = Tensor.of(Shape.of(5), 0, 1, -7, Integer.MAX_VALUE, Integer.MIN_VALUE);
        Tensor truth = Tensor.of(Shape.of(2), true, false);
        for (DType to : DType.values()) {
            check(0, new Unary.Cast(to), integers);
            check(0, new Unary.Cast(to), truth);
        }
        check(0, new Unary.Not(), truth);
    }

    @Test
    void staysNearTheFunctions() {
        Tensor special = floats(SPECIAL);
        for (Tensor x : List.of(special, scaled(1, 87, 1024), scaled(2, 2, 1024))) {
            check(1.5, new Unary.Exp(), x);
            check(3, new Unary.Sigmoid(), x);
            check(3, new Unary.Tanh(), x);
        }
        Tensor positive = scaled(3, 40, 1024);
        for (int i = 0; i < 1024; i++) {
            positive.floats()[i] = (float) Math.exp(positive.floats()[i] * (i % 2 == 0 ? 1 : 0.02));
        }
        check(1.5, new Unary.Log(), positive);
        check(1.5, new Unary.Log(), special);
        for (float exponent : new float[] {0, 1, 2, 3, -1, 0.5f, -0.5f, 1.7f, -2.25f, -1.5f, 5}) {
            check(exponent == 3 ? 1 : 4, new Unary.Power(exponent), positive);
            check(4, new Unary.Power(exponent), special);
        }
    }

    @Test
    void knowsEveryOpOfTwoOperands() {
        int n = SPECIAL.length;
        Tensor a = FamilyRun.random(4, n, n);
        Tensor b = FamilyRun.random(5, n, n);
        for (int i = 0; i < n * n; i++) {
            a.floats()[i] = SPECIAL[i % n];
            b.floats()[i] = SPECIAL[i / n];
        }
        List<Binary> ops = List.of(new Binary.Add(), new Binary.Subtract(), new Binary.Multiply(), new Binary.Divide(),
                new Binary.Maximum(), new Binary.Minimum(), new Binary.ReluGradient());
        for (Binary op : ops) {
            check(0, op, a, b);
        }
        Tensor i = FamilyRun.integers(6, 5, 3, 4);
        Tensor j = FamilyRun.integers(7, 5, 3, 4);
        for (Binary op : List.of(ops.get(0), ops.get(1), ops.get(2), ops.get(4), ops.get(5))) {
            check(0, op, i, j);
        }
        Tensor p = Tensor.of(Shape.of(4), true, true, false, false);
        Tensor q = Tensor.of(Shape.of(4), true, false, true, false);
        for (Relation relation : Relation.values()) {
            check(0, new Binary.Compare(relation), a, b);
            check(0, new Binary.Compare(relation), i, j);
        }
        check(0, new Binary.Compare(Relation.EQUAL), p, q);
        check(0, new Binary.Compare(Relation.NOT_EQUAL), p, q);
        check(0, new Binary.And(), p, q);
        check(0, new Binary.Or(), p, q);
        check(0, new Elementwise.Where(), p, floats(1, 2, 3, Float.NaN), floats(5, Float.NaN, 7, 8));
        check(0, new Elementwise.Where(), p, Tensor.of(Shape.of(4), 1, 2, 3, 4), Tensor.of(Shape.of(4), 5, 6, 7, 8));
        check(0, new Elementwise.Where(), p, q, p);
    }

    private void checkForms(int[] dims, int[] other) {
        Tensor a = FamilyRun.random(8, dims);
        Tensor b = FamilyRun.random(9, other);
        Tensor expected = FamilyRun.expected(new Binary.Subtract(), a, b).get(0);
        for (Form form : Form.values()) {
            for (Form formOfB : b.shape().rank() == 4 ? Form.values() : new Form[] {Form.PLAIN}) {
                for (Form to : Form.values()) {
                    Operand y = run.room(expected.type(), to);
                    start(single(new Binary.Subtract(), a, b), List.of(run.put(a, form), run.put(b, formOfB)),
                            List.of(y));
                    FamilyRun.same(expected, run.get(y, DType.F32), 0,
                            a.type() + " " + form + " and " + b.type() + " " + formOfB + " to " + to);
                }
            }
        }
    }

    @Test
    void takesOperandsOfAnyShapeInAnyForm() {
        int[] image = {2, 4, 3, 8};
        for (int[] other : new int[][] {{2, 4, 3, 8}, {1, 4, 1, 1}, {4, 1, 1}, {2, 1, 3, 8}, {2, 1, 1, 1}, {8}, {},
            {1, 4, 3, 1}, {2, 4, 1, 8}, {3, 8}}) {
            checkForms(image, other);
        }
        checkForms(new int[] {3, 3, 5, 1}, new int[] {1, 3, 1, 7});
        checkForms(new int[] {1, 1, 1, 1}, new int[] {});
    }

    /** x' = clamp(x + step sign(g), low, high) with a second result, in one launch and in x's place. */
    @Test
    void computesSeveralResultsAtOnce() {
        Tensor x = FamilyRun.random(10, 2, 3, 5, 4);
        Tensor g = FamilyRun.random(11, 2, 3, 5, 4);
        Tensor scale = FamilyRun.random(12, 3, 1, 1);
        Expression.Builder e = new Expression.Builder();
        int ofX = e.operand(DType.F32);
        int ofG = e.operand(DType.F32);
        int ofScale = e.operand(DType.F32);
        int step = e.apply(new Binary.Multiply(), e.constant(0.25f), e.apply(new Unary.Sign(), ofG));
        int moved = e.apply(new Unary.Clamp(-1, 1), e.apply(new Binary.Add(), ofX, step));
        int scaled = e.apply(new Binary.Multiply(), e.apply(new Unary.Exp(), moved), ofScale);
        int large = e.apply(new Binary.Compare(Relation.GREATER), moved, e.constant(DType.F32, 0));
        Expression expression = e.result(moved).result(scaled).result(large).build();
        for (Form form : Form.values()) {
            Operand at = run.put(x, form);
            Operand second = run.room(x.type(), form);
            Operand third = run.room(x.type().withDtype(DType.BOOL), form);
            start(expression, List.of(at, run.put(g, Form.NHWC), run.put(scale)), List.of(at, second, third));
            Tensor now = run.get(at, DType.F32);
            for (int i = 0; i < x.floats().length; i++) {
                float wanted = Math.clamp(x.floats()[i] + 0.25f * Math.signum(g.floats()[i]), -1f, 1f);
                assertEquals(wanted, now.floats()[i]);
                assertEquals(Math.exp(wanted) * scale.floats()[i / 20 % 3], run.get(second, DType.F32).floats()[i],
                        1e-6);
                assertEquals(wanted > 0, run.get(third, DType.BOOL).booleans()[i]);
            }
        }
    }

    @Test
    void sharesTextsThatComputeTheSame() {
        Chain small = chain(Shape.of(2, 8, 3, 3), Form.PLAIN);
        assertEquals(small.module(), chain(Shape.of(5, 4, 7, 9), Form.PLAIN).module());
        assertNotEquals(small.module(), chain(Shape.of(2, 8, 3, 3), Form.NHWC).module());
        Expression nothing = single(new Unary.Abs(), floats(1));
        Operand empty = Operand.plain(run.floats(1), Shape.of(0));
        assertTrue(Chain.of(nothing, List.of(empty), List.of(empty)).isEmpty());
        assertThrows(IllegalArgumentException.class, () -> Chain.of(nothing, List.of(), List.of(empty)));
    }

    private Chain chain(Shape shape, Form form) {
        Expression e = single(new Binary.Add(), floats(1), floats(1));
        Operand x = new Operand(run.floats(shape.size()), shape, form);
        Operand bias = Operand.plain(run.floats(shape.dim(1)), Shape.of(shape.dim(1), 1, 1));
        return Chain.of(e, List.of(x, bias), List.of(x)).orElseThrow();
    }
}
