// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Executable;
import dev.topple.engine.OutOfDeviceMemoryException;
import dev.topple.engine.Precision;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import dev.topple.kernels.emulator.EmulatedDriver;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How programs of the device {@code cuda} hold their memory and when they make what they prepare. */
class ProgramTest {

    private static Graph chain(int size) {
        Graph graph = new Graph();
        Value x = graph.input("x", TensorType.f32(size));
        graph.output("y", x.exp().sum().broadcastTo(Shape.of(size)).plus(x).sum().times(x));
        return graph;
    }

    private static Graph convolution(Variable weight, int height) {
        Graph graph = new Graph();
        Value x = graph.input("x", TensorType.f32(1, 8, height, 5));
        graph.output("y", Convolution.conv2d(Convolution.Geometry.UNIT.padding(1), x, graph.read(weight)));
        return graph;
    }

    private static Variable weight() {
        return new Variable("weight", Tensor.filled(Shape.of(8, 8, 3, 3), 0.25f));
    }

    @Test
    void secondRunIsRecordedAndLaterOnesReplayed() {
        try (CudaDevice device = EmulatedDevices.exact();
                CudaProgram program = (CudaProgram) device.compile(chain(9))) {
            program.feed("x", Tensor.filled(Shape.of(9), 0.5f));
            program.run();
            assertFalse(program.isRecorded());
            Tensor first = program.fetch("y");
            program.run();
            assertTrue(program.isRecorded());
            assertTrue(first.sameBits(program.fetch("y")));
            program.feed("x", Tensor.filled(Shape.of(9), 0));
            program.run();
            assertArrayEquals(new float[9], program.fetch("y").floats());
        }
    }

    @Test
    void programsShareTheirWorkingMemoryAndFindItAgainWhereItWasMoved() {
        try (CudaDevice device = EmulatedDevices.exact();
                CudaProgram small = (CudaProgram) device.compile(chain(10))) {
            small.feed("x", Tensor.filled(Shape.of(10), 0.5f));
            small.run();
            small.run();
            Tensor before = small.fetch("y");
            long alone = device.memory().usage().allocatedBytes();
            try (CudaProgram large = (CudaProgram) device.compile(chain(3_000_000))) {
                small.run();
                assertTrue(before.sameBits(small.fetch("y")), "the arena moved, the result is the same");
                small.run();
                assertTrue(before.sameBits(small.fetch("y")));
                assertTrue(large.arenaBytes() > small.arenaBytes());
            }
            small.run();
            assertTrue(before.sameBits(small.fetch("y")));
            assertEquals(alone, device.memory().usage().allocatedBytes());
        }
    }

    @Test
    void packedWeightsAreSharedAndMadeAnewWhenTheVariableChanges() {
        Variable weight = weight();
        EmulatedDriver driver = new EmulatedDriver();
        try (CudaDevice device = new CudaDevice(driver, Precision.EXACT);
                Executable one = device.compile(convolution(weight, 5));
                Executable other = device.compile(convolution(weight, 7))) {
            one.feed("x", Tensor.filled(Shape.of(1, 8, 5, 5), 1));
            other.feed("x", Tensor.filled(Shape.of(1, 8, 7, 5), 1));
            one.run();
            long packed = driver.executed().get("convolution_pack");
            other.run();
            one.run();
            assertEquals(packed, driver.executed().get("convolution_pack"), "packed once, for both");
            float before = one.fetch("y").floats()[7];
            device.write(weight, Tensor.filled(weight.type().shape(), 0.5f));
            one.run();
            other.run();
            assertEquals(2 * packed, driver.executed().get("convolution_pack"), "packed once more, for both");
            assertEquals(2 * before, one.fetch("y").floats()[7]);
            assertEquals(one.fetch("y").floats()[7], other.fetch("y").floats()[7]);
        }
    }

    @Test
    void whatDependsOnVariablesAloneIsMadeOncePerVersion() {
        Variable scale = new Variable("scale", Tensor.filled(Shape.of(3), 4));
        Graph graph = new Graph();
        graph.output("y", graph.input("x", TensorType.f32(2, 3)).sum(0).times(graph.read(scale).power(-0.5)));
        try (CudaDevice device = EmulatedDevices.exact(); Executable program = device.compile(graph)) {
            assertTrue(program.explain().startsWith("before the first run"), program::explain);
            program.feed("x", Tensor.filled(Shape.of(2, 3), 1));
            program.run();
            assertArrayEquals(new float[] {1, 1, 1}, program.fetch("y").floats(), 1e-6f);
            program.run();
            device.write(scale, Tensor.filled(Shape.of(3), 0.25f));
            program.run();
            assertArrayEquals(new float[] {4, 4, 4}, program.fetch("y").floats(), 1e-5f);
        }
    }

