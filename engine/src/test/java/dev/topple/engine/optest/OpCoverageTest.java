// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.optest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.Op;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The catalogue leaves no op out, and the gradient of every case is right. */
class OpCoverageTest {

    @Test
    void namesAreUnique() {
        Set<String> seen = new HashSet<>();
        List<String> twice = OpCases.all().stream().map(OpCase::name).filter(name -> !seen.add(name)).toList();
        assertEquals(List.of(), twice);
    }

    @Test
    void everyOpHasACase() {
        Set<Class<?>> missing = OpCases.kinds();
        assertTrue(missing.size() > 40, "the op family was walked: " + missing.size());
        OpCases.all().forEach(testCase -> missing.removeAll(OpCases.covered(testCase)));
        assertEquals(Set.of(), missing, "ops without a case");
    }

    @Test
    void everyDifferentiableOpHasAGradientCase() {
        Set<Class<?>> checked = OpCases.all().stream().filter(OpCase::differentiable)
                .flatMap(testCase -> OpCases.differentiated(testCase).stream()).collect(Collectors.toSet());
        Set<Class<?>> missing = OpCases.all().stream()
                .flatMap(testCase -> testCase.build().graph().nodes().stream())
                .map(node -> node.op()).filter(Op::differentiable).map(Op::getClass).collect(Collectors.toSet());
        missing.removeAll(checked);
        assertEquals(Set.of(), missing, "differentiable ops whose gradient is not checked");
    }

    @TestFactory
    Stream<DynamicTest> gradients() {
        return OpCases.all().stream().filter(OpCase::differentiable)
                .map(testCase -> DynamicTest.dynamicTest(testCase.name(), () -> GradientCheck.check(testCase)));
    }
}
