// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.io.FormatException;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Classification;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights as torchvision's {@code state_dict()} names them. */
class PublishedNamesTest {

    /** A state dict while it is made: names in torchvision's order, random values. */
    private static final class TorchVision {

        private final Map<String, Tensor> tensors = new LinkedHashMap<>();
        private final RandomSource random = new RandomSource(5, 1);

        private void tensor(String name, double least, double most, int... dims) {
            float[] values = new float[Shape.of(dims).size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextDouble(least, most);
            }
            tensors.put(name, Tensor.of(Shape.of(dims), values));
        }

        private void layer(String convolution, String norm, int in, int out, int kernel) {
            double bound = 1 / Math.sqrt(in * kernel * kernel);
            tensor(convolution + ".weight", -bound, bound, out, in, kernel, kernel);
            tensor(norm + ".weight", 0.5, 1.5, out);
            tensor(norm + ".bias", -0.3, 0.3, out);
            tensor(norm + ".running_mean", -0.3, 0.3, out);
            tensor(norm + ".running_var", 0.2, 2, out);
            tensors.put(norm + ".num_batches_tracked", Tensor.of(Shape.scalar(), new int[] {9}));
        }

        static Map<String, Tensor> resNet18(String prefix) {
            TorchVision made = new TorchVision();
            made.layer(prefix + "conv1", prefix + "bn1", 3, 64, 7);
            int in = 64;
            for (int layer = 1; layer <= 4; layer++) {
                int out = 32 << layer;
                for (int block = 0; block < 2; block++) {
                    String name = prefix + "layer" + layer + "." + block;
                    made.layer(name + ".conv1", name + ".bn1", in, out, 3);
                    made.layer(name + ".conv2", name + ".bn2", out, out, 3);
                    if (in != out) {
                        made.layer(name + ".downsample.0", name + ".downsample.1", in, out, 1);
                    }
                    in = out;
                }
            }
            made.tensor(prefix + "fc.weight", -1, 1, 10, 512);
            made.tensor(prefix + "fc.bias", -1, 1, 10);
            return made.tensors;
        }

        static Map<String, Tensor> mobileNetV2() {
            TorchVision made = new TorchVision();
            made.layer("features.0.0", "features.0.1", 3, 32, 3);
            int[][] groups = {{1, 16, 1}, {6, 24, 2}, {6, 32, 3}, {6, 64, 4}, {6, 96, 3}, {6, 160, 3}, {6, 320, 1}};
            int in = 32;
            int number = 1;
            for (int[] group : groups) {
                for (int i = 0; i < group[2]; i++) {
                    String name = "features." + number++ + ".conv.";
                    int wide = in * group[0];
                    int at = 0;
                    if (group[0] > 1) {
                        made.layer(name + "0.0", name + "0.1", in, wide, 1);
                        at = 1;
                    }
                    made.tensor(name + at + ".0.weight", -0.3, 0.3, wide, 1, 3, 3);
                    made.layer(name + at + ".0x", name + at + ".1", 1, wide, 3);
                    made.tensors.remove(name + at + ".0x.weight");
                    made.layer(name + (at + 1), name + (at + 2), wide, group[1], 1);
                    in = group[1];
                }
            }
            made.layer("features.18.0", "features.18.1", 320, 1280, 1);
            made.tensor("classifier.1.weight", -1, 1, 10, 1280);
            made.tensor("classifier.1.bias", -1, 1, 10);
            return made.tensors;
        }
    }

    private static EncoderSettings settings(boolean resNet, Norm norm) {
        return resNet ? new ResNetEncoder.Settings(18, 32, 4, false, norm)
                : new MobileNetV2Encoder.Settings(1, true, Padding.PYTORCH, 5, norm);
    }

    private static MultiTaskModel model(EncoderSettings encoder) {
        return MultiTaskModel.create("test", new ModelDescription(encoder, new LinearDecoder.Settings(1),
                Normalisation.USUAL, List.of(new Classification("kind", List.of("a", "b")))), 1);
    }

    @ParameterizedTest
    @CsvSource({"true,100,40", "false,260,104"})
    void everyWeightFindsItsPlace(boolean resNet, int kept, int folded) {
        EncoderWeights weights =
                EncoderWeights.of("test", resNet ? TorchVision.resNet18("") : TorchVision.mobileNetV2());
        assertEquals(Optional.of(Normalisation.IMAGENET), weights.normalisation());
        assertFalse(weights.folded());
        assertTrue(weights.fold().folded());
        EncoderWeights.Fit fit = weights.fit(model(settings(resNet, Norm.BATCH)));
        assertEquals(kept, fit.values().size());
        assertEquals(List.of(), fit.missing());
        assertEquals(List.of("fc.bias", "fc.weight"), fit.unused());
        EncoderWeights.Fit without = weights.fit(model(settings(resNet, Norm.FOLDED)));
        assertEquals(folded, without.values().size());
        assertEquals(List.of(), without.missing());
        assertEquals(List.of("fc.bias", "fc.weight"), without.unused());
    }

