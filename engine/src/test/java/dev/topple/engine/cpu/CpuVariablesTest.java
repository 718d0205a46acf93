// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reads see the value before the run, assignments the one after, in spite of shared memory. */
class CpuVariablesTest {

    private final CpuDevice device = new CpuDevice(new DeviceOptions(2));
    private final Graph graph = new Graph();
    private final Variable a = new Variable("a", Tensor.of(Shape.of(3), 1f, 2f, 3f));
    private final Variable b = new Variable("b", Tensor.of(Shape.of(3), 10f, 20f, 30f));

    @AfterEach
    void close() {
        device.close();
    }

    private Executable run() {
        Executable program = device.compile(graph);
        program.run();
        return program;
    }

    private void holds(Variable variable, float... values) {
        assertArrayEquals(values, device.read(variable).floats());
    }

    /** An image smaller than the stride needs fewer parts of the weight than a larger one. */
    @Test
    void imagesOfSeveralSizesShareAWeight() {
        Variable weight = new Variable("weight", Tensor.filled(Shape.of(1, 1, 3, 3), 1));
        for (int[] size : new int[][] {{1, 1}, {1, 4}, {4, 1}, {4, 4}}) {
            Graph each = new Graph();
            Value ones = each.input("g", TensorType.f32(1, 1, (size[0] + 1) / 2, (size[1] + 1) / 2));
            each.output("y", Convolution.inputGradient(Convolution.Geometry.UNIT.padding(1).stride(2), ones,
                    each.read(weight), size[0], size[1]));
            try (Executable program = device.compile(each)) {
                program.feed("g", Tensor.filled(ones.shape(), 1));
                program.run();
                float[] y = program.fetch("y").floats();
                for (int i = 0; i < y.length; i++) {
                    // Odd rows and columns lie between two results, except for the last, which has one neighbour.
                    int rows = i / size[1] == 1 ? 2 : 1;
                    int columns = i % size[1] == 1 ? 2 : 1;
                    assertEquals(rows * columns, y[i], "pixel " + i + " of " + size[0] + " by " + size[1]);
                }
            }
        }
    }

    @Test
    void swaps() {
        graph.assign(a, graph.read(b));
        graph.assign(b, graph.read(a));
        run();
        holds(a, 10, 20, 30);
        holds(b, 1, 2, 3);
    }

    @Test
    void swapsThroughReshapesAndArithmetic() {
        graph.assign(a, graph.read(b).reshape(1, 3).reshape(3));
        graph.assign(b, graph.read(a).plus(graph.read(b)));
        run();
        holds(a, 10, 20, 30);
        holds(b, 11, 22, 33);
    }

    @Test
    void newValuesFromOldValuesOfEachOther() {
        graph.assign(a, graph.read(a).plus(graph.read(b)));
        graph.assign(b, graph.read(a).minus(graph.read(b)));
        run();
        holds(a, 11, 22, 33);
        holds(b, -9, -18, -27);
    }

    @Test
    void anOldValueLeavesUnderAName() {
        graph.assign(a, graph.read(a).times(2));
        graph.output("old", graph.read(a));
        graph.output("new", graph.read(a).times(2));
        Executable program = run();
        assertArrayEquals(new float[] {1, 2, 3}, program.fetch("old").floats());
        assertArrayEquals(new float[] {2, 4, 6}, program.fetch("new").floats());
        holds(a, 2, 4, 6);
        device.write(a, Tensor.of(Shape.of(3), 7f, 7f, 7f));
        assertArrayEquals(new float[] {1, 2, 3}, program.fetch("old").floats());
        assertArrayEquals(new float[] {2, 4, 6}, program.fetch("new").floats());
        program.run();
        assertArrayEquals(new float[] {7, 7, 7}, program.fetch("old").floats());
    }

    @Test
    void oneValueForTwoVariables() {
        Value sum = graph.read(a).plus(graph.read(b));
        graph.assign(a, sum);
        graph.assign(b, sum);
        run();
        holds(a, 11, 22, 33);
        holds(b, 11, 22, 33);
    }

    @Test
    void theOldValueIsReadLater() {
        Value next = graph.read(a).plus(1);
        graph.assign(a, next);
        // A reduction and a broadcast of the old value, after the new one could have been written.
        Value late = graph.read(a).reshape(3, 1).plus(graph.read(a).reshape(1, 3)).sum(0).plus(next.sum().times(0));
        graph.output("late", late);
        Executable program = run();
        assertArrayEquals(new float[] {9, 12, 15}, program.fetch("late").floats());
        holds(a, 2, 3, 4);
    }

    @Test
    void aValueIsBroadcastIntoItsOwnVariable() {
        Variable square = new Variable("square", Tensor.of(Shape.of(2, 2), 1f, 2f, 3f, 4f));
        Value read = graph.read(square);
        graph.assign(square, read.plus(read.slice(0, 1, 2)).plus(read.transpose(1, 0)));
        run();
        assertArrayEquals(new float[] {1 + 3 + 1, 2 + 4 + 3, 3 + 3 + 2, 4 + 4 + 4}, device.read(square).floats());
    }

