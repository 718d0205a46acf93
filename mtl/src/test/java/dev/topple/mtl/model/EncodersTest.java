// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncodersTest {

    private static final MobileNetV2Encoder.Settings PAPERS_MOBILENET =
            new MobileNetV2Encoder.Settings(1, false, Padding.PYTORCH, 5, Norm.BATCH);

    /** With the pooling of the paper, which rounds sizes up. */
    private static ResNetEncoder.Settings resNet(int depth, int stride) {
        return new ResNetEncoder.Settings(depth, stride, 4, true, Norm.BATCH);
    }

    private static long parameters(EncoderSettings settings) {
        Weights weights = Weights.sizes();
        for (int level = 0; level < settings.levels(); level++) {
            settings.level(level, weights);
        }
        return weights.parameterCount();
    }

    /** The paper's encoders; the others are torchvision's without their classifier. */
    @ParameterizedTest
    @CsvSource({"18,11176512", "34,21284672", "50,23508032"})
    void resNetsHaveTheKnownNumberOfParameters(int depth, long count) {
        assertEquals(count, parameters(resNet(depth, 8)));
    }

    @Test
    void mobileNetHasTheKnownNumberOfParameters() {
        assertEquals(2_223_872, parameters(PAPERS_MOBILENET));
        // Width 0.35, batch normalisation folded: the numbers of the published file.
        assertEquals(389_088, parameters(new MobileNetV2Encoder.Settings(0.35, true, Padding.KERAS, 5, Norm.FOLDED)));
    }

    @ParameterizedTest
    @CsvSource({"321,41", "224,29"})
    void deepLabHasTheResultsOfThePaper(int side, int result) {
        assertEquals(Shape.of(1, 512, result, result), results(resNet(18, 8), side).getLast());
    }

    @ParameterizedTest
    @CsvSource({"321,11", "224,7"})
    void mobileNetHasTheResultsOfThePaper(int side, int result) {
        assertEquals(Shape.of(1, 1280, result, result), results(PAPERS_MOBILENET, side).getLast());
        assertEquals(Shape.of(1, 1280, result, result), results(
                new MobileNetV2Encoder.Settings(1, true, Padding.KERAS, 5, Norm.FOLDED), side).getLast());
    }

    @Test
    void theOutputStrideIsThatAskedFor() {
        assertEquals(Shape.of(1, 512, 5, 7), results(resNet(18, 16), 64, 96).getLast());
        assertEquals(Shape.of(1, 512, 3, 4), results(resNet(18, 32), 64, 96).getLast());
        EncoderSettings cut = new ResNetEncoder.Settings(50, 16, 3, false, Norm.FOLDED);
        assertEquals(Shape.of(1, 1024, 4, 6), results(cut, 64, 96).getLast());
        assertEquals(4, cut.levels());
    }

    /** Stages of the paper's network: how far apart the pixels are that the first block reads. */
    @Test
    void theLastLayersAreDilated() {
        Graph graph = new Graph();
        results(resNet(18, 8), graph, 64, 64);
        List<Integer> dilations = new ArrayList<>();
        graph.nodes().forEach(node -> {
            if (node.op() instanceof Convolution.Conv2d(Convolution.Geometry geometry)) {
                dilations.add(geometry.dilationH());
            }
        });
        // Two convolutions in each of two blocks, and shortcuts of 1x1, which are not.
        assertEquals(20, dilations.size());
        assertEquals(4, dilations.stream().filter(dilation -> dilation == 2).count());
        assertEquals(4, dilations.stream().filter(dilation -> dilation == 4).count());
    }

    @Test
    void kerasPadsOneLessBeforeAnEvenSide() {
        Kernel kernel = new Kernel(3, 3, 3).stride(2).padding(Padding.KERAS);
        Convolution.Geometry geometry = kernel.geometry(10, 11);
        assertEquals(List.of(0, 1, 1, 1),
                List.of(geometry.padTop(), geometry.padBottom(), geometry.padLeft(), geometry.padRight()));
        assertEquals(1, kernel.padding(Padding.PYTORCH).geometry(10, 11).padTop());
        assertEquals(1, kernel.stride(1).geometry(10, 11).padTop());
        Convolution.Geometry wide = new Kernel(3, 3, 3).dilation(4).geometry(10, 11);
        assertEquals(List.of(4, 4, 4), List.of(wide.padTop(), wide.padRight(), wide.dilationW()));
    }

    @Test
    void filesSayAllOfIt() {
        for (EncoderSettings settings : List.of(resNet(50, 16), PAPERS_MOBILENET,
                new MobileNetV2Encoder.Settings(0.35, true, Padding.KERAS, 4, Norm.FOLDED),
                new ResidualEncoder.Settings(4, List.of(4, 6), List.of(1, 2)),
                new DigitEncoder.Settings(List.of(4, 8), 2))) {
            JsonView json = JsonView.of(Json.parse(Json.compact(settings.toJson()), "test"), "test");
            assertEquals(settings, EncoderSettings.fromJson(json));
            assertEquals(settings.levels() - 1, settings.features().getLast());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{'kind':'vgg'} | no such kind of encoder",
        "{'kind':'resnet','depth':19,'outputStride':8,'layers':4,'ceilPool':true,'norm':'batch'} | 18, 34 or 50",
        "{'kind':'resnet','depth':18,'outputStride':9,'layers':4,'ceilPool':true,'norm':'batch'} | 8, 16 or 32",
        "{'kind':'resnet','depth':18,'outputStride':8,'layers':5,'ceilPool':true,'norm':'batch'} | 4 layers",
        "{'kind':'resnet','depth':18,'outputStride':8,'layers':4,'ceilPool':true,'norm':'group'} | no such norm",
        "{'kind':'mobilenetv2','width':-1,'relu6':true,'padding':'keras','levels':5,'norm':'batch'} | width from",
        "{'kind':'digits','widths':[],'convolutions':1} | from 1 to 8 levels"})
    void whatMakesNoSenseIsRefused(String json, String help) {
        JsonView view = JsonView.of(Json.parse(json.replace('\'', '"'), "test"), "test");
        String message = assertThrows(FormatException.class, () -> EncoderSettings.fromJson(view)).getMessage();
        assertTrue(message.contains(help), message);
    }

    private static List<Shape> results(EncoderSettings settings, int side) {
        return results(settings, side, side);
    }

    private static List<Shape> results(EncoderSettings settings, int height, int width) {
        return results(settings, new Graph(), height, width);
    }

    /** The shapes of the levels' results; nothing is computed. */
    private static List<Shape> results(EncoderSettings settings, Graph graph, int height, int width) {
        Weights weights = Weights.zeros();
        List<Shape> shapes = new ArrayList<>();
        Value x = graph.input("images", TensorType.f32(1, 3, height, width));
        for (int level = 0; level < settings.levels(); level++) {
            x = settings.level(level, weights).apply(x, Phase.FROZEN);
            shapes.add(x.shape());
            assertEquals(settings.channels().get(level), x.shape().dim(1));
        }
        return shapes;
    }
}
