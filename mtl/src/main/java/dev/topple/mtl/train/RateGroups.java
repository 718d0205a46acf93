// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.Executable;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import dev.topple.mtl.model.MultiTaskModel;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** Numbers that are fed at every step and depend on the learning rate, which encoders may have another of. */
final class RateGroups {

    private static final String ENCODER = ".encoder";

    private final double encoderRate;
    private final boolean both;

    RateGroups(List<Variable> parameters, double encoderRate) {
        this.encoderRate = encoderRate;
        this.both = encoderRate != 1 && parameters.stream().anyMatch(RateGroups::ofEncoder);
    }

    private static boolean ofEncoder(Variable parameter) {
        return parameter.name().startsWith(MultiTaskModel.ENCODER + ".");
    }

    /** An input by name: one for most parameters and, if they have another rate, one for those of the encoder. */
    Value[] inputs(Graph graph, String name) {
        Value input = graph.input(name, TensorType.f32());
        return both ? new Value[] {input, graph.input(name + ENCODER, TensorType.f32())} : new Value[] {input};
    }

    /** Which of the inputs is a parameter's. */
    int group(Variable parameter) {
        return both && ofEncoder(parameter) ? 1 : 0;
    }

    /** Feeds the inputs by name with what the rate of each makes of it. */
    void feed(Executable program, String name, double rate, DoubleUnaryOperator ofRate) {
        scalar(program, name, ofRate.applyAsDouble(rate));
        if (both) {
            scalar(program, name + ENCODER, ofRate.applyAsDouble(rate * encoderRate));
        }
    }

    static void scalar(Executable program, String input, double value) {
        program.feed(input, Tensor.of(Shape.scalar(), (float) value));
    }
}
