// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.optest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a device promises besides right numbers: feeding and fetching, variables, refusals, closing. A test class of a
 * device extends this and names the device; it skips where the device is absent or cannot run.
 */
public abstract class DeviceContract {

    private static final TensorType VECTOR = TensorType.f32(3);

    private Device device;

    /** The name of the device. */
    protected abstract String device();

    /** Opens the device; skips the test where there is none. */
    protected Device open() {
        return OpContract.open(device());
    }

    @BeforeEach
    void openDevice() {
        device = open();
    }

    @AfterEach
    void closeDevice() {
        if (device != null) {
            device.close();
        }
    }

    private static Tensor vector(float... values) {
        return Tensor.of(Shape.of(values.length), values);
    }

    private static void assertValues(Tensor actual, float... expected) {
        assertArrayEquals(expected, actual.floats());
    }

    @Test
    void describesItself() {
        assertEquals(device(), device.name());
        assertFalse(device.description().isBlank());
    }

    @Test
    void whatWasFedStaysUntilItIsFedAnew() {
        Graph graph = new Graph();
        graph.output("y", graph.input("a", VECTOR).plus(graph.input("b", VECTOR)));
        try (Executable program = device.compile(graph)) {
            Tensor a = vector(1, 2, 3);
            program.feed("a", a);
            program.feed("b", vector(10, 20, 30));
            a.floats()[0] = 99;
            program.run();
            assertValues(program.fetch("y"), 11, 22, 33);
            program.feed("b", vector(0, 0, 0));
            program.run();
            assertValues(program.fetch("y"), 1, 2, 3);
            program.run();
            assertValues(program.fetch("y"), 1, 2, 3);
        }
    }

    @Test
    void aFetchedTensorIsACopy() {
        Graph graph = new Graph();
        graph.output("y", graph.input("x", VECTOR).negate());
        try (Executable program = device.compile(graph)) {
            program.feed("x", vector(1, 2, 3));
            program.run();
            Tensor before = program.fetch("y");
            Tensor into = vector(0, 0, 0);
            program.fetch("y", into);
            program.feed("x", vector(4, 5, 6));
            assertValues(program.fetch("y"), -1, -2, -3);
            program.run();
            assertValues(before, -1, -2, -3);
            assertValues(into, -1, -2, -3);
            assertValues(program.fetch("y"), -4, -5, -6);
        }
    }

    @Test
    void oneValueMayLeaveUnderSeveralNames() {
        Variable variable = new Variable("v", vector(7, 8, 9));
        Graph graph = new Graph();
        Value x = graph.input("x", VECTOR);
        Value y = x.times(2);
        graph.output("x itself", x);
        graph.output("x again", x);
        graph.output("y", y);
        graph.output("y reshaped", y.reshape(3, 1));
        graph.output("y again", y);
        graph.output("variable", graph.read(variable));
        graph.output("constant", graph.constant(vector(1, 0, 1)));
        graph.output("of y", y.plus(1));
        try (Executable program = device.compile(graph)) {
            program.feed("x", vector(1, 2, 3));
            program.run();
            assertValues(program.fetch("x itself"), 1, 2, 3);
            assertValues(program.fetch("x again"), 1, 2, 3);
            assertValues(program.fetch("y"), 2, 4, 6);
            assertValues(program.fetch("y again"), 2, 4, 6);
            assertEquals(Shape.of(3, 1), program.fetch("y reshaped").shape());
            assertValues(program.fetch("y reshaped"), 2, 4, 6);
            assertValues(program.fetch("variable"), 7, 8, 9);
            assertValues(program.fetch("constant"), 1, 0, 1);
            assertValues(program.fetch("of y"), 3, 5, 7);
        }
    }

    @Test
    void anOutputOfAVariableKeepsTheValueFromBeforeTheRun() {
        Variable variable = new Variable("v", vector(1, 2, 3));
        Graph graph = new Graph();
        graph.output("before", graph.read(variable));
        graph.assign(variable, graph.read(variable).plus(10));
        try (Executable program = device.compile(graph)) {
            program.run();
            assertValues(program.fetch("before"), 1, 2, 3);
            assertValues(device.read(variable), 11, 12, 13);
            program.run();
            assertValues(program.fetch("before"), 11, 12, 13);
        }
    }

    @Test
    void assignmentsTakeEffectTogetherAtTheEnd() {
        Variable a = new Variable("a", vector(1, 2, 3));
        Variable b = new Variable("b", vector(4, 5, 6));
        Variable c = new Variable("c", vector(0, 0, 0));
        Graph graph = new Graph();
        graph.assign(a, graph.read(b));
        graph.assign(b, graph.read(a));
        graph.assign(c, graph.read(a).plus(graph.read(b)).plus(graph.read(c)));
        graph.output("sum", graph.read(a).plus(graph.read(c)));
        try (Executable program = device.compile(graph)) {
            program.run();
            assertValues(device.read(a), 4, 5, 6);
            assertValues(device.read(b), 1, 2, 3);
            assertValues(device.read(c), 5, 7, 9);
            assertValues(program.fetch("sum"), 1, 2, 3);
            program.run();
            assertValues(device.read(a), 1, 2, 3);
            assertValues(device.read(c), 10, 14, 18);
            assertValues(program.fetch("sum"), 9, 12, 15);
        }
    }

