// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Executable;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.Pooling.Window;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Resampling.Method;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The gradients of pooling and resizing take the gradient of the ReLU before them along, in one kernel. */
class MaskedGradientTest {

    private static final Shape IMAGES = Shape.of(2, 4, 6, 7);

    private record Result(Tensor gradient, String plan) {}

    private static Result run(UnaryOperator<Value> shrink, boolean fuse) {
        Graph graph = new Graph();
        Value x = graph.input("x", TensorType.f32(2, 4, 6, 7));
        Value y = shrink.apply(x.relu());
        graph.output("gradient", Gradients.of(y.times(y).sum(), x));
        Tensor values = Tensor.filled(IMAGES, 0);
        for (int i = 0; i < values.floats().length; i++) {
            values.floats()[i] = i * 37 % 101 / 50f - 1;
        }
        try (CudaDevice device = fuse ? EmulatedDevices.exact() : EmulatedDevices.plain();
                Executable program = device.compile(graph)) {
            program.feed("x", values);
            program.run();
            return new Result(program.fetch("gradient"), program.explain());
        }
    }

    @Test
    void masksInTheSameKernel() {
        List<UnaryOperator<Value>> ways = List.of(
                x -> Pooling.maxPool2d(Window.square(3, 2, 1), x).result(0),
                x -> Pooling.avgPool2d(Window.square(3, 2, 1), true, x),
                x -> Resampling.resize(Method.BILINEAR, x, 11, 9));
        for (UnaryOperator<Value> way : ways) {
            Result apart = run(way, false);
            Result fused = run(way, true);
            assertTrue(apart.gradient().sameBits(fused.gradient()));
            assertTrue(fused.plan().contains(" + ReluGradient"), fused.plan());
            assertFalse(apart.plan().contains(" + ReluGradient"), apart.plan());
            boolean some = false;
            boolean none = false;
            for (float g : fused.gradient().floats()) {
                some |= g != 0;
                none |= g == 0;
            }
            assertTrue(some && none);
        }
    }
}