    /** The encoder computes the same with batch normalisation and with it folded in. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void foldingChangesNothing(boolean resNet) {
        EncoderWeights weights =
                EncoderWeights.of("test", resNet ? TorchVision.resNet18("") : TorchVision.mobileNetV2());
        float[] kept = features(settings(resNet, Norm.BATCH), weights);
        float[] folded = features(settings(resNet, Norm.FOLDED), weights);
        double largest = 0;
        for (float value : kept) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertTrue(largest > 0.1, "all features are 0");
        for (int i = 0; i < kept.length; i++) {
            assertEquals(kept[i], folded[i], 1e-4 * largest);
        }
    }

    private static float[] features(EncoderSettings settings, EncoderWeights from) {
        Map<String, Tensor> values = new LinkedHashMap<>();
        from.fit(model(settings)).values()
                .forEach((name, tensor) -> values.put(name.substring(MultiTaskModel.ENCODER.length() + 1), tensor));
        Weights weights = Weights.of(values);
        float[] image = new float[3 * 32 * 33];
        for (int i = 0; i < image.length; i++) {
            image[i] = (i * 37 % 101) / 50f - 1;
        }
        Graph graph = new Graph();
        Value x = graph.constant(Tensor.of(Shape.of(1, 3, 32, 33), image));
        for (int level = 0; level < settings.levels(); level++) {
            x = settings.level(level, weights).apply(x, Phase.FROZEN);
        }
        weights.check("test");
        graph.output("features", x);
        try (Device device = Devices.open("cpu", new DeviceOptions(1)); Executable program = device.compile(graph)) {
            program.run();
            return program.fetch("features").floats();
        }
    }

    /** As in torchvision's models for segmentation. */
    @Test
    void aPrefixIsTakenOff() {
        Map<String, Tensor> tensors = TorchVision.resNet18("backbone.");
        tensors.put("classifier.0.weight", Tensor.of(Shape.of(1), 1f));
        EncoderWeights weights = EncoderWeights.of("test", tensors);
        EncoderWeights.Fit fit = weights.fit(model(settings(true, Norm.BATCH)));
        assertEquals(100, fit.values().size());
        assertEquals(List.of("classifier.0.weight", "fc.bias", "fc.weight"), fit.unused());
        assertArrayEquals(tensors.get("backbone.bn1.running_var").floats(),
                fit.values().get("encoder.bn1.variance").floats());
    }

    @Test
    void whatDoesNotFitIsNamed() {
        Map<String, Tensor> tensors = TorchVision.resNet18("");
        tensors.remove("layer3.0.conv2.weight");
        EncoderWeights.Fit fit = EncoderWeights.of("test", tensors).fit(model(settings(true, Norm.BATCH)));
        assertEquals(List.of("layer3.0.conv2.weight"), fit.missing());
        tensors.put("layer3.0.conv2.weight", Tensor.of(Shape.of(1), 1f));
        refused(EncoderWeights.of("test", tensors), settings(true, Norm.BATCH), "layer3.0.conv2.weight is f32[1]");
        EncoderWeights whole = EncoderWeights.of("test", TorchVision.resNet18(""));
        refused(whole, new ResNetEncoder.Settings(50, 16, 4, false, Norm.BATCH), "choose the encoder");
        refused(whole.fold(), settings(true, Norm.BATCH), "batch normalisation is folded into these weights");
        refused(EncoderWeights.of("test", Map.of("x", Tensor.of(Shape.of(1), 1f))), settings(true, Norm.BATCH),
                "no weight belongs to the encoder");
    }

    private static void refused(EncoderWeights weights, EncoderSettings settings, String help) {
        MultiTaskModel model = model(settings);
        String message = assertThrows(FormatException.class, () -> weights.fit(model)).getMessage();
        assertTrue(message.startsWith("test: ") && message.contains(help), message);
    }

    @Test
    void whatIsSaidOfColoursIsReadAgain() {
        assertEquals("RGB, (x/255-[0.485,0.456,0.406])/[0.229,0.224,0.225]",
                EncoderWeights.text(Normalisation.IMAGENET));
    }
}
