// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.MatMul;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Resampling.Method;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No kernel falls off the vector path: compiled, none allocates. The page {@code docs/cpu-kernels.md} says what makes
 * one fall and how to find out.
 */
class VectorPathTest {

    private static void assertNone(Map<String, Long> allocating) {
        assertEquals(Map.of(), allocating, "bytes that a call allocates; see docs/cpu-kernels.md");
    }

    /**
     * In a JVM of its own: after some thousand other tests, on a busy machine, a kernel or two were seen to stay off the
     * path that are on it in every fresh JVM.
     */
    @Test
    void kernelsAllocateNothing() throws Exception {
        assertNoneInChild("");
    }

    private static void assertNoneInChild(String width) throws Exception {
        String output = BitsProbe.inChild(VectorPaths.class, "-Dtopple.simd=" + width);
        assertTrue(output.lines().anyMatch("done"::equals), output);
        assertTrue(output.lines().noneMatch(line -> line.startsWith("allocates")), output);
    }

    /** Where kernels become part of their callers, they must stay on the path, too. */
    @Test
    @Tag("fresh")
    @Tag("slow")
    void instructionsAllocateNothing() {
        VectorPaths paths = new VectorPaths();
        assertNone(paths.allocating(elementwise()));
        assertNone(paths.allocating(softMaxima()));
        assertNone(paths.allocating(images()));
        assertNone(paths.allocating(products()));
        assertNone(paths.allocating(convolutions()));
        assertNone(paths.allocating(SmallNet.attack(2)));
        assertNone(paths.allocating(SmallNet.training(2)));
    }

    private static Graph elementwise() {
        Graph graph = new Graph();
        Value x = graph.input("x", TensorType.f32(2, 5, 30, 41));
        Value y = graph.input("y", TensorType.f32(2, 5, 30, 41));
        Value s = graph.input("s", TensorType.f32(5, 1, 1));
        Value z = x.times(s).plus(y).max(x).min(y.plus(3)).minus(s).dividedBy(y.abs().plus(1));
        Value zero = graph.fill(Shape.scalar(), 0);
        Value chosen = z.compare(Relation.EQUAL, z).choose(z, zero);
        for (Relation relation : Relation.values()) {
            chosen = chosen.plus(chosen.compare(relation, y).choose(x, s));
        }
        graph.output("a", chosen.sign().plus(x.clamp(-0.5, 0.5)).plus(x.relu()).plus(x.negate().exp()));
        graph.output("b", x.sigmoid().plus(y.tanh()).plus(x.abs().plus(1).log()).plus(x.abs().sqrt()));
        graph.output("c", x.max(zero).plus(x.abs().negate().exp().plus(1).log()));
        graph.output("d", Gradients.of(x.times(y).relu().power(2).sum(), x));
        graph.output("e", Gradients.of(x.times(y).clamp(-1, 1).power(2).sum(), x));
        return graph;
    }

    private static Graph softMaxima() {
        Graph graph = new Graph();
        Value x = graph.input("x", TensorType.f32(2, 5, 30, 41));
        Value labels = graph.input("labels", TensorType.i32(2, 30, 41));
        graph.output("a", x.softmax(1));
        graph.output("b", x.logSoftmax(3));
        Value loss = Softmax.crossEntropy(x, labels, 4);
        graph.output("c", loss);
        graph.output("d", Gradients.of(loss.sum(), x));
        graph.output("e", x.argMax(1));
        graph.output("f", x.sum(0, 2, 3));
        graph.output("g", x.maxOver(1));
        return graph;
    }

    private static Graph images() {
        Graph graph = new Graph();
        Value x = graph.input("x", TensorType.f32(2, 5, 20, 24));
        Value labels = graph.input("labels", TensorType.i32(2, 60, 70));
        Value large = Resampling.resize(Method.BILINEAR, x, 40, 48);
        graph.output("a", large);
        graph.output("b", Gradients.of(large.square().sum(), x));
        Value loss = Softmax.crossEntropy(Resampling.resize(Method.BILINEAR, x, 60, 70), labels, 4).sum(1, 2);
        graph.output("c", loss);
        graph.output("d", Gradients.of(loss.square().sum(), x));
        return graph;
    }

    private static Graph products() {
        Graph graph = new Graph();
        Value a = graph.input("a", TensorType.f32(37, 50));
        Value b = graph.input("b", TensorType.f32(50, 61));
        Value c = graph.apply(new MatMul(false, false), a, b);
        graph.output("c", c);
        graph.output("d", Gradients.of(c.square().sum(), a));
        return graph;
    }

    /** One of each kind: dense, with stride, dilated, by channel, pointwise; forward and both gradients. */
    private static Graph convolutions() {
        Graph graph = new Graph();
        Geometry same = Geometry.UNIT.padding(1);
        Value image = graph.input("image", TensorType.f32(2, 3, 24, 32));
        List<Value> weights = new ArrayList<>();
        int[][] shapes = {{20, 3, 3, 3}, {20, 20, 3, 3}, {20, 1, 3, 3}, {33, 20, 1, 1}, {33, 33, 3, 3}};
        for (int i = 0; i < shapes.length; i++) {
            weights.add(graph.input("w" + i, TensorType.f32(shapes[i])));
        }
        Value x = Convolution.conv2d(same.stride(2), image, weights.get(0)).relu();
        x = Convolution.conv2d(same, x, weights.get(1)).plus(x).relu();
        x = Convolution.conv2d(same.groups(20), x, weights.get(2)).clamp(0, 6);
        x = Convolution.conv2d(Geometry.UNIT, x, weights.get(3)).relu();
        x = Convolution.conv2d(Geometry.UNIT.padding(2).dilation(2), x, weights.get(4));
        List<Value> wanted = new ArrayList<>(weights);
        wanted.add(image);
        List<Value> gradients = Gradients.of(x.square().sum(), wanted);
        for (int i = 0; i < gradients.size(); i++) {
            graph.output("g" + i, gradients.get(i));
        }
        return graph;
    }

    /** A JVM has one width, so other widths need other JVMs. */
    @ParameterizedTest
    @ValueSource(strings = {"256", "128"})
    @Tag("slow")
    void kernelsOfOtherWidthsAllocateNothing(String width) throws Exception {
        assertNoneInChild(width);
    }
}
