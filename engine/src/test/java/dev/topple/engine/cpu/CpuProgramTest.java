// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Programs over nothing, and programs that have not run. */
class CpuProgramTest {

    private final CpuDevice device = new CpuDevice(new DeviceOptions(2));
    private final Graph graph = new Graph();

    @AfterEach
    void close() {
        device.close();
    }

    private float[] result(Value y) {
        graph.output("y", y);
        try (Executable program = device.compile(graph)) {
            graph.inputs().forEach((name, value) -> program.feed(name, Tensor.zeros(value.type())));
            program.run();
            return program.fetch("y").floats();
        }
    }

    private Value input(String name, int... dims) {
        return graph.input(name, TensorType.f32(dims));
    }

    @Test
    void aProductOfNoRowsHasNone() {
        assertEquals(0, result(input("x", 0, 4).matmul(input("w", 4, 5)).relu()).length);
    }

    @Test
    void aProductOverNothingIsZero() {
        assertArrayEquals(new float[6], result(input("x", 2, 0).matmul(input("w", 0, 3))));
    }

    @Test
    void noImagesAreConvolvedToNone() {
        assertEquals(0, result(Convolution.conv2d(Convolution.Geometry.UNIT, input("x", 0, 3, 4, 4),
                input("w", 2, 3, 1, 1), input("b", 2)).relu()).length);
    }

    @Test
    void noImagesGiveAWeightNoGradient() {
        assertArrayEquals(new float[6], result(Convolution.weightGradient(Convolution.Geometry.UNIT,
                input("x", 0, 3, 4, 4), input("g", 0, 2, 4, 4), 1, 1)));
    }

    @Test
    void noChannelsAreConvolvedToTheBias() {
        Value y = Convolution.conv2d(Convolution.Geometry.UNIT, input("x", 1, 0, 2, 1), input("w", 2, 0, 1, 1))
                .plus(input("b", 1, 2, 1, 1).plus(3)).relu();
        assertArrayEquals(new float[] {3, 3, 3, 3}, result(y));
    }

    @Test
    void softMaximaOverNothingAreNone() {
        assertEquals(0, result(input("x", 2, 0).softmax(1)).length);
    }

    @Test
    void softMaximaOfInnerNothingAreNone() {
        assertEquals(0, result(input("x", 2, 0, 3).logSoftmax(1)).length);
    }

    @Test
    void nothingIsFetchedBeforeARun() {
        graph.output("y", input("x", 2).plus(1));
        try (Executable program = device.compile(graph)) {
            program.feed("x", Tensor.zeros(TensorType.f32(2)));
            String message = assertThrows(IllegalStateException.class, () -> program.fetch("y")).getMessage();
            assertTrue(message.contains("'y'"), message);
            program.run();
            assertArrayEquals(new float[] {1, 1}, program.fetch("y").floats());
        }
    }
}
