// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Executable;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.reference.ReferenceDevice;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What several convolutions give back to one image is computed together where the image is large beside them. */
class JoinedGradientsTest {

    private static final int WIDE = 44;
    private static final int NARROW = 8;
    private static final int HEIGHT = 3;
    private static final int WIDTH = 5;

    private final List<Variable> weights = new ArrayList<>();

    private static Tensor drawn(int seed, double deviation, int... dims) {
        Random random = new Random(seed);
        float[] values = new float[Shape.of(dims).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return Tensor.of(Shape.of(dims), values);
    }

    /** Features, what three decoders with this many channels make of them, and the gradient of the features. */
    private Graph decoders(int images, int channels) {
        Graph graph = new Graph();
        Value x = graph.input("x", TensorType.f32(images, WIDE, HEIGHT, WIDTH));
        Value feature = x.relu();
        Value loss = feature.sum(1, 2, 3);
        weights.clear();
        for (int i = 0; i < 3; i++) {
            weights.add(new Variable("decoder" + i, drawn(i, 0.2, channels, WIDE, 1, 1)));
            Value y = Convolution.conv2d(Geometry.UNIT, feature, graph.read(weights.get(i))).relu();
            loss = loss.plus(y.times(y).sum(1, 2, 3));
        }
        graph.output("g", Gradients.of(loss.sum(), List.of(x)).get(0));
        return graph;
    }

    private static float[] gradient(Executable program, Tensor x) {
        program.feed("x", x);
        program.run();
        return program.fetch("g").floats();
    }

    private static void assertClose(float[] expected, float[] actual) {
        double largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertArrayEquals(expected, actual, (float) (1e-5 * largest));
    }

    @Test
    void agreesWithTheReferenceAndFollowsEachWeight() {
        Graph graph = decoders(2, NARROW);
        Tensor x = drawn(9, 1, 2, WIDE, HEIGHT, WIDTH);
        try (CudaDevice device = EmulatedDevices.exact();
                ReferenceDevice reference = new ReferenceDevice();
                Executable actual = device.compile(graph);
                Executable expected = reference.compile(graph)) {
            assertTrue(actual.explain().contains("InputGradient [2x24x3x5] [24x44x1x1]"), actual.explain());
            assertClose(gradient(expected, x), gradient(actual, x));
            for (Variable weight : weights) {
                Tensor other = Tensor.filled(weight.type().shape(), 0.1f);
                device.write(weight, other);
                reference.write(weight, other);
                assertClose(gradient(expected, x), gradient(actual, x));
            }
        }
    }

    @Test
    void rowsOfABatchAreTheRowsAlone() {
        Tensor x = drawn(9, 1, 2, WIDE, HEIGHT, WIDTH);
        int each = WIDE * HEIGHT * WIDTH;
        try (CudaDevice device = EmulatedDevices.exact();
                Executable both = device.compile(decoders(2, NARROW));
                Executable alone = device.compile(decoders(1, NARROW))) {
            float[] all = gradient(both, x);
            for (int n = 0; n < 2; n++) {
                float[] one = Arrays.copyOfRange(x.floats(), n * each, (n + 1) * each);
                assertArrayEquals(Arrays.copyOfRange(all, n * each, (n + 1) * each),
                        gradient(alone, Tensor.of(Shape.of(1, WIDE, HEIGHT, WIDTH), one)), "image " + n);
            }
        }
    }

    @Test
    void wideGradientsAreNotCopiedSideBySide() {
        try (CudaDevice device = EmulatedDevices.exact();
                Executable program = device.compile(decoders(1, NARROW + 1))) {
            assertFalse(program.explain().contains("Concat"), program.explain());
            assertEquals(3, program.explain().lines().filter(line -> line.contains("InputGradient [")).count(),
                    program.explain());
        }
    }
}
