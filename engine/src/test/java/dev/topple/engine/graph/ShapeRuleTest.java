// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.graph.Pooling.Window;
import dev.topple.engine.graph.Resampling.Method;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every shape rule refuses what does not fit, and names the op and what it was given. */
class ShapeRuleTest {

    private record Refusal(Op op, String complaint, TensorType... operands) {}

    private static TensorType f(int... dims) {
        return TensorType.f32(dims);
    }

    private static TensorType i(int... dims) {
        return TensorType.i32(dims);
    }

    private static TensorType b(int... dims) {
        return TensorType.bool(dims);
    }

    private static List<Refusal> refusals() {
        Geometry unit = Geometry.UNIT;
        Window two = Window.square(2, 2, 0);
        return List.of(
                new Refusal(new Source.Fill(Shape.of(2), 1), "takes 0 operands", f(2)),
                new Refusal(new Unary.Exp(), "operand 0 must be f32", i(2)),
                new Refusal(new Unary.Exp(), "takes 1 operands", f(2), f(2)),
                new Refusal(new Unary.Not(), "operand 0 must be bool", f(2)),
                new Refusal(new Binary.Add(), "shapes [2] and [3] do not broadcast together", f(2), f(3)),
                new Refusal(new Binary.Add(), "types do not fit", f(2), i(2)),
                new Refusal(new Binary.Add(), "types do not fit", b(2), b(2)),
                new Refusal(new Binary.Add(), "takes 2 operands", f(2)),
                new Refusal(new Binary.Divide(), "types do not fit", i(2), i(2)),
                new Refusal(new Binary.And(), "types do not fit", f(2), f(2)),
                new Refusal(new Binary.Compare(Relation.LESS), "truth values have no order", b(2), b(2)),
                new Refusal(new Elementwise.Where(), "operand 0 must be bool", f(2), f(2), f(2)),
                new Refusal(new Elementwise.Where(), "both choices must have one type", b(2), f(2), i(2)),
                new Refusal(new Elementwise.Where(), "do not broadcast", b(2), f(3), f(3)),
                new Refusal(new Reduction.Sum(List.of(2), false), "axes must exist", f(2, 3)),
                new Refusal(new Reduction.Sum(List.of(1, 0), false), "axes must exist and ascend", f(2, 3)),
                new Refusal(new Reduction.Sum(List.of(0, 0), false), "axes must exist and ascend", f(2, 3)),
                new Refusal(new Reduction.Sum(List.of(0), false), "operand 0 must be f32", i(2)),
                new Refusal(new Reduction.Max(List.of(0), false), "there is no largest of nothing", f(0, 3)),
                new Refusal(new Reduction.Max(List.of(-1), false), "axes must exist", f(2, 3)),
                new Refusal(new Reduction.ArgMax(-1), "axes must exist", f(2, 3)),
                new Refusal(new Reduction.ArgMax(1), "there is no largest of nothing", f(2, 0)),
                new Refusal(new MatMul(false, false), "the inner sizes differ", f(2, 3), f(2, 3)),
                new Refusal(new MatMul(false, true), "the inner sizes differ", f(2, 3), f(3, 2)),
                new Refusal(new MatMul(false, false), "both operands need two axes or more", f(3), f(3, 2)),
                new Refusal(new MatMul(false, false), "do not broadcast", f(2, 1, 3), f(3, 3, 1)),
                new Refusal(new Convolution.Conv2d(unit), "operand 0 must have 4 axes", f(3, 5, 5), f(2, 3, 1, 1)),
                new Refusal(new Convolution.Conv2d(unit), "channels do not fit", f(1, 3, 5, 5), f(2, 4, 1, 1)),
                new Refusal(new Convolution.Conv2d(unit.groups(2)), "channels do not fit", f(1, 4, 5, 5),
                        f(3, 2, 1, 1)),
                new Refusal(new Convolution.Conv2d(unit), "the kernel is larger than the padded image",
                        f(1, 3, 2, 5), f(2, 3, 3, 3)),
                new Refusal(new Convolution.InputGradient(unit, 6, 5), "shapes do not fit", f(1, 2, 3, 3),
                        f(2, 3, 3, 3)),
                new Refusal(new Convolution.WeightGradient(unit, 3, 3), "shapes do not fit", f(1, 3, 5, 5),
                        f(1, 2, 3, 2)),
                new Refusal(new Convolution.WeightGradient(unit, 3, 3), "shapes do not fit", f(2, 3, 5, 5),
                        f(1, 2, 3, 3)),
                new Refusal(new BatchNorm.Training(1e-5f), "one element per channel", f(1, 3, 2, 2), f(2), f(3)),
                new Refusal(new BatchNorm.Training(1e-5f), "operand 0 must have 4 axes", f(3), f(3), f(3)),
                new Refusal(new BatchNorm.Gradient(1e-5f), "the gradient has another shape", f(1, 3, 2, 2), f(3), f(3),
                        f(3), f(1, 3, 2, 1)),
                new Refusal(new Pooling.MaxPool2d(two), "the window is larger than the padded image", f(1, 3, 1, 4)),
                new Refusal(new Pooling.MaxPool2d(two), "operand 0 must be f32", i(1, 3, 4, 4)),
                new Refusal(new Pooling.Scatter(4, 4), "every value needs an index", f(1, 3, 2, 2), i(1, 3, 2, 1)),
                new Refusal(new Pooling.Gather(), "images and indices differ", f(1, 3, 2, 2), i(1, 2, 2, 2)),
                new Refusal(new Pooling.AvgPool2dGradient(two, true, 4, 4), "shapes do not fit", f(1, 3, 2, 3)),
                new Refusal(new Resampling.Resize(Method.BILINEAR, 4, 4), "cannot be interpolated", i(1, 3, 2, 2)),
                new Refusal(new Resampling.Resize(Method.NEAREST, 0, 4), "sizes must be positive", f(1, 3, 2, 2)),
                new Refusal(new Resampling.ResizeGradient(Method.NEAREST, 0, 4), "sizes must be positive",
                        f(1, 3, 2, 2)),
                new Refusal(new Layout.Reshape(Shape.of(5)), "the number of elements differs", f(2, 3)),
                new Refusal(new Layout.Transpose(List.of(0, 0)), "must name every axis once", f(2, 3)),
                new Refusal(new Layout.Transpose(List.of(0)), "must name every axis once", f(2, 3)),
                new Refusal(new Layout.BroadcastTo(Shape.of(2, 4)), "does not broadcast", f(2, 3)),
                new Refusal(new Layout.Concat(0), "operands may differ along the axis alone", f(2, 3), f(2, 4)),
                new Refusal(new Layout.Concat(0), "operands may differ along the axis alone", f(2, 3), i(2, 3)),
                new Refusal(new Layout.Concat(2), "there is no such axis", f(2, 3)),
                new Refusal(new Layout.Concat(0), "nothing to join"),
                new Refusal(new Layout.Slice(List.of(1, 0), List.of(2, 3)), "the box reaches outside", f(2, 3)),
                new Refusal(new Layout.Slice(List.of(0), List.of(2)), "the box reaches outside", f(2, 3)),
                new Refusal(new Layout.Slice(List.of(Integer.MAX_VALUE), List.of(1)), "reaches outside", f(2)),
                new Refusal(new Layout.Pad(List.of(0), List.of(-1), 0), "two sizes of at least 0", f(2)),
                new Refusal(new Layout.Pad(List.of(0, 0), List.of(1, 0), 0), "two sizes of at least 0", f(2)),
                new Refusal(new Softmax.Probabilities(2), "there is no such axis", f(2, 3)),
                new Refusal(new Softmax.CrossEntropy(-1), "labels must have the shape of the logits", f(2, 3, 4),
                        i(2, 3)),
                new Refusal(new Softmax.CrossEntropy(-1), "weights must have one element per class", f(2, 3), i(2),
                        f(2)),
                new Refusal(new Softmax.CrossEntropy(-1), "operand 1 must be i32", f(2, 3), f(2)),
                new Refusal(new Softmax.CrossEntropyGradient(-1), "one element per label", f(2, 3), i(2), f(3)),
                new Refusal(new Indexing.Gather(2), "there is no such axis", f(2, 3), i(4)),
                new Refusal(new Indexing.Gather(0), "operand 1 must be i32", f(2, 3), f(4)),
                new Refusal(new Indexing.ScatterAdd(0, 5), "the indices do not fit", f(2, 3), i(3)),
                new Refusal(new Indexing.OneHot(2, 5), "there is no such place for an axis", i(2)),
                new Refusal(new RandomOp.Uniform(Shape.of(3), 0), "a key has two words", i(2, 3)),
                new Refusal(new RandomOp.Normal(Shape.of(3), 0), "operand 0 must be i32", f(2, 2)));
    }

