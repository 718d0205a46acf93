// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.Graph;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SurveyTest {

    @Test
    void weightsAreThoseOfTheModel() {
        NetworkModel model = new NetworkModel("mobilenetv2-light");
        Graph graph = new Graph();
        model.predict(graph.input("images", TensorType.f32(1, 3, 32, 32))).forEach(p -> graph.output("p" + p, p));
        Map<String, Tensor> read = graph.reads().keySet().stream()
                .collect(Collectors.toMap(Variable::name, Variable::initial));
        Map<String, Tensor> weights = Survey.weights(Network.of("mobilenetv2-light"));
        assertEquals(read.keySet(), weights.keySet());
        read.forEach((name, value) -> assertTrue(value.sameBits(weights.get(name)), name));
    }

    @Test
    void costsGrowWithTheImages() {
        Network network = Network.of("resnet34-light");
        Survey one = Survey.of(network, 1, 288, 384);
        Survey eight = Survey.of(network, 8, 288, 384);
        assertEquals(8 * one.stepFlops(), eight.stepFlops());
        assertTrue(eight.stepBytes() > one.stepBytes() && eight.stepBytes() < 8 * one.stepBytes());
    }

    @Test
    void aConvolutionsCostIsThatOfTheTextbook() {
        // The stem alone: 64 outputs of 7x7x3 at a quarter of the pixels.
        Network stem = new Network() {
            @Override
            public <T> List<T> predict(Layers<T> layers, T images, int height, int width) {
                return List.of(layers.normalised("stem", images, Layers.Filter.of(3, 64, 7).by(2), 1));
            }
        };
        assertEquals(2L * 2 * 64 * 147 * 16 * 16, Survey.of(stem, 1, 32, 32).stepFlops());
    }
}