    @Test
    void aConvolutionIntoItsOwnOperand() {
        Variable image = new Variable("image", Tensor.of(Shape.of(1, 1, 1, 4), 1f, 2f, 3f, 4f));
        Value w = graph.constant(Tensor.of(Shape.of(1, 1, 1, 3), 1f, 1f, 1f));
        Convolution.Geometry same = new Convolution.Geometry(1, 1, 0, 1, 0, 1, 1, 1, 1);
        graph.assign(image, Convolution.conv2d(same, graph.read(image), w).plus(graph.read(image)));
        Executable program = run();
        assertArrayEquals(new float[] {4, 8, 12, 11}, device.read(image).floats());
        program.run();
        assertArrayEquals(new float[] {16, 32, 43, 34}, device.read(image).floats());
    }

    @Test
    void packedWeightsFollowTheirVariable() {
        Variable w = new Variable("w", Tensor.of(Shape.of(1, 1, 1, 1), 2f));
        Value x = graph.constant(Tensor.of(Shape.of(1, 1, 1, 2), 1f, 5f));
        graph.output("y", Convolution.conv2d(Convolution.Geometry.UNIT, x, graph.read(w)));
        graph.assign(w, graph.read(w).plus(1));
        Executable program = run();
        assertArrayEquals(new float[] {2, 10}, program.fetch("y").floats());
        program.run();
        assertArrayEquals(new float[] {3, 15}, program.fetch("y").floats());
        device.write(w, Tensor.of(Shape.of(1, 1, 1, 1), -1f));
        program.run();
        assertArrayEquals(new float[] {-1, -5}, program.fetch("y").floats());
        Graph other = new Graph();
        other.assign(w, other.read(w).times(10));
        device.compile(other).run();
        program.run();
        assertArrayEquals(new float[] {0, 0}, program.fetch("y").floats());
    }

    /** Programs of other shapes share a packed weight, and it goes with the last of them. */
    @Test
    void packedWeightsAreSharedAndDropped() {
        Variable w = new Variable("w", Tensor.filled(Shape.of(16, 16, 1, 1), 1));
        VariableStorage storage = device.storage(w);
        Executable[] programs = new Executable[2];
        for (int i = 0; i < 2; i++) {
            Graph each = new Graph();
            Value x = each.constant(Tensor.filled(Shape.of(i + 1, 16, 3 + i, 4), 1));
            each.output("y", Convolution.conv2d(Convolution.Geometry.UNIT, x, each.read(w)));
            programs[i] = device.compile(each);
            programs[i].run();
            assertEquals(16, programs[i].fetch("y").floats()[5]);
        }
        assertEquals(1, storage.preparedForms());
        assertTrue(programs[0].explain().contains("prepared weights: 1 "), programs[0].explain());
        programs[0].close();
        assertEquals(1, storage.preparedForms());
        programs[1].close();
        assertEquals(0, storage.preparedForms());
    }

    /** A weight that nobody trains exists once; the first who may write to it gets an array of its own. */
    @Test
    void anInitialValueIsSharedUntilItIsWrittenTo() {
        Variable w = new Variable("w", Tensor.of(Shape.of(2), 1f, 2f));
        Graph reading = new Graph();
        reading.output("y", reading.read(w).times(10));
        Executable reader = device.compile(reading);
        reader.run();
        assertSame(w.initial().floats(), device.storage(w).memory().floats());
        Graph writing = new Graph();
        writing.assign(w, writing.read(w).plus(1));
        Executable writer = device.compile(writing);
        writer.run();
        reader.run();
        assertArrayEquals(new float[] {20, 30}, reader.fetch("y").floats());
        assertArrayEquals(new float[] {1, 2}, w.initial().floats());
        Variable v = new Variable("v", Tensor.of(Shape.of(2), 5, 6));
        device.write(v, Tensor.of(Shape.of(2), 7, 8));
        assertArrayEquals(new int[] {5, 6}, v.initial().ints());
        assertArrayEquals(new int[] {7, 8}, device.read(v).ints());
    }

    @Test
    void integersAndTruth() {
        Variable count = new Variable("count", Tensor.of(Shape.of(2), 5, 6));
        Variable flag = new Variable("flag", Tensor.of(Shape.of(2), true, false));
        graph.assign(count, graph.read(flag).choose(graph.read(count).plus(1), graph.read(count)));
        graph.assign(flag, graph.read(flag).not());
        graph.output("many", graph.read(count).compare(Relation.GREATER, 5));
        graph.output("flags", graph.read(flag).cast(DType.F32));
        Executable program = run();
        assertArrayEquals(new int[] {6, 6}, device.read(count).ints());
        assertArrayEquals(new boolean[] {false, true}, device.read(flag).booleans());
        assertArrayEquals(new boolean[] {false, true}, program.fetch("many").booleans());
        assertArrayEquals(new float[] {1, 0}, program.fetch("flags").floats());
    }

    @Test
    void aVariableInUseIsKept() {
        graph.assign(a, graph.read(a).plus(1));
        Executable program = run();
        device.release(a);
        holds(a, 2, 3, 4);
        program.close();
        device.release(a);
        holds(a, 1, 2, 3);
    }

    @Test
    void aNewValueIsComputedInPlace() {
        graph.assign(a, graph.read(a).times(0.9).plus(graph.read(b)));
        assertEquals(1, ((CpuProgram) device.compile(graph)).instructions().length);
        assertTrue(device.compile(graph).explain().contains("Multiply Add [3]"));
    }
}