    @TestFactory
    Stream<DynamicTest> refuses() {
        return refusals().stream().map(refusal -> DynamicTest.dynamicTest(
                refusal.op() + " of " + List.of(refusal.operands()), () -> {
                    String message = assertThrows(IllegalArgumentException.class,
                            () -> refusal.op().results(List.of(refusal.operands()))).getMessage();
                    assertTrue(message.contains(refusal.complaint()), message);
                    assertTrue(message.contains(refusal.op().mnemonic()), "names the op: " + message);
                    assertEquals(1, message.lines().count(), message);
                }));
    }

    @Test
    void attributesAreChecked() {
        assertThrows(IllegalArgumentException.class, () -> new Unary.Clamp(1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Unary.Clamp(Float.NaN, 0));
        assertThrows(IllegalArgumentException.class, () -> Geometry.UNIT.stride(0));
        assertThrows(IllegalArgumentException.class, () -> Geometry.UNIT.padding(-1));
        assertThrows(IllegalArgumentException.class, () -> Geometry.UNIT.groups(0));
        assertThrows(IllegalArgumentException.class, () -> Window.square(0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> Window.square(2, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> Window.square(3, 1, 2));
        Graph graph = new Graph();
        Value x = graph.input("x", f(2, 3));
        assertThrows(IllegalArgumentException.class, () -> x.softmax(2));
        assertThrows(IllegalArgumentException.class, () -> x.sum(-3));
        assertThrows(IllegalArgumentException.class, () -> x.slice(1, 2, 1));
        assertThrows(IllegalArgumentException.class, () -> graph.zeros(i(2)));
        assertThrows(IllegalArgumentException.class,
                () -> RandomOp.dropout(x, 1, graph.input("keys", i(2, 2)), 0));
    }

    @Test
    void negativeAxesCountFromTheLast() {
        Value x = new Graph().input("x", f(2, 3, 4));
        assertEquals(Shape.of(2, 3), x.sum(-1).shape());
        assertEquals(Shape.of(2, 1, 4), x.sumKeepingAxes(-2).shape());
        assertEquals(Shape.of(3, 4), x.maxOver(-3).shape());
        assertEquals(Shape.scalar(), x.mean().shape());
        assertEquals(i(2, 3), x.argMax(-1).type());
        assertEquals(f(2, 3, 8), Layout.concat(-1, List.of(x, x)).type());
    }

    @Test
    void scalarsHaveNoAxes() {
        Value x = new Graph().input("x", f());
        assertEquals(f(), x.sum().type());
        assertEquals(f(), Layout.pad(x, new int[0], new int[0], 1).type());
        assertEquals(f(), x.transpose().type());
        assertEquals(DType.F32, x.dtype());
    }
}
