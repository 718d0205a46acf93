// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.mtl.data.DerivedCache;
import dev.topple.mtl.data.NyuV2;
import dev.topple.mtl.data.Sample;
import dev.topple.mtl.task.Classification;
import dev.topple.mtl.task.Segmentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * MobileNetV2 with ImageNet's weights, classifier and all, knows what is in photographs that were labelled by others
 * for another purpose: NYUv2's. Classes of ImageNet by their usual numbers.
 */
@Tag("data")
class ImageNetClassesTest {

    private static final int CLASSES = 1000;
    private static final int HEIGHT = 228;
    private static final int WIDTH = 304;
    /** How much of an image an object must fill, so that it could be its subject. */
    private static final double LARGE = 0.03;

    /** A class of NYUv2, those of ImageNet that are the same, and how well they must tell it. */
    private record Same(String name, List<Integer> classes, double least) {}

    private static final List<Same> SAME = List.of(new Same("toilet", List.of(861), 0.95),
            new Same("bathtub", List.of(435, 876), 0.9), new Same("sink", List.of(896), 0.8),
            new Same("bed", List.of(564, 750, 831), 0.75), new Same("bookshelf", List.of(453), 0.75),
            new Same("refridgerator", List.of(760), 0.75));

    private static Path data(String name) {
        Optional<Path> found = Stream.of(Optional.ofNullable(System.getenv("TOPPLE_DATA")).orElse("../shared/data"),
                "../../shared/data").map(data -> Path.of(data, name)).filter(Files::exists).findFirst();
        Assumptions.assumeTrue(found.isPresent(), "no ../shared/data/" + name + " and no TOPPLE_DATA");
        return found.get();
    }

    private static MultiTaskModel classifier() {
        EncoderWeights file = EncoderWeights.read(data("weights/mobilenetv2-1.0-imagenet.safetensors"));
        MultiTaskModel random = MultiTaskModel.create("mobilenet", new ModelDescription(
                new MobileNetV2Encoder.Settings(1, true, Padding.KERAS, 5, Norm.FOLDED), new LinearDecoder.Settings(1),
                file.normalisation().orElseThrow(),
                List.of(new Classification("imagenet",
                        IntStream.range(0, CLASSES).mapToObj(Integer::toString).toList()))),
                1);
        EncoderWeights.Fit fit = file.fit(random);
        assertEquals(List.of(), fit.missing());
        assertEquals(List.of("fc.bias", "fc.weight"), fit.unused());
        Map<String, Tensor> values = new LinkedHashMap<>(fit.values());
        values.put("decoder.imagenet.output.weight",
                file.tensors().get("fc.weight").reshape(Shape.of(CLASSES, 1280, 1, 1)));
        values.put("decoder.imagenet.output.bias", file.tensors().get("fc.bias"));
        return MultiTaskModel.of("mobilenet", random.description(), values, file.source());
    }

    @Test
    void objectsAreRecognised() {
        NyuV2 images = NyuV2.open(data("nyuv2"), 40, NyuV2.Split.TEST, HEIGHT, WIDTH, 200, DerivedCache.none());
        NyuV2 segmented = images.withTasks(images.tasks().subList(0, 1));
        List<String> names = ((Segmentation) segmented.tasks().getFirst()).classes();
        double[][] found = new double[segmented.size()][];
        double[][] share = new double[segmented.size()][names.size()];
        Graph graph = new Graph();
        graph.output("classes",
                classifier().predict(graph.input("image", TensorType.f32(1, 3, HEIGHT, WIDTH))).getFirst());
        try (Device device = Devices.open("cpu", DeviceOptions.DEFAULT);
                Executable program = device.compile(graph)) {
            for (int i = 0; i < found.length; i++) {
                Sample sample = segmented.sample(i);
                program.feed("image", sample.image().reshape(Shape.of(1, 3, HEIGHT, WIDTH)));
                program.run();
                found[i] = best(program.fetch("classes").floats());
                for (int label : sample.labels().get(Segmentation.NAME).ints()) {
                    if (label < names.size()) {
                        share[i][label] += 1.0 / (HEIGHT * WIDTH);
                    }
                }
            }
        }
        for (int s = 0; s < SAME.size(); s++) {
            int label = names.indexOf(SAME.get(s).name());
            double area = area(s, label, found, share);
            assertTrue(area >= SAME.get(s).least(), SAME.get(s).name() + ": " + area);
        }
    }

    /** The largest logit of each group of classes. */
    private static double[] best(float[] logits) {
        return SAME.stream().mapToDouble(same -> same.classes().stream().mapToDouble(each -> logits[each]).max()
                .orElseThrow()).toArray();
    }

    /** How often an image with a large object has a larger logit than one without any: 0.5 by chance. */
    private static double area(int s, int label, double[][] found, double[][] share) {
        int[] with = IntStream.range(0, found.length).filter(i -> share[i][label] > LARGE).toArray();
        int[] without = IntStream.range(0, found.length).filter(i -> share[i][label] == 0).toArray();
        assertTrue(with.length >= 3 && without.length > 50, SAME.get(s).name() + ": " + with.length + " images");
        return Arrays.stream(with).mapToDouble(i -> Arrays.stream(without)
                .filter(j -> found[i][s] > found[j][s]).count() / (double) without.length).average().orElseThrow();
    }
}
