// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.optest;

import dev.topple.engine.graph.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All cases, and what they cover. */
public final class OpCases {

    private OpCases() {}

    /** All cases, by family; names are unique. */
    public static List<OpCase> all() {
        List<OpCase> cases = new ArrayList<>();
        cases.addAll(ElementwiseCases.all());
        cases.addAll(LayoutCases.all());
        cases.addAll(ReductionCases.all());
        cases.addAll(ConvolutionCases.all());
        cases.addAll(ImageCases.all());
        cases.addAll(SoftmaxCases.all());
        return cases;
    }

    /** Every kind of op there is. */
    public static Set<Class<?>> kinds() {
        return kinds(Op.class).collect(Collectors.toSet());
    }

    private static Stream<Class<?>> kinds(Class<?> type) {
        return type.isSealed() ? Arrays.stream(type.getPermittedSubclasses()).flatMap(OpCases::kinds) : Stream.of(type);
    }

    /** The kinds of ops that a case has in its graph. */
    public static Set<Class<?>> covered(OpCase testCase) {
        return testCase.build().graph().nodes().stream().map(node -> node.op().getClass()).collect(Collectors.toSet());
    }

    /** The kinds of differentiable ops that lie between a float input and a float result of a case. */
    public static Set<Class<?>> differentiated(OpCase testCase) {
        OpCase.Built built = testCase.build();
        Set<Object> moving = new HashSet<>(built.floatInputs());
        Set<Class<?>> kinds = new HashSet<>();
        built.graph().nodes().forEach(node -> {
            if (node.op().differentiable() && node.operands().stream().anyMatch(moving::contains)) {
                kinds.add(node.op().getClass());
                moving.addAll(node.results());
            }
        });
        return kinds;
    }
}
