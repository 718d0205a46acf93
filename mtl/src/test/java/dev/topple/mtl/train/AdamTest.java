// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.Variable;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdamTest {

    /** Minimises w^4 and b^4 and follows in plain arithmetic, as the papers write it down. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itMovesAsThePapersSay(boolean decoupled) {
        Variable weight = new Variable("w", Tensor.of(Shape.of(1, 1), 1.5f));
        Variable bias = new Variable("b", Tensor.of(Shape.of(1), -0.75f));
        Adam adam = new Adam(new Adam.Settings(0.5, 0.999, 1e-8, 0.1, decoupled), List.of(weight, bias));
        Graph graph = new Graph();
        Value w = graph.read(weight);
        Value b = graph.read(bias);
        Value loss = w.square().square().sum().plus(b.square().square().sum());
        adam.step(graph, Gradients.of(loss, List.of(w, b)));
        double[] x = {1.5, -0.75};
        double[] m = new double[2];
        double[] v = new double[2];
        try (Device device = Devices.open("reference", DeviceOptions.DEFAULT);
                Executable program = device.compile(graph)) {
            for (int step = 0; step < 5; step++) {
                double rate = 0.1 / (step + 1);
                adam.feed(program, step, rate);
                program.run();
                for (int i = 0; i < 2; i++) {
                    double gradient = 4 * x[i] * x[i] * x[i] + (decoupled ? 0 : 0.1 * x[i]);
                    m[i] = 0.5 * m[i] + 0.5 * gradient;
                    v[i] = 0.999 * v[i] + 0.001 * gradient * gradient;
                    double mean = m[i] / (1 - Math.pow(0.5, step + 1));
                    double square = v[i] / (1 - Math.pow(0.999, step + 1));
                    double kept = decoupled && i == 0 ? x[i] * (1 - rate * 0.1) : x[i];
                    x[i] = kept - rate * mean / (Math.sqrt(square) + 1e-8);
                }
                assertEquals(x[0], device.read(weight).floats()[0], 1e-5);
                assertEquals(x[1], device.read(bias).floats()[0], 1e-5);
            }
        }
    }
}
