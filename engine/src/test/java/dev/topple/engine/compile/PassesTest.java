// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.Binary;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Op;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Unary;
import dev.topple.engine.graph.Value;
import dev.topple.engine.optest.GradientCheck;
import dev.topple.engine.optest.OpCase;
import dev.topple.engine.optest.OpCases;
import dev.topple.engine.optest.Tolerance;
import dev.topple.engine.reference.ReferenceDevice;
import dev.topple.engine.reference.ReferenceEvaluator;
import dev.topple.engine.reference.ReferenceExecutable;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class PassesTest {

    private static final TensorType VECTOR = TensorType.f32(3);

    private final Graph graph = new Graph();

    private Graph tidy() {
        return Passes.tidy(graph, new ReferenceEvaluator());
    }

    private static List<Op> ops(Graph graph) {
        return graph.nodes().stream().map(Node::op).toList();
    }

    @Test
    void dropsWhatNobodyNeeds() {
        Value x = graph.input("x", VECTOR);
        graph.input("unused", VECTOR).exp();
        x.log();
        graph.output("y", x.negate());
        assertEquals(List.of(new Source.Input("x", VECTOR), new Unary.Negate()), ops(tidy()));
    }

    @Test
    void keepsOutputsAndAssignmentsInOrder() {
        Variable variable = Variable.zeros("v", VECTOR);
        Value x = graph.input("x", VECTOR);
        graph.output("b", x);
        graph.output("a", x.exp());
        graph.output("b too", x);
        graph.assign(variable, graph.read(variable).plus(x));
        Graph tidy = tidy();
        assertEquals(List.of("b", "a", "b too"), List.copyOf(tidy.outputs().keySet()));
        assertSame(tidy.outputs().get("b"), tidy.outputs().get("b too"));
        assertEquals(Set.of(variable), tidy.assignments().keySet());
        assertEquals(Set.of(variable), tidy.reads().keySet());
    }

    @Test
    void foldsConstants() {
        Value x = graph.input("x", VECTOR);
        Value two = graph.fill(Shape.scalar(), 1).plus(1);
        Value table = graph.constant(Tensor.of(Shape.of(3), 1f, 2f, 3f)).times(two);
        graph.output("y", x.plus(table));
        Graph tidy = tidy();
        assertEquals(List.of(new Source.Input("x", VECTOR),
                Source.Constant.of(Tensor.of(Shape.of(3), 2f, 4f, 6f)), new Binary.Add()), ops(tidy));
    }

    @Test
    void foldsToFillsWhereAllIsEqual() {
        graph.output("y", graph.constant(Tensor.of(Shape.of(2), 4f, 4f)).sqrt());
        assertEquals(List.of(new Source.Fill(Shape.of(2), 2)), ops(tidy()));
    }

    @Test
    void foldsNothingThatIsLarge() {
        float[] values = new float[10000];
        values[0] = 1;
        graph.output("y", graph.constant(Tensor.of(Shape.of(100, 100), values)).exp().sum());
        assertEquals(3, tidy().nodes().size());
    }

    @Test
    void foldsWhatIsUniformAtAnySize() {
        graph.output("y", graph.fill(Shape.of(1000, 1, 1), 0.1).exp().broadcastTo(Shape.of(1000, 7, 5)).sum(1));
        graph.output("one", graph.fill(Shape.of(1, 1, 1), 0.1).exp().broadcastTo(Shape.of(1, 7, 5)).sum(1));
        List<Op> ops = ops(tidy());
        assertEquals(2, ops.size());
        Source.Fill many = assertInstanceOf(Source.Fill.class, ops.get(0));
        Source.Fill one = assertInstanceOf(Source.Fill.class, ops.get(1));
        assertEquals(Shape.of(1000, 5), many.shape());
        assertEquals(one.value(), many.value());
        assertEquals(7 * Math.exp(0.1), many.value(), 1e-5);
    }

    @Test
    void foldsIntegersAndTruth() {
        Value labels = graph.constant(Tensor.of(Shape.of(2), 1, 1));
        graph.output("truth", labels.cast(DType.BOOL).not());
        graph.output("labels", labels.plus(1));
        assertEquals(List.of(Source.Constant.of(Tensor.of(Shape.of(2), false, false)),
                Source.Constant.of(Tensor.of(Shape.of(2), 2, 2))), ops(tidy()));
    }

    @Test
    void mergesWhatIsComputedTwice() {
        Value x = graph.input("x", VECTOR);
        Value y = graph.input("y", VECTOR);
        graph.output("a", x.exp().plus(x.exp()));
        graph.output("b", x.exp().plus(x.exp()));
        graph.output("c", x.minus(y).plus(y.minus(x)));
        Graph tidy = tidy();
        assertSame(tidy.outputs().get("a"), tidy.outputs().get("b"));
        assertEquals(1, ops(tidy).stream().filter(new Unary.Exp()::equals).count());
        assertEquals(2, ops(tidy).stream().filter(new Binary.Subtract()::equals).count());
    }

    @Test
    void mergesEqualConstantsAndNodesWithTwoResults() {
        Value x = graph.input("x", TensorType.f32(1, 1, 4, 4));
        Pooling.Window window = Pooling.Window.square(2, 2, 0);
        graph.output("values", Pooling.maxPool2d(window, x).result(0).times(graph.constant(Tensor.scalar(3))));
        graph.output("indices", Pooling.maxPool2d(window, x).result(1));
        graph.output("z", x.plus(graph.constant(Tensor.scalar(3))));
        Graph tidy = tidy();
        assertEquals(1, ops(tidy).stream().filter(Pooling.MaxPool2d.class::isInstance).count());
        assertEquals(1, ops(tidy).stream().filter(Source.Constant.class::isInstance).count());
        assertEquals(1, tidy.outputs().get("indices").index());
    }

    @Test
    void dropsWhatChangesNothing() {
        Value x = graph.input("x", VECTOR);
        Value same = graph.apply(new Layout.Reshape(Shape.of(3)), x.stopGradient());
        graph.output("y", graph.apply(new Layout.BroadcastTo(Shape.of(3)), same).exp());
        graph.output("x", x.stopGradient());
        assertEquals(List.of(new Source.Input("x", VECTOR), new Unary.Exp()), ops(tidy()));
    }

    @Test
    void leavesTheSourceAlone() {
        graph.output("y", graph.fill(Shape.of(2), 1).plus(1));
        String before = graph.toString();
        tidy();
        assertEquals(before, graph.toString());
    }

    @TestFactory
    Stream<DynamicTest> everyCaseComputesTheSame() {
        return OpCases.all().stream().map(testCase -> DynamicTest.dynamicTest(testCase.name(), () -> {
            OpCase.Built built = testCase.build();
            List<Value> results = new ArrayList<>(built.results());
            if (testCase.differentiable()) {
                Value scalar = GradientCheck.randomSum(built.floatResults(), testCase.name().hashCode());
                results.addAll(Gradients.of(scalar, built.floatInputs()));
            }
            for (int i = 0; i < results.size(); i++) {
                built.graph().output("y" + i, results.get(i));
            }
            Graph tidy = Passes.tidy(built.graph(), new ReferenceEvaluator());
            assertTrue(tidy.nodes().size() <= built.graph().nodes().size());
            compare(testCase, built.graph(), tidy);
        }));
    }

    @TestFactory
    Stream<DynamicTest> everyCaseOfConstantsFolds() {
        return OpCases.all().stream().map(testCase -> DynamicTest.dynamicTest(testCase.name(), () -> {
            Graph constant = new Graph();
            List<Value> inputs = testCase.inputs().stream().map(constant::constant).toList();
            List<Value> results = testCase.body().build(constant, inputs);
            for (int i = 0; i < results.size(); i++) {
                constant.output("y" + i, results.get(i));
            }
            compare(testCase, constant, Passes.tidy(constant, new ReferenceEvaluator()));
        }));
    }

    /** Folded constants are rounded to floats on the way; all else must be the same to the last bit of a double. */
    private static void compare(OpCase testCase, Graph plain, Graph tidy) {
        boolean folded = tidy.nodes().stream().map(Node::op).filter(Source.Constant.class::isInstance).count() > 0;
        try (ReferenceDevice device = new ReferenceDevice(); ReferenceExecutable a = device.compile(plain);
                ReferenceExecutable b = device.compile(tidy)) {
            for (int i = 0; i < testCase.inputs().size(); i++) {
                String name = "x" + i;
                if (plain.inputs().containsKey(name)) {
                    a.feed(name, testCase.inputs().get(i));
                }
                if (tidy.inputs().containsKey(name)) {
                    b.feed(name, testCase.inputs().get(i));
                }
            }
            a.run();
            b.run();
            assertEquals(plain.outputs().keySet().stream().collect(Collectors.toList()),
                    List.copyOf(tidy.outputs().keySet()));
            for (String output : plain.outputs().keySet()) {
                Tensor expected = a.fetch(output);
                Tensor actual = b.fetch(output);
                boolean same = folded && expected.dtype() == DType.F32
                        ? new Tolerance(1e-6, 1e-6).firstMismatch(a.fetchDoubles(output), actual.floats()) < 0
                        : expected.sameBits(actual);
                assertTrue(same, () -> testCase + ", " + output + " differs");
            }
        }
    }

    @Test
    void theEvaluatorIsAskedForFoldsAlone() {
        Value x = graph.input("x", VECTOR);
        graph.output("y", x.plus(graph.fill(Shape.of(3), 1).exp()));
        List<Op> asked = new ArrayList<>();
        Graph tidy = Passes.tidy(graph, (op, operands) -> {
            asked.add(op);
            return new ReferenceEvaluator().evaluate(op, operands);
        });
        assertEquals(List.of(new Unary.Exp()), asked);
        assertInstanceOf(Binary.Add.class, tidy.outputs().get("y").node().op());
    }
}
