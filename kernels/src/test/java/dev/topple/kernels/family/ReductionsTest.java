// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.Reduction;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.kernels.launch.Form;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReductionsTest {

    private static final double ERROR = 2e-6;

    private final FamilyRun run = new FamilyRun();

    @AfterAll
    void close() {
        run.close();
    }

    private Tensor reduce(Reduction op, Tensor x, Form form) {
        TensorType type = op.results(List.of(x.type())).get(0);
        Operand y = run.room(type, Form.PLAIN);
        run.run(Reductions.launches(op, run.put(x, form), y.region(), run::floats));
        return run.get(y, type.dtype());
    }

    private void check(Reduction op, Tensor x) {
        Tensor expected = FamilyRun.expected(op, x).get(0);
        FamilyRun.same(expected, reduce(op, x, Form.PLAIN), ERROR, op + " of plain " + x.type());
        if (x.shape().rank() == 4) {
            FamilyRun.same(expected, reduce(op, x, Form.NHWC), ERROR, op + " of NHWC " + x.type());
        }
    }

    private void checkAll(Tensor x, Integer... axes) {
        check(new Reduction.Sum(List.of(axes), true), x);
        check(new Reduction.Max(List.of(axes), false), x);
        if (axes.length == 1) {
            check(new Reduction.ArgMax(axes[0]), x);
        }
    }

    @Test
    void reducesAnyAxes() {
        Tensor x = FamilyRun.random(1, 2, 5, 7, 9);
        checkAll(x, 0);
        checkAll(x, 1);
        checkAll(x, 2);
        checkAll(x, 3);
        checkAll(x, 0, 2, 3);
        checkAll(x, 1, 3);
        checkAll(x, 0, 1, 2, 3);
        checkAll(FamilyRun.random(2, 40, 3), 0);
        checkAll(FamilyRun.random(2, 3, 40), 1);
        checkAll(FamilyRun.random(3, 2, 33, 20, 2), 1, 2);
        checkAll(FamilyRun.random(4, 1), 0);
    }

    @Test
    void reducesLongRowsInTwoLaunches() {
        checkAll(FamilyRun.random(5, 2, 8200), 1);
        checkAll(FamilyRun.random(6, 1025), 0);
        checkAll(FamilyRun.random(7, 1, 3, 30, 20), 2, 3);
    }

    @Test
    void sumsNothingToZero() {
        Operand y = run.room(TensorType.f32(3), Form.PLAIN);
        run.run(Reductions.launches(new Reduction.Sum(List.of(1), false),
                Operand.plain(run.floats(1), Shape.of(3, 0)), y.region(), run::floats));
        FamilyRun.same(Tensor.zeros(TensorType.f32(3)), run.get(y, DType.F32), 0, "nothing");
    }

    @Test
    void followsTheRulesForNanAndTies() {
        float nan = Float.NaN;
        Tensor x = Tensor.of(Shape.of(4, 3), 1, nan, 2, 3, 3, 1, Float.NEGATIVE_INFINITY,
                Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY, nan, nan, Float.POSITIVE_INFINITY);
        check(new Reduction.ArgMax(1), x);
        check(new Reduction.ArgMax(0), x);
        check(new Reduction.Max(List.of(1), false), x);
        Tensor row = FamilyRun.random(8, 100);
        row.floats()[70] = nan;
        check(new Reduction.ArgMax(0), row);
        check(new Reduction.Max(List.of(0), false), row);
    }

    @Test
    void givesRowsOfBatchTheBitsOfRowsAlone() {
        for (Form form : Form.values()) {
            Tensor x = FamilyRun.random(9, 3, 6, 21, 31);
            for (List<Integer> axes : List.of(List.of(1), List.of(2, 3), List.of(1, 2, 3))) {
                Reduction op = new Reduction.Sum(axes, false);
                Tensor all = reduce(op, x, form);
                assertTrue(FamilyRun.rows(all, 2, 1).sameBits(reduce(op, FamilyRun.rows(x, 2, 1), form)),
                        op + " " + form);
            }
        }
    }
}
