// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SgdTest {

    /** Minimises w^4 and b^4 and follows in plain arithmetic, as PyTorch's documentation writes it down. */
    @ParameterizedTest
    @CsvSource({"0,0,false", "0.9,0.1,false", "0.8,0.05,true"})
    void itMovesAsPyTorchSays(double momentum, double decay, boolean nesterov) {
        Variable weight = new Variable("encoder.w", Tensor.of(Shape.of(1, 1), 1.5f));
        Variable bias = new Variable("b", Tensor.of(Shape.of(1), -0.75f));
        Sgd sgd = new Sgd.Settings(momentum, decay, nesterov).over(List.of(weight, bias), 0.25);
        assertEquals(momentum > 0 ? 2 : 0, sgd.state().size());
        Graph graph = new Graph();
        Value w = graph.read(weight);
        Value b = graph.read(bias);
        Value loss = w.square().square().sum().plus(b.square().square().sum());
        sgd.step(graph, Gradients.of(loss, List.of(w, b)));
        double[] x = {1.5, -0.75};
        double[] v = new double[2];
        try (Device device = Devices.open("reference", DeviceOptions.DEFAULT);
                Executable program = device.compile(graph)) {
            for (int step = 0; step < 5; step++) {
                double rate = 0.02 * (step + 1);
                sgd.feed(program, step, rate);
                program.run();
                for (int i = 0; i < 2; i++) {
                    double gradient = 4 * x[i] * x[i] * x[i] + decay * x[i];
                    v[i] = momentum * v[i] + gradient;
                    x[i] -= rate * (i == 0 ? 0.25 : 1) * (nesterov ? gradient + momentum * v[i] : v[i]);
                }
                assertEquals(x[0], device.read(weight).floats()[0], 1e-5);
                assertEquals(x[1], device.read(bias).floats()[0], 1e-5);
            }
        }
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Sgd.Settings(1, 0, false));
        assertThrows(IllegalArgumentException.class, () -> new Sgd.Settings(0, 0, true));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new Sgd.Settings(0.9, -1, false)).getMessage()
                .contains("SGD"));
    }
}
