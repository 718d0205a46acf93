// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.Binary;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which nodes become one unit. */
class FusionTest {

    private final Graph graph = new Graph();

    private List<Unit> units() {
        return units(Rules.ALL);
    }

    private List<Unit> units(FusionRules rules) {
        return units(Fusion.units(graph, Preparation.of(graph), Optional.of(rules)));
    }

    /** Those that compute something, of units of which every node is in one, after what it depends on. */
    private List<Unit> units(List<Unit> all) {
        Map<Node, Integer> place = new HashMap<>();
        for (int i = 0; i < all.size(); i++) {
            for (Node node : all.get(i).nodes()) {
                assertEquals(null, place.put(node, i), () -> node + " is in two units");
            }
        }
        graph.nodes().forEach(node -> node.operands().forEach(operand -> assertTrue(
                place.get(operand.node()) <= place.get(node), () -> node + " comes before " + operand)));
        return all.stream().filter(unit -> !(unit.first().op() instanceof Source)
                && !(unit.first().op() instanceof Layout.Reshape)).toList();
    }

    private Value image(String name) {
        return graph.input(name, TensorType.f32(2, 8, 5, 5));
    }

    private Value read(String name, int... dims) {
        return graph.read(Variable.zeros(name, TensorType.f32(dims)));
    }

    private Value convolved(Value image) {
        return Convolution.conv2d(Geometry.UNIT.padding(1), image, read("weight", 8, 8, 3, 3));
    }

    @Test
    void aConvolutionTakesAlongWhatFollows() {
        Value y = convolved(image("x")).times(read("scale", 1, 8, 1, 1)).plus(read("shift", 8, 1, 1))
                .plus(image("residual")).relu();
        graph.output("y", y);
        List<Unit> units = units(Rules.NONE);
        assertEquals(1, units.size());
        assertEquals(" + scale + shift + residual + Relu", units.get(0).epilogue().describe());
        assertEquals(List.of(y), List.copyOf(units.get(0).results()));
    }

    @Test
    void withoutRulesEveryNodeIsAUnit() {
        graph.output("y", convolved(image("x")).times(read("scale", 1, 8, 1, 1)).relu().exp());
        assertEquals(4, units(Fusion.units(graph, Preparation.of(graph), Optional.empty())).size());
    }

    @Test
    void nothingFollowsAReluInAConvolution() {
        graph.output("y", convolved(image("x")).relu().times(read("scale", 1, 8, 1, 1)));
        List<Unit> units = units();
        assertEquals(2, units.size());
        assertEquals(" + Relu", units.get(0).epilogue().describe());
    }

    private Value clampGradient(Value g, Value x, float high) {
        return graph.node(new Binary.ClampGradient(0, high), g, x).result(0);
    }

    @Test
    void aConvolutionClampsWhereTheDeviceSaysSo() {
        Value x = convolved(image("x"));
        graph.output("y", x.clamp(0, 6));
        graph.output("dx", clampGradient(convolved(image("g")), x, 6).times(read("scale", 1, 8, 1, 1)));
        List<Unit> units = units();
        assertEquals(2, units.size());
        assertEquals(" + Clamp", units.get(0).epilogue().describe());
        assertEquals(6f, units.get(0).epilogue().ceiling());
        assertEquals(Optional.of(x), units.get(0).unclamped());
        assertEquals(" + scale + ClampGradient", units.get(1).epilogue().describe());
        assertEquals(Optional.of(x), units.get(1).epilogue().mask());
        assertTrue(units(Rules.NONE).stream().allMatch(unit -> unit.epilogue().describe().isEmpty()));
    }

    @Test
    void aClampOfAValueThatOthersNeedStaysApart() {
        Value x = convolved(image("x"));
        graph.output("y", x.clamp(0, 6));
        graph.output("other bounds", clampGradient(image("g"), x, 5));
        assertEquals("", units().get(0).epilogue().describe());
        Value z = convolved(image("z"));
        graph.output("clamped", z.clamp(0, 6));
        graph.output("itself", clampGradient(z, z, 6));
        assertTrue(units().stream().allMatch(unit -> unit.epilogue().describe().isEmpty()));
    }

    @Test
    void aMinimumMayFollowARelu() {
        graph.output("y", convolved(image("x")).relu().min(graph.fill(Shape.scalar(), 6)));
        assertEquals(List.of(" + Clamp"), units().stream().map(unit -> unit.epilogue().describe()).toList());
        assertEquals(Optional.empty(), units().get(0).unclamped());
        assertEquals(List.of(" + Relu", ""),
                units(Rules.NONE).stream().map(unit -> unit.epilogue().describe()).toList());
    }

    @Test
    void aScaleMayFollowAMaskAndAShiftMayNot() {
        Value mask = image("mask");
        Value masked = graph.node(new Binary.ReluGradient(), convolved(image("x")), mask).result(0);
        graph.output("y", masked.times(read("scale", 1, 8, 1, 1)).plus(read("shift", 8, 1, 1)));
        List<Unit> units = units();
        assertEquals(2, units.size());
        assertEquals(" + scale + ReluGradient", units.get(0).epilogue().describe());
        assertEquals(Optional.of(mask), units.get(0).epilogue().mask());
    }

