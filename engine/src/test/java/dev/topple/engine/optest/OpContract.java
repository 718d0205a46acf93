// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.optest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.reference.ReferenceDevice;
import dev.topple.engine.reference.ReferenceExecutable;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every op on a device against {@code reference}: all {@link OpCases}, and the gradients of those that have one. A test
 * class of a device extends this and names the device; it skips where the device is absent or cannot run.
 */
public abstract class OpContract {

    /** The name of the device. */
    protected abstract String device();

    /** Opens the device; skips the test where there is none. */
    protected Device open() {
        return open(device());
    }

    static Device open(String name) {
        Devices.providers().stream().filter(provider -> provider.name().equals(name)).findAny().ifPresentOrElse(
                provider -> Assumptions.assumeTrue(provider.availability().available(),
                        () -> provider.availability().description()),
                () -> Assumptions.abort("there is no device '" + name + "' here"));
        return Devices.open(name, new DeviceOptions(2));
    }

    /** A test per case. */
    @TestFactory
    Stream<DynamicTest> results() {
        return OpCases.all().stream().map(testCase -> DynamicTest.dynamicTest(testCase.name(), () -> {
            OpCase.Built built = testCase.build();
            output(built.graph(), built.results());
            compare(testCase, built.graph(), testCase.tolerance());
        }));
    }

    /** A test per case that has a gradient. */
    @TestFactory
    Stream<DynamicTest> gradients() {
        return OpCases.all().stream().filter(OpCase::differentiable)
                .map(testCase -> DynamicTest.dynamicTest("gradient of " + testCase.name(), () -> {
                    OpCase.Built built = testCase.build();
                    Value scalar = GradientCheck.randomSum(built.floatResults(), testCase.name().hashCode());
                    output(built.graph(), Gradients.of(scalar, built.floatInputs()));
                    compare(testCase, built.graph(), Tolerance.GRADIENTS);
                }));
    }

    private static void output(Graph graph, List<Value> results) {
        for (int i = 0; i < results.size(); i++) {
            graph.output("y" + i, results.get(i));
        }
    }

    private void compare(OpCase testCase, Graph graph, Tolerance tolerance) {
        try (Device device = open(); Executable program = device.compile(graph);
                ReferenceDevice oracle = new ReferenceDevice(); ReferenceExecutable judge = oracle.compile(graph)) {
            for (int i = 0; i < testCase.inputs().size(); i++) {
                program.feed("x" + i, testCase.inputs().get(i));
                judge.feed("x" + i, testCase.inputs().get(i));
            }
            judge.run();
            program.run();
            List<String> outputs = List.copyOf(graph.outputs().keySet());
            List<Tensor> first = outputs.stream().map(program::fetch).toList();
            for (int k = 0; k < outputs.size(); k++) {
                Value value = graph.outputs().get(outputs.get(k));
                compare(testCase + ", " + outputs.get(k) + " = " + value.node(), judge, outputs.get(k), first.get(k),
                        tolerance);
            }
            program.run();
            for (int k = 0; k < outputs.size(); k++) {
                assertTrue(first.get(k).sameBits(program.fetch(outputs.get(k))),
                        testCase + ", " + outputs.get(k) + ": a second run gives other bits");
            }
        }
    }

    private static void compare(String what, ReferenceExecutable judge, String output, Tensor actual,
            Tolerance tolerance) {
        Tensor expected = judge.fetch(output);
        assertEquals(expected.type(), actual.type(), what);
        if (expected.dtype() != DType.F32) {
            assertTrue(expected.sameBits(actual), () -> what + ": integers or truth values differ");
            return;
        }
        double[] exact = judge.fetchDoubles(output);
        int mismatch = tolerance.firstMismatch(exact, actual.floats());
        if (mismatch >= 0) {
            fail(what + ": element " + mismatch + " of " + expected.shape() + " is " + actual.floats()[mismatch]
                    + ", but should be " + exact[mismatch] + " within " + tolerance);
        }
    }
}
