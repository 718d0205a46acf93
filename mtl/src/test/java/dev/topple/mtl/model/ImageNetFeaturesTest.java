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
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Features of ImageNet's encoders, held against plain loops that share no code with the engine. */
@Tag("data")
class ImageNetFeaturesTest {

    /** An image of a size by channel, row and column. */
    private record Picture(double[][][] values) {

        int channels() {
            return values.length;
        }

        int height() {
            return values[0].length;
        }

        int width() {
            return values[0][0].length;
        }

        /** Zero outside. */
        double at(int c, int y, int x) {
            return y < 0 || x < 0 || y >= height() || x >= width() ? 0 : values[c][y][x];
        }
    }

    /** A convolution with a bias; {@code before} zeros stand above and to the left, as many as it takes behind. */
    private static Picture convolve(EncoderWeights file, String name, Picture x, int stride, int before, int height,
            int width, boolean depthwise) {
        Tensor weight = file.tensors().get(name + ".weight");
        float[] w = weight.floats();
        float[] bias = file.tensors().get(name + ".bias").floats();
        int out = weight.shape().dim(0);
        int in = weight.shape().dim(1);
        int side = weight.shape().dim(2);
        double[][][] y = new double[out][height][width];
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < height; i++) {
                for (int j = 0; j < width; j++) {
                    double sum = bias[o];
                    for (int c = 0; c < in; c++) {
                        for (int k = 0; k < side * side; k++) {
                            sum += w[(o * in + c) * side * side + k] * x.at(depthwise ? o : c,
                                    i * stride - before + k / side, j * stride - before + k % side);
                        }
                    }
                    y[o][i][j] = sum;
                }
            }
        }
        return new Picture(y);
    }

    private static Picture map(Picture x, DoubleUnaryOperator function) {
        double[][][] y = new double[x.channels()][x.height()][x.width()];
        for (int c = 0; c < y.length; c++) {
            for (int i = 0; i < x.height(); i++) {
                for (int j = 0; j < x.width(); j++) {
                    y[c][i][j] = function.applyAsDouble(x.at(c, i, j));
                }
            }
        }
        return new Picture(y);
    }

    private static Picture sum(Picture a, Picture b) {
        double[][][] y = new double[a.channels()][a.height()][a.width()];
        for (int c = 0; c < y.length; c++) {
            for (int i = 0; i < a.height(); i++) {
                for (int j = 0; j < a.width(); j++) {
                    y[c][i][j] = a.at(c, i, j) + b.at(c, i, j);
                }
            }
        }
        return new Picture(y);
    }

    private static double relu6(double value) {
        return Math.min(6, Math.max(0, value));
    }

    /** Zeros of Keras: one before an odd side, none before an even one (sides of the image are equal here). */
    private static Picture halved(EncoderWeights file, String name, Picture x, boolean depthwise) {
        int side = Math.ceilDiv(x.height(), 2);
        return convolve(file, name, x, 2, x.height() % 2, side, side, depthwise);
    }

    private static Picture mobileNet(EncoderWeights file, Picture image) {
        Picture x = map(halved(file, "conv1", image, false), ImageNetFeaturesTest::relu6);
        int[] halving = {1, 3, 6, 13};
        for (int block = 0; block < 17; block++) {
            String name = "block" + block;
            Picture wide = block == 0 ? x
                    : map(convolve(file, name + ".expand", x, 1, 0, x.height(), x.width(), false),
                            ImageNetFeaturesTest::relu6);
            int number = block;
            boolean half = Arrays.stream(halving).anyMatch(each -> each == number);
            Picture deep = map(half ? halved(file, name + ".dw", wide, true)
                    : convolve(file, name + ".dw", wide, 1, 1, wide.height(), wide.width(), true),
                    ImageNetFeaturesTest::relu6);
            Picture y = convolve(file, name + ".project", deep, 1, 0, deep.height(), deep.width(), false);
            x = !half && y.channels() == x.channels() ? sum(x, y) : y;
        }
        return map(convolve(file, "conv_last", x, 1, 0, x.height(), x.width(), false), ImageNetFeaturesTest::relu6);
    }

    private static Picture resNet(EncoderWeights file, Picture image) {
        Picture x = map(convolve(file, "conv1", image, 2, 3, half(image.height()), half(image.width()), false),
                value -> Math.max(0, value));
        x = pool(x);
        for (String block : new String[] {"layer1.0", "layer1.1", "layer2.0", "layer2.1", "layer3.0", "layer3.1"}) {
            boolean down = file.tensors().containsKey(block + ".downsample.0.weight");
            int height = down ? half(x.height()) : x.height();
            int width = down ? half(x.width()) : x.width();
            Picture y = map(convolve(file, block + ".conv1", x, down ? 2 : 1, 1, height, width, false),
                    value -> Math.max(0, value));
            y = convolve(file, block + ".conv2", y, 1, 1, height, width, false);
            x = map(sum(y, down ? convolve(file, block + ".downsample.0", x, 2, 0, height, width, false) : x),
                    value -> Math.max(0, value));
        }
        return x;
    }

    private static int half(int side) {
        return Math.ceilDiv(side, 2);
    }

    /** The largest of 3x3 pixels, every second one; behind ReLU, so zeros outside never win. */
    private static Picture pool(Picture x) {
        double[][][] y = new double[x.channels()][half(x.height())][half(x.width())];
        for (int c = 0; c < y.length; c++) {
            for (int i = 0; i < y[c].length; i++) {
                for (int j = 0; j < y[c][i].length; j++) {
                    for (int k = 0; k < 9; k++) {
                        y[c][i][j] = Math.max(y[c][i][j], x.at(c, 2 * i - 1 + k / 3, 2 * j - 1 + k % 3));
                    }
                }
            }
        }
        return new Picture(y);
    }

    @ParameterizedTest
    @CsvSource({"mobilenetv2-0.35,64", "mobilenetv2-0.35,47", "mobilenetv2-1.0,32", "resnet18-conv1-layer3,40"})
    void featuresAreThoseOfPlainLoops(String name, int side) {
        Optional<Path> found = Stream.of(Optional.ofNullable(System.getenv("TOPPLE_DATA")).orElse("../shared/data"),
                "../../shared/data").map(data -> Path.of(data, "weights", name + "-imagenet.safetensors"))
                .filter(Files::exists).findFirst();
        Assumptions.assumeTrue(found.isPresent(), "no ../shared/data/weights and no TOPPLE_DATA");
        EncoderWeights file = EncoderWeights.read(found.get());
        boolean mobile = name.startsWith("mobile");
        EncoderSettings settings = mobile
                ? new MobileNetV2Encoder.Settings(Double.parseDouble(name.split("-")[1]), true, Padding.KERAS, 5,
                        Norm.FOLDED)
                : new ResNetEncoder.Settings(18, 16, 3, false, Norm.FOLDED);
        double[][][] pixels = new double[3][side][side];
        float[] image = new float[3 * side * side];
        for (int i = 0; i < image.length; i++) {
            image[i] = (float) (0.5 + 0.5 * Math.sin(0.37 * i) * Math.cos(0.011 * i));
            int c = i / (side * side);
            pixels[c][i / side % side][i % side] = (image[i] - file.normalisation().orElseThrow().mean().get(c))
                    / file.normalisation().orElseThrow().deviation().get(c);
        }
        Picture expected = mobile ? mobileNet(file, new Picture(pixels)) : resNet(file, new Picture(pixels));
        Tensor features = features(settings, file, Tensor.of(Shape.of(1, 3, side, side), image));
        assertEquals(Shape.of(1, expected.channels(), expected.height(), expected.width()), features.shape());
        double largest = 0;
        for (int c = 0; c < expected.channels(); c++) {
            for (int p = 0; p < expected.height() * expected.width(); p++) {
                double value = expected.at(c, p / expected.width(), p % expected.width());
                largest = Math.max(largest, value);
                assertEquals(value, features.floats()[c * expected.height() * expected.width() + p], 2e-4, name);
            }
        }
        assertTrue(largest > 1, "features of at most " + largest);
    }

    private static Tensor features(EncoderSettings settings, EncoderWeights file, Tensor image) {
        Weights weights = Weights.of(file.tensors());
        Graph graph = new Graph();
        Value x = file.normalisation().orElseThrow().apply(graph.constant(image));
        for (int level = 0; level < settings.levels(); level++) {
            x = settings.level(level, weights).apply(x, Phase.FROZEN);
        }
        graph.output("features", x);
        try (Device device = Devices.open("reference", DeviceOptions.DEFAULT);
                Executable program = device.compile(graph)) {
            program.run();
            return program.fetch("features");
        }
    }
}