    @Test
    void aFixedScaleGoesIntoTheWeightOfTheGradient() {
        Variable weight = weight();
        Variable scale = new Variable("scale", Tensor.filled(Shape.of(1, 8, 1, 1), 2));
        Graph graph = new Graph();
        Value g = graph.input("g", TensorType.f32(1, 8, 5, 5));
        graph.output("y", Convolution.inputGradient(Convolution.Geometry.UNIT.padding(1), g.times(graph.read(scale)),
                graph.read(weight), 5, 5));
        try (CudaDevice device = EmulatedDevices.exact();
                CudaProgram program = (CudaProgram) device.compile(graph)) {
            program.feed("g", Tensor.filled(Shape.of(1, 8, 5, 5), 1));
            program.run();
            float before = program.fetch("y").floats()[6];
            assertEquals(8 * 9 * 0.25f * 2, before);
            // The gradient is brought into its form, met with the weight, and the result brought back.
            assertEquals(3, program.workCount(), program::explain);
            device.write(scale, Tensor.filled(Shape.of(1, 8, 1, 1), 3));
            program.run();
            assertEquals(before / 2 * 3, program.fetch("y").floats()[6]);
            device.write(weight, Tensor.zeros(weight.type()));
            program.run();
            assertEquals(0, program.fetch("y").floats()[6]);
        }
    }

    @Test
    void aNewValueIsComputedRightIntoItsVariable() {
        Variable count = new Variable("count", Tensor.filled(Shape.of(40), 1));
        Graph graph = new Graph();
        graph.assign(count, graph.read(count).times(2).plus(1));
        try (CudaDevice device = EmulatedDevices.exact();
                CudaProgram program = (CudaProgram) device.compile(graph)) {
            assertEquals(1, program.workCount(), program::explain);
            program.run();
            program.run();
            program.run();
            assertEquals(15, device.read(count).floats()[39]);
        }
    }

    @Test
    void aProgramThatDoesNotFitIsRefusedAndTheDeviceGoesOn() {
        Variable unseen = Variable.zeros("unseen", TensorType.f32(1 << 20));
        Graph large = new Graph();
        Value x = large.input("x", TensorType.f32(1 << 22));
        large.output("y", x.plus(large.read(unseen).sum()));
        try (CudaDevice device = EmulatedDevices.withMemory(24 << 20);
                Executable small = device.compile(chain(10))) {
            small.feed("x", Tensor.filled(Shape.of(10), 0.5f));
            small.run();
            Tensor before = small.fetch("y");
            List<?> holdings = device.memory().holdings();
            OutOfDeviceMemoryException refusal =
                    assertThrows(OutOfDeviceMemoryException.class, () -> device.compile(large));
            assertEquals(1, refusal.getMessage().lines().count());
            assertEquals(holdings, device.memory().holdings(), "nothing of the program is left");
            small.run();
            assertTrue(before.sameBits(small.fetch("y")));
        }
    }

    @Test
    void whatNoKernelCanDoIsRefusedBeforeAnythingRuns() {
        Graph graph = new Graph();
        Value x = graph.input("x", TensorType.f32(2, 3, 2, 3, 2, 3, 2, 3));
        graph.output("y", x.transpose(7, 6, 5, 4, 3, 2, 1, 0));
        try (CudaDevice device = EmulatedDevices.exact()) {
            IllegalArgumentException refusal =
                    assertThrows(IllegalArgumentException.class, () -> device.compile(graph));
            assertTrue(refusal.getMessage().contains("Transpose [2x3x2x3x2x3x2x3]"), refusal::getMessage);
            assertEquals(1, refusal.getMessage().lines().count());
            assertEquals(List.of(), device.memory().holdings());
        }
    }

    @Test
    void closingGivesEverythingBack() {
        Variable weight = weight();
        CudaDevice device = EmulatedDevices.exact();
        Executable closed = device.compile(convolution(weight, 5));
        closed.close();
        assertEquals(List.of("variables"),
                device.memory().holdings().stream().map(holding -> holding.owner()).toList());
        device.release(weight);
        assertEquals(List.of(), device.memory().holdings());
        Executable open = device.compile(convolution(weight, 5));
        open.feed("x", Tensor.filled(Shape.of(1, 8, 5, 5), 1));
        open.run();
        open.run();
        // Complains about what is left: memory, modules, streams, graphs.
        device.close();
        assertThrows(IllegalStateException.class, open::run);
        open.close();
    }

    @Test
    void explanationNamesKernelsReasonsAndBytes() {
        try (CudaDevice device = EmulatedDevices.exact();
                Executable program = device.compile(convolution(weight(), 5))) {
            String text = program.explain();
            for (String word : List.of("Conv2d", "convolution", "weight", "bytes read", "arena", "prepared weights")) {
                assertTrue(text.contains(word), () -> word + " is missing in\n" + text);
            }
        }
    }
}
