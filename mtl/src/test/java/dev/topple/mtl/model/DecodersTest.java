// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.RandomOp;
import dev.topple.engine.graph.Value;
import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DecodersTest {

    private static final DecoderSettings DEEPLAB = new DeepLabDecoder.Settings(256, List.of(6, 12, 18));

    static Stream<DecoderSettings> pixelwise() {
        return Stream.of(new PyramidDecoder.Settings(4), new PyramidDecoder.Settings(4, List.of(1, 2)),
                new AsppSumDecoder.Settings(4, List.of(1, 3)), new DeepLabDecoder.Settings(4, List.of(2, 3)),
                new LightDecoder.Settings(4));
    }

    private static long parameters(DecoderSettings settings, int in, int channels) {
        Weights weights = Weights.sizes();
        settings.decoder(List.of(in), channels, 0, weights);
        return weights.parameterCount();
    }

    /** The table of the paper. */
    @ParameterizedTest
    @CsvSource({"512,40,23240864", "512,17,23146564", "512,3,23089164", "512,1,23080964", "1280,40,51552416",
        "1280,17,51458116", "1280,3,51400716", "1280,1,51392516"})
    void headsOfThePaperHaveTheKnownNumberOfParameters(int in, int channels, long count) {
        assertEquals(count, parameters(AsppSumDecoder.Settings.RELEASED, in, channels));
    }

    /** What torchvision's DeepLabHead(2048, 21) and LRASPPHead(40, 960, 21, 128) have. */
    @Test
    void othersHaveWhatTorchvisionHas() {
        assertEquals(16_130_837, parameters(DEEPLAB, 2048, 21));
        Weights weights = Weights.sizes();
        new LightDecoder.Settings(128).decoder(List.of(40, 960), 21, 0, weights);
        assertEquals(960 * 128 + 2 * 128 + 960 * 128 + (40 + 1) * 21 + (128 + 1) * 21, weights.parameterCount());
    }

    @ParameterizedTest
    @MethodSource("pixelwise")
    void predictionsHaveTheSizeOfTheImage(DecoderSettings settings) {
        Graph graph = new Graph();
        Value prediction = decode(graph, settings, Phase.FROZEN);
        assertEquals(Shape.of(2, 5, 17, 23), prediction.shape());
        for (float value : values(graph, prediction)) {
            assertTrue(Float.isFinite(value));
        }
    }

    /** What an output starts at where nothing else comes: zero weights of all layers but the biases. */
    @ParameterizedTest
    @MethodSource("pixelwise")
    void predictionsStartWhereTheyAreAskedTo(DecoderSettings settings) {
        Graph graph = new Graph();
        Weights weights = Weights.random(3);
        Decoder decoder = settings.decoder(List.of(3, 6), 5, 2.5, weights);
        List<Value> features =
                List.of(graph.zeros(TensorType.f32(1, 3, 9, 12)), graph.zeros(TensorType.f32(1, 6, 5, 6)));
        double tolerance = settings instanceof AsppSumDecoder.Settings ? 0.6 : 1e-5;
        for (float value : values(graph, decoder.decode(features, 17, 23, Phase.FROZEN))) {
            assertEquals(2.5, value, tolerance);
        }
    }

    @Test
    void dropoutIsOfTrainingAlone() {
        for (DecoderSettings settings : List.of(new AsppSumDecoder.Settings(4, List.of(1, 3)),
                new DeepLabDecoder.Settings(4, List.of(2)))) {
            for (Phase phase : List.of(Phase.FROZEN, Phase.TRAINING)) {
                assertFalse(random(settings, phase));
            }
            Graph graph = new Graph();
            Value keys = graph.input("keys", TensorType.i32(2, 2));
            decode(graph, settings, Phase.training(keys));
            assertTrue(graph.nodes().stream().anyMatch(node -> node.op() instanceof RandomOp));
        }
    }

    private static boolean random(DecoderSettings settings, Phase phase) {
        Graph graph = new Graph();
        decode(graph, settings, phase);
        return graph.nodes().stream().anyMatch(node -> node.op() instanceof RandomOp);
    }

    /** Fields of 5 rows in 2: 0 to 3 and 2 to 5; of 4 columns: 0 to 2 and 2 to 4. */
    @Test
    void aLinearDecoderTakesMeansOverFields() {
        Weights weights = Weights.random(1);
        Decoder decoder = new LinearDecoder.Settings(2).decoder(List.of(1), 2, 0, weights);
        Graph graph = new Graph();
        float[] image = new float[20];
        for (int i = 0; i < image.length; i++) {
            image[i] = i * i % 17;
        }
        Value prediction = decoder.decode(List.of(graph.constant(Tensor.of(Shape.of(1, 1, 5, 4), image))), 40, 40,
                Phase.FROZEN);
        assertEquals(Shape.of(1, 2, 1, 1), prediction.shape());
        float[] found = values(graph, prediction);
        float[] weight = weights.parameters().get(0).initial().floats();
        float[] bias = weights.parameters().get(1).initial().floats();
        for (int c = 0; c < 2; c++) {
            double expected = bias[c];
            for (int field = 0; field < 4; field++) {
                double sum = 0;
                for (int y = 2 * (field / 2); y < 3 + 2 * (field / 2); y++) {
                    for (int x = 2 * (field % 2); x < 2 + 2 * (field % 2); x++) {
                        sum += image[4 * y + x];
                    }
                }
                expected += weight[4 * c + field] * sum / 6;
            }
            assertEquals(expected, found[c], 1e-5);
        }
    }

    @Test
    void filesSayAllOfIt() {
        List<DecoderSettings> all = new ArrayList<>(pixelwise().toList());
        all.add(new LinearDecoder.Settings(3));
        for (DecoderSettings settings : all) {
            JsonView json = JsonView.of(Json.parse(Json.compact(settings.toJson()), "test"), "test");
            assertEquals(settings, DecoderSettings.fromJson(json));
        }
        assertEquals("{\"kind\":\"pyramid\",\"width\":4}", Json.compact(new PyramidDecoder.Settings(4).toJson()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{'kind':'unet'} | no such kind of decoder",
        "{'kind':'pyramid','width':0} | from 1 to 4096",
        "{'kind':'pyramid','width':8,'context':[0]} | dilations from 1",
        "{'kind':'aspp-sum','width':8,'dilations':[]} | dilations from 1",
        "{'kind':'deeplab','width':0,'dilations':[1]} | from 1 to 4096",
        "{'kind':'linear','grid':0} | from 1 to 64"})
    void whatMakesNoSenseIsRefused(String json, String help) {
        JsonView view = JsonView.of(Json.parse(json.replace('\'', '"'), "test"), "test");
        String message = assertThrows(FormatException.class, () -> DecoderSettings.fromJson(view)).getMessage();
        assertTrue(message.contains(help), message);
    }

    private static Value decode(Graph graph, DecoderSettings settings, Phase phase) {
        Decoder decoder = settings.decoder(List.of(3, 6), 5, 0, Weights.random(1));
        return decoder.decode(List.of(graph.constant(noise(Shape.of(2, 3, 9, 12))),
                graph.constant(noise(Shape.of(2, 6, 5, 6)))), 17, 23, phase);
    }

    private static Tensor noise(Shape shape) {
        return Initialiser.normal(1).values(shape, new RandomSource(5));
    }

    private static float[] values(Graph graph, Value value) {
        graph.output("value", value);
        try (Device device = Devices.open("reference", DeviceOptions.DEFAULT);
                Executable program = device.compile(graph)) {
            program.run();
            return program.fetch("value").floats();
        }
    }
}