    @Test
    void variablesCanBeAssignedInputsConstantsAndOneValueTwice() {
        Variable a = Variable.zeros("a", VECTOR);
        Variable b = Variable.zeros("b", VECTOR);
        Variable c = Variable.zeros("c", VECTOR);
        Variable d = Variable.zeros("d", VECTOR);
        Graph graph = new Graph();
        Value x = graph.input("x", VECTOR);
        Value y = x.times(3);
        graph.assign(a, x);
        graph.assign(b, graph.fill(Shape.of(3), 2));
        graph.assign(c, y);
        graph.assign(d, y);
        try (Executable program = device.compile(graph)) {
            program.feed("x", vector(1, 2, 3));
            program.run();
            assertValues(device.read(a), 1, 2, 3);
            assertValues(device.read(b), 2, 2, 2);
            assertValues(device.read(c), 3, 6, 9);
            assertValues(device.read(d), 3, 6, 9);
        }
    }

    @Test
    void programsShareVariables() {
        Variable weight = new Variable("weight", vector(1, 1, 1));
        Graph writing = new Graph();
        writing.assign(weight, writing.read(weight).times(2));
        Graph reading = new Graph();
        reading.output("y", reading.input("x", VECTOR).times(reading.read(weight)));
        try (Executable writer = device.compile(writing); Executable reader = device.compile(reading)) {
            reader.feed("x", vector(1, 2, 3));
            reader.run();
            assertValues(reader.fetch("y"), 1, 2, 3);
            writer.run();
            writer.run();
            reader.run();
            assertValues(reader.fetch("y"), 4, 8, 12);
            device.write(weight, vector(0, 1, 2));
            reader.run();
            assertValues(reader.fetch("y"), 0, 2, 6);
        }
    }

    @Test
    void aWeightThatChangesChangesTheConvolution() {
        Variable weight = new Variable("weight", Draw.normal(16, 16, 3, 3).from(new RandomSource(1)));
        Graph graph = new Graph();
        Value image = graph.input("x", TensorType.f32(1, 16, 6, 6));
        graph.output("y", Convolution.conv2d(Convolution.Geometry.UNIT.padding(1), image, graph.read(weight))
                .abs().sum());
        Graph step = new Graph();
        step.assign(weight, step.read(weight).times(2));
        try (Executable program = device.compile(graph); Executable doubling = device.compile(step)) {
            program.feed("x", Draw.normal(1, 16, 6, 6).from(new RandomSource(2)));
            program.run();
            float before = program.fetch("y").floats()[0];
            doubling.run();
            program.run();
            assertEquals(2 * before, program.fetch("y").floats()[0], 1e-3 * before);
            device.write(weight, Tensor.zeros(weight.type()));
            program.run();
            assertEquals(0, program.fetch("y").floats()[0]);
        }
    }

    @Test
    void variablesStartWithTheirInitialValueAndStartAnewWhenReleased() {
        Variable variable = new Variable("v", vector(1, 2, 3));
        assertValues(device.read(variable), 1, 2, 3);
        device.write(variable, vector(4, 5, 6));
        Tensor copy = device.read(variable);
        copy.floats()[0] = 99;
        assertValues(device.read(variable), 4, 5, 6);
        Graph graph = new Graph();
        graph.output("y", graph.read(variable).plus(0));
        try (Executable program = device.compile(graph)) {
            device.release(variable);
            program.run();
            assertValues(program.fetch("y"), 4, 5, 6);
        }
        device.release(variable);
        assertValues(device.read(variable), 1, 2, 3);
        assertValues(variable.initial(), 1, 2, 3);
    }

