// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.Indexing;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.RandomOp;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.kernels.launch.Form;
import dev.topple.kernels.launch.Launch;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Layout, indices and random numbers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LayoutsTest {

    private final FamilyRun run = new FamilyRun();

    @AfterAll
    void close() {
        run.close();
    }

    private static List<Form> forms(Shape shape) {
        return shape.rank() == 4 ? List.of(Form.values()) : List.of(Form.PLAIN);
    }

    private void check(Layout op, Tensor x, BiFunction<Operand, Operand, List<Launch>> launches) {
        Tensor expected = FamilyRun.expected(op, x).get(0);
        for (Form from : forms(x.shape())) {
            for (Form to : op instanceof Layout.Reshape ? List.of(Form.PLAIN) : forms(expected.shape())) {
                Operand y = run.room(expected.type(), to);
                run.run(launches.apply(run.put(x, from), y));
                FamilyRun.same(expected, run.get(y, x.dtype()), 0, op + " of " + x.type() + " " + from + " " + to);
            }
        }
    }

    private void checkTranspose(Tensor x, Integer... order) {
        Layout.Transpose op = new Layout.Transpose(List.of(order));
        check(op, x, (from, to) -> Layouts.transpose(op, from, to));
    }

    @Test
    void transposes() {
        checkTranspose(FamilyRun.random(1, 35, 70), 1, 0);
        checkTranspose(FamilyRun.random(2, 2, 3, 4, 5), 0, 2, 3, 1);
        checkTranspose(FamilyRun.random(2, 2, 3, 4, 5), 3, 1, 0, 2);
        checkTranspose(FamilyRun.integers(3, 99, 2, 8, 33, 9), 0, 3, 1, 2);
        checkTranspose(FamilyRun.random(4, 2, 3, 2, 5, 2), 4, 2, 0, 3, 1);
        checkTranspose(FamilyRun.random(5, 3, 4, 8), 1, 0, 2);
    }

    @Test
    void reshapesBroadcastsAndCuts() {
        Tensor x = FamilyRun.random(6, 2, 3, 4, 5);
        Layout.Reshape reshape = new Layout.Reshape(Shape.of(6, 20));
        check(reshape, x, Layouts::reshape);
        check(new Layout.BroadcastTo(Shape.of(2, 3, 4, 5)), FamilyRun.random(7, 3, 1, 1), Layouts::broadcast);
        check(new Layout.BroadcastTo(Shape.of(2, 3, 4, 8)), FamilyRun.random(7, 2, 1, 4, 1), Layouts::broadcast);
        Layout.Slice slice = new Layout.Slice(List.of(0, 1, 2, 1), List.of(2, 2, 2, 3));
        check(slice, x, (from, to) -> Layouts.slice(slice, from, to));
        Layout.Slice channels = new Layout.Slice(List.of(1, 4, 0, 0), List.of(1, 8, 3, 4));
        check(channels, FamilyRun.random(8, 2, 12, 3, 4), (from, to) -> Layouts.slice(channels, from, to));
        Layout.Pad pad = new Layout.Pad(List.of(0, 1, 2, 0), List.of(1, 0, 1, 3), -2.5f);
        check(pad, x, (from, to) -> Layouts.pad(pad, from, to));
    }

    @Test
    void concatenates() {
        for (int axis = 0; axis < 4; axis++) {
            Tensor a = FamilyRun.random(9, 2, 4, 3, 5);
            int[] dims = a.shape().dims();
            dims[axis] = 8;
            Tensor b = FamilyRun.random(10, dims);
            Layout.Concat op = new Layout.Concat(axis);
            Tensor expected = FamilyRun.expected(op, a, b, a).get(0);
            for (Form form : Form.values()) {
                Operand y = run.room(expected.type(), form);
                run.run(Layouts.concat(op, List.of(run.put(a, Form.NHWC), run.put(b), run.put(a, form)), y));
                FamilyRun.same(expected, run.get(y, DType.F32), 0, "axis " + axis + form);
            }
        }
    }

    @Test
    void findsElementsByIndex() {
        for (int axis = 0; axis < 3; axis++) {
            Tensor x = FamilyRun.random(11, 3, 5, 40);
            Tensor indices = FamilyRun.integers(12, 3, 2, 70);
            indices.ints()[3] = 99;
            indices.ints()[4] = -1;
            Indexing.Gather gather = new Indexing.Gather(axis);
            Tensor expected = FamilyRun.expected(gather, x, indices).get(0);
            Operand y = run.room(expected.type(), Form.PLAIN);
            run.run(Indexings.gather(gather, run.put(x), run.put(indices), y.region()));
            FamilyRun.same(expected, run.get(y, DType.F32), 0, "gather " + axis);
            Tensor g = FamilyRun.random(13, expected.shape().dims());
            Indexing.ScatterAdd scatter = new Indexing.ScatterAdd(axis, x.shape().dim(axis));
            Tensor sums = FamilyRun.expected(scatter, g, indices).get(0);
            Operand z = run.room(sums.type(), Form.PLAIN);
            run.run(Indexings.scatterAdd(scatter, run.put(g), run.put(indices), z.region()));
            FamilyRun.same(sums, run.get(z, DType.F32), 1e-5, "scatter " + axis);
            Indexing.OneHot oneHot = new Indexing.OneHot(axis, 4);
            Tensor small = FamilyRun.integers(14, 6, 2, 3);
            Tensor hot = FamilyRun.expected(oneHot, small).get(0);
            Operand h = run.room(hot.type(), Form.PLAIN);
            run.run(Indexings.oneHot(oneHot, run.put(small), h.region()));
            FamilyRun.same(hot, run.get(h, DType.F32), 0, "one-hot " + axis);
        }
    }

    @Test
    void drawsTheNumbersOfTheEngine() {
        Tensor keys = Tensor.of(Shape.of(3, 2), 1, -2, 0x12345678, 99, -7, 0x7fffffff);
        for (int each : new int[] {1, 6, 1027}) {
            RandomOp.Uniform uniform = new RandomOp.Uniform(Shape.of(each), 5);
            Tensor expected = FamilyRun.expected(uniform, keys).get(0);
            Operand y = run.room(expected.type(), Form.PLAIN);
            run.run(RandomNumbers.launches(uniform, run.put(keys), y));
            assertTrue(expected.sameBits(run.get(y, DType.F32)), "uniform " + each);
            RandomOp.Normal normal = new RandomOp.Normal(Shape.of(each), 6);
            Tensor bell = FamilyRun.expected(normal, keys).get(0);
            Operand z = run.room(TensorType.f32(3, each), Form.PLAIN);
            run.run(RandomNumbers.launches(normal, run.put(keys), z));
            FamilyRun.same(bell, run.get(z, DType.F32), 1e-7, "normal " + each);
        }
    }
}