    @Test
    void otherNodesTakeAMaskWhereTheDeviceSaysSo() {
        Value back = graph.node(new Resampling.ResizeGradient(Resampling.Method.BILINEAR, 5, 5),
                graph.input("g", TensorType.f32(2, 8, 10, 10))).result(0);
        Value masked = graph.node(new Binary.ReluGradient(), back, image("mask")).result(0);
        graph.output("y", masked.times(read("scale", 1, 8, 1, 1)));
        assertEquals(List.of(" + ReluGradient", ""),
                units(Rules.ALL).stream().map(unit -> unit.epilogue().describe()).toList());
        assertEquals(List.of("", ""),
                units(Rules.NONE).stream().map(unit -> unit.epilogue().describe()).toList());
    }

    @Test
    void whatOthersNeedStaysAValue() {
        Value product = convolved(image("x"));
        graph.output("product", product);
        graph.output("y", product.plus(read("shift", 8, 1, 1)));
        assertEquals(2, units().size());
    }

    @Test
    void whatTellsImagesApartIsNoScale() {
        Value perImage = graph.input("per image", TensorType.f32(1, 8, 1, 1));
        Value x = graph.input("one", TensorType.f32(1, 8, 5, 5));
        graph.output("y", convolved(x).times(perImage));
        assertEquals(2, units().size());
    }

    @Test
    void elementwiseNodesOfOneShapeAreOneUnit() {
        Value x = image("x");
        Value a = x.exp();
        graph.output("y", a.plus(1).times(a).minus(read("shift", 8, 1, 1)));
        graph.output("a", a);
        List<Unit> units = units(Rules.NONE);
        assertEquals(1, units.size());
        assertEquals(2, units.get(0).results().size());
        assertTrue(units.get(0).isLast());
    }

    @Test
    void unitsDoNotDependOnEachOtherInACircle() {
        Value x = image("x");
        Value a = x.exp();
        Value total = a.sum().broadcastTo(a.shape());
        graph.output("y", a.times(total));
        List<Unit> units = units();
        assertEquals(3, units.size());
        assertFalse(units.get(0).isLast());
    }

    @Test
    void whatIsMadeOfVariablesAloneJoinsNothingOfEachRun() {
        Value scale = read("variance", 1, 8, 1, 1).plus(1e-5).power(-0.5);
        graph.output("y", image("x").times(scale).plus(scale));
        List<Unit> units = units();
        assertEquals(2, units.size());
        Preparation preparation = Preparation.of(graph);
        assertTrue(preparation.isMade(units.get(0)));
        assertTrue(preparation.isKept(scale));
        assertFalse(preparation.isMade(units.get(1)));
    }

    private void resizedLoss(Resampling.Method method) {
        Value logits = image("logits");
        Value large = Resampling.resize(method, logits, 20, 20);
        Value losses = Softmax.crossEntropy(large, graph.input("labels", TensorType.i32(2, 20, 20)), -1);
        Value merit = losses.mean(1, 2).sum();
        graph.output("merit", merit);
        graph.output("gradient", Gradients.of(List.of(merit), List.of(graph.fill(Shape.scalar(), 1)),
                List.of(logits)).get(0));
    }

    @Test
    void lossesOfResizedLogitsAreTwoUnits() {
        resizedLoss(Resampling.Method.BILINEAR);
        List<Unit> parts = units().stream().filter(unit -> unit.loss().isPresent()).toList();
        assertEquals(2, parts.size());
        assertTrue(parts.get(0).last().op() instanceof Softmax.CrossEntropy);
        assertTrue(parts.get(1).last().op() instanceof Resampling.ResizeGradient);
        assertTrue(parts.get(0).loss().orElseThrow().gradient().orElseThrow().isPerImage());
    }

    @Test
    void lossesStayApartWhereTheDeviceSaysSo() {
        resizedLoss(Resampling.Method.NEAREST);
        assertTrue(units(Rules.NONE).stream().allMatch(unit -> unit.loss().isEmpty()));
    }

    @Test
    void aWeightForEachPlaceIsNotPerImage() {
        Value logits = image("logits");
        Value large = Resampling.resize(Resampling.Method.BILINEAR, logits, 20, 20);
        Value losses = Softmax.crossEntropy(large, graph.input("labels", TensorType.i32(2, 20, 20)), -1)
                .times(graph.input("places", TensorType.f32(2, 20, 20)));
        graph.output("gradient", Gradients.of(losses.sum(), List.of(logits)).get(0));
        List<ResizedLoss> found = ResizedLoss.find(graph, new Uses(graph));
        assertEquals(1, found.size());
        assertFalse(found.get(0).gradient().orElseThrow().isPerImage());
    }
}