    @Test
    void variablesHoldIntegersAndTruthValues() {
        Variable count = new Variable("count", Tensor.of(Shape.scalar(), 41));
        Variable done = new Variable("done", Tensor.of(Shape.of(2), true, false));
        Graph graph = new Graph();
        graph.assign(count, graph.read(count).plus(1));
        graph.assign(done, graph.read(done).not());
        try (Executable program = device.compile(graph)) {
            program.run();
            assertArrayEquals(new int[] {42}, device.read(count).ints());
            assertArrayEquals(new boolean[] {false, true}, device.read(done).booleans());
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        Variable variable = new Variable("weight", vector(1, 2, 3));
        assertNames("weight", assertThrows(IllegalArgumentException.class,
                () -> device.write(variable, vector(1, 2))));
        assertNames("weight", assertThrows(IllegalArgumentException.class,
                () -> device.write(variable, Tensor.of(Shape.of(3), 1, 2, 3))));
        assertThrows(IllegalArgumentException.class, () -> device.compile(new Graph()));
        Graph graph = new Graph();
        graph.output("result", graph.input("image", VECTOR).negate());
        try (Executable program = device.compile(graph)) {
            assertNames("image", assertThrows(IllegalStateException.class, program::run));
            assertNames("picture", assertThrows(IllegalArgumentException.class,
                    () -> program.feed("picture", vector(1, 2, 3))));
            assertNames("image", assertThrows(IllegalArgumentException.class,
                    () -> program.feed("image", vector(1, 2))));
            assertNames("image", assertThrows(IllegalArgumentException.class,
                    () -> program.feed("image", Tensor.of(Shape.of(3), 1, 2, 3))));
            program.feed("image", vector(1, 2, 3));
            program.run();
            assertNames("answer", assertThrows(IllegalArgumentException.class, () -> program.fetch("answer")));
            assertNames("result", assertThrows(IllegalArgumentException.class,
                    () -> program.fetch("result", vector(1, 2))));
            assertNames("result", assertThrows(IllegalArgumentException.class,
                    () -> program.fetch("result", Tensor.of(Shape.of(3), 1, 2, 3))));
        }
    }

    private static void assertNames(String name, Exception refusal) {
        assertTrue(refusal.getMessage().contains(name), () -> "the message names " + name + ": " + refusal);
    }

    @Test
    void anInputThatNothingNeedsMayBeFedOrNot() {
        Graph graph = new Graph();
        Value x = graph.input("x", VECTOR);
        Value unused = graph.input("unused", VECTOR);
        unused.times(x).sum();
        graph.output("y", x.negate());
        try (Executable program = device.compile(graph)) {
            program.feed("x", vector(1, 2, 3));
            program.run();
            program.feed("unused", vector(4, 5, 6));
            assertThrows(IllegalArgumentException.class, () -> program.feed("unused", vector(4)));
            program.run();
            assertValues(program.fetch("y"), -1, -2, -3);
        }
    }

    @Test
    void aGraphMayGrowAfterItWasCompiled() {
        Graph graph = new Graph();
        Value x = graph.input("x", VECTOR);
        graph.output("y", x.plus(1));
        try (Executable first = device.compile(graph)) {
            graph.output("z", x.plus(2));
            try (Executable second = device.compile(graph)) {
                first.feed("x", vector(1, 2, 3));
                second.feed("x", vector(10, 20, 30));
                first.run();
                second.run();
                assertValues(first.fetch("y"), 2, 3, 4);
                assertThrows(IllegalArgumentException.class, () -> first.fetch("z"));
                assertValues(second.fetch("z"), 12, 22, 32);
            }
        }
    }

    @Test
    void explainsItself() {
        Graph graph = new Graph();
        graph.output("y", graph.input("x", TensorType.f32(50, 50)).exp().sum(0).sqrt());
        try (Executable program = device.compile(graph)) {
            assertFalse(program.explain().isBlank());
            assertTrue(program.arenaBytes() > 0, "bytes: " + program.arenaBytes());
        }
    }

    @Test
    void emptyTensorsAreValues() {
        Graph graph = new Graph();
        Value x = graph.input("x", TensorType.f32(0, 3));
        graph.output("y", x.exp());
        graph.output("sum", x.sum(0));
        try (Executable program = device.compile(graph)) {
            program.feed("x", Tensor.zeros(TensorType.f32(0, 3)));
            program.run();
            assertEquals(Shape.of(0, 3), program.fetch("y").shape());
            assertValues(program.fetch("sum"), 0, 0, 0);
        }
    }

    @Test
    void closedProgramsRefuse() {
        Graph graph = new Graph();
        graph.output("y", graph.input("x", VECTOR).negate());
        Executable program = device.compile(graph);
        program.feed("x", vector(1, 2, 3));
        program.run();
        program.close();
        program.close();
        assertThrows(IllegalStateException.class, program::run);
        assertThrows(IllegalStateException.class, () -> program.feed("x", vector(1, 2, 3)));
        assertThrows(IllegalStateException.class, () -> program.fetch("y"));
    }

    @Test
    void closedDevicesRefuse() {
        Variable variable = new Variable("v", vector(1, 2, 3));
        Graph graph = new Graph();
        graph.output("y", graph.read(variable));
        Executable program = device.compile(graph);
        program.run();
        device.close();
        device.close();
        assertThrows(IllegalStateException.class, program::run);
        assertThrows(IllegalStateException.class, () -> device.compile(graph));
        assertThrows(IllegalStateException.class, () -> device.read(variable));
        assertThrows(IllegalStateException.class, () -> device.write(variable, vector(1, 2, 3)));
        program.close();
    }
}
