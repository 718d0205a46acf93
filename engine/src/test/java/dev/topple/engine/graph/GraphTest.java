// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.List;
import org.junit.jupiter.api.Test;

class GraphTest {

    private static final TensorType VECTOR = TensorType.f32(3);

    private final Graph graph = new Graph();

    private static void assertRefused(String part, Runnable action) {
        String message = assertThrows(IllegalArgumentException.class, action::run).getMessage();
        assertTrue(message.contains(part), () -> "'" + message + "' should say '" + part + "'");
    }

    @Test
    void nodesAreNumberedInOrder() {
        Value x = graph.input("x", VECTOR);
        Value y = x.exp().plus(x);
        for (Node node : graph.nodes()) {
            assertSame(node, graph.nodes().get(node.id()));
            node.operands().forEach(operand -> assertTrue(operand.node().id() < node.id()));
        }
        assertEquals(2, y.node().id());
        assertThrows(UnsupportedOperationException.class, () -> graph.nodes().clear());
    }

    @Test
    void operandsOfAnotherGraphAreRefused() {
        Value x = graph.input("x", VECTOR);
        Graph other = new Graph();
        Value y = other.input("y", VECTOR);
        assertRefused("another graph", () -> x.plus(y));
        assertRefused("Add", () -> x.plus(y));
        assertRefused("another graph", () -> graph.output("y", y));
        assertRefused("another graph", () -> graph.assign(Variable.zeros("v", VECTOR), y));
        assertEquals(1, graph.nodes().size());
    }

    @Test
    void inputsHaveOneType() {
        Value x = graph.input("x", VECTOR);
        assertSame(x, graph.input("x", TensorType.f32(3)));
        assertRefused("input 'x' is f32[3], but was asked for as i32[3]", () -> graph.input("x", TensorType.i32(3)));
        assertEquals(List.of("x"), List.copyOf(graph.inputs().keySet()));
    }

    @Test
    void variablesAreReadOnceAndAreThemselves() {
        Variable a = Variable.zeros("v", VECTOR);
        Variable b = Variable.zeros("v", VECTOR);
        assertSame(graph.read(a), graph.read(a));
        assertNotSame(graph.read(a), graph.read(b));
        assertEquals(2, graph.reads().size());
    }

    @Test
    void namesLeaveOnce() {
        Value x = graph.input("x", VECTOR);
        Variable v = Variable.zeros("v", VECTOR);
        graph.output("y", x);
        assertRefused("output 'y' exists already", () -> graph.output("y", x.exp()));
        graph.assign(v, x);
        assertRefused("v:f32[3] is assigned twice", () -> graph.assign(v, x.exp()));
        assertRefused("v:f32[3] cannot be assigned a value f32[1x3]",
                () -> graph.assign(Variable.zeros("v", VECTOR), x.reshape(1, 3)));
    }

    @Test
    void constantsAreCopied() {
        Tensor tensor = Tensor.of(Shape.of(2), 1f, 2f);
        Source.Constant constant = (Source.Constant) graph.constant(tensor).node().op();
        tensor.floats()[0] = 9;
        assertEquals(1, constant.tensor().floats()[0]);
    }

    @Test
    void opsAreEqualWhenTheirAttributesAre() {
        assertEquals(new Binary.Add(), new Binary.Add());
        assertEquals(new Unary.Clamp(0, 1), new Unary.Clamp(0, 1));
        assertNotEquals(new Unary.Clamp(0, 1), new Unary.Clamp(0, 2));
        Tensor zero = Tensor.of(Shape.of(1), 0f);
        assertEquals(Source.Constant.of(zero), Source.Constant.of(zero.copy()));
        assertEquals(Source.Constant.of(zero).hashCode(), Source.Constant.of(zero.copy()).hashCode());
        assertNotEquals(Source.Constant.of(zero), Source.Constant.of(Tensor.of(Shape.of(1), -0f)));
        assertNotEquals(new Source.Fill(Shape.of(1), 0f), new Source.Fill(Shape.of(1), -0f));
        assertEquals(new Source.Fill(Shape.of(1), Float.NaN), new Source.Fill(Shape.of(1), Float.NaN));
    }

    @Test
    void valuesThatNeedNoNodeAreTheSame() {
        Value x = graph.input("x", VECTOR);
        Value labels = graph.input("labels", TensorType.i32(3));
        assertSame(x, x.reshape(3));
        assertSame(x, x.cast(DType.F32));
        assertSame(x, x.broadcastTo(Shape.of(3)));
        assertSame(x, x.sumTo(Shape.of(3)));
        assertSame(labels, labels.stopGradient());
        assertNotSame(x, x.stopGradient());
    }

    @Test
    void sumsDownToSmallerShapes() {
        Value x = graph.input("x", TensorType.f32(2, 3, 4));
        for (Shape target : List.of(Shape.scalar(), Shape.of(4), Shape.of(1), Shape.of(3, 1), Shape.of(1, 3, 1),
                Shape.of(2, 1, 4))) {
            assertEquals(target, x.sumTo(target).shape());
        }
        assertRefused("cannot be summed", () -> x.sumTo(Shape.of(2)));
    }

    @Test
    void integersMeetIntegersAlone() {
        Value labels = graph.input("labels", TensorType.i32(3));
        assertEquals(DType.I32, labels.minus(1).dtype());
        assertRefused("0.5 is no integer", () -> labels.times(0.5));
        assertRefused("cast it to f32", () -> labels.compare(Relation.LESS, 1e10));
    }

    @Test
    void printsItself() {
        Value x = graph.input("x", VECTOR);
        Value y = x.plus(1);
        graph.output("y", y);
        graph.assign(Variable.zeros("v", VECTOR), y);
        String text = graph.toString();
        assertTrue(text.contains("%2:f32[3] = Add[](%0, %1)"), text);
        assertTrue(text.contains("output y = %2:f32[3]"), text);
        assertTrue(text.contains("assign v:f32[3] = %2:f32[3]"), text);
    }
}
