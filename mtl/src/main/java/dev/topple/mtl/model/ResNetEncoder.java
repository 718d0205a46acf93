// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.Value;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The residual networks of He et al., "Deep residual learning for image recognition", 2016, with the strides of the
 * last layers replaced by dilation as in DeepLab (Chen et al., 2017). The stem (a 7x7 convolution and a pooling, a
 * quarter of the size) and every layer are a level, and every layer's result is a feature. Variables have the names of
 * torchvision, but those of batch normalisations: {@code gamma}, {@code beta}, {@code mean}, {@code variance}.
 */
public final class ResNetEncoder {

    /** The kind in files. */
    static final String KIND = "resnet";

    private static final int STEM = 64;

    private ResNetEncoder() {}

    /**
     * Which network.
     *
     * @param depth 18, 34 or 50
     * @param outputStride how many pixels of the image lie between those of the last layers' results: 8, 16 or 32
     * @param layers 4, or 3 without the last layer
     * @param ceilPool whether the pooling of the stem rounds sizes up, as Caffe's models do
     * @param norm batch normalisation, or none where it was folded into the weights
     */
    public record Settings(int depth, int outputStride, int layers, boolean ceilPool, Norm norm)
            implements EncoderSettings {

        public Settings {
            if (depth != 18 && depth != 34 && depth != 50) {
                throw new IllegalArgumentException("a ResNet has a depth of 18, 34 or 50, not " + depth);
            }
            if (outputStride != 8 && outputStride != 16 && outputStride != 32) {
                throw new IllegalArgumentException("a ResNet has an output stride of 8, 16 or 32, not " + outputStride);
            }
            if (layers != 3 && layers != 4) {
                throw new IllegalArgumentException("a ResNet has 4 layers, or 3 without the last, not " + layers);
            }
        }

        private List<Integer> blocks() {
            return depth == 18 ? List.of(2, 2, 2, 2) : List.of(3, 4, 6, 3);
        }

        private int expansion() {
            return depth == 50 ? 4 : 1;
        }

        @Override
        public List<Integer> channels() {
            List<Integer> channels = new ArrayList<>(List.of(STEM));
            IntStream.range(0, layers).forEach(layer -> channels.add((STEM << layer) * expansion()));
            return channels;
        }

        @Override
        public List<Integer> features() {
            return IntStream.rangeClosed(1, layers).boxed().toList();
        }

        @Override
        public String levelName(int index) {
            return index == 0 ? "stem" : "layer" + index;
        }

        @Override
        public Level level(int index, Weights weights) {
            return index == 0 ? stem(weights) : layer(index, weights.in(levelName(index)));
        }

        private Level stem(Weights weights) {
            ConvolutionLayer convolution = ConvolutionLayer.of(weights.in("conv1"), weights.in("bn1"),
                    new Kernel(3, STEM, 7).stride(2), norm);
            Pooling.Window window = Pooling.Window.square(3, 2, 1);
            Pooling.Window used = ceilPool ? window.ceil() : window;
            return (x, phase) -> Pooling.maxPool2d(used, convolution.apply(x, phase).relu()).result(0);
        }

        private Level layer(int index, Weights weights) {
            // Where the size would be halved beyond the output stride, pixels that far apart are read instead.
            int wanted = 4 << index - 1;
            int dilation = Math.max(1, wanted / outputStride);
            int first = index > 1 && dilation == 1 ? 2 : 1;
            int width = STEM << index - 1;
            List<Level> blocks = new ArrayList<>();
            int in = channels().get(index - 1);
            for (int b = 0; b < blocks().get(index - 1); b++) {
                Kernel kernel = new Kernel(width, width, 3).stride(b == 0 ? first : 1).dilation(dilation);
                Weights scope = weights.in(Integer.toString(b));
                blocks.add(depth == 50 ? bottleneck(scope, in, kernel) : basic(scope, in, kernel));
                in = width * expansion();
            }
            return (x, phase) -> {
                Value y = x;
                for (Level block : blocks) {
                    y = block.apply(y, phase);
                }
                return y;
            };
        }

        private Level basic(Weights weights, int in, Kernel kernel) {
            int width = kernel.out();
            Kernel start = new Kernel(in, width, 3).stride(kernel.stride()).dilation(kernel.dilation());
            ConvolutionLayer first = numbered(weights, 1, start);
            ConvolutionLayer second = numbered(weights, 2, new Kernel(width, width, 3).dilation(kernel.dilation()));
            Optional<ConvolutionLayer> shortcut = shortcut(weights, in, width, kernel.stride());
            return (x, phase) -> {
                Value y = second.apply(first.apply(x, phase).relu(), phase);
                return y.plus(shortcut.map(layer -> layer.apply(x, phase)).orElse(x)).relu();
            };
        }

        private Level bottleneck(Weights weights, int in, Kernel kernel) {
            int width = kernel.out();
            ConvolutionLayer first = numbered(weights, 1, new Kernel(in, width, 1));
            ConvolutionLayer second = numbered(weights, 2, kernel);
            ConvolutionLayer third = numbered(weights, 3, new Kernel(width, 4 * width, 1));
            Optional<ConvolutionLayer> shortcut = shortcut(weights, in, 4 * width, kernel.stride());
            return (x, phase) -> {
                Value y = second.apply(first.apply(x, phase).relu(), phase).relu();
                return third.apply(y, phase).plus(shortcut.map(layer -> layer.apply(x, phase)).orElse(x)).relu();
            };
        }

        private ConvolutionLayer numbered(Weights weights, int number, Kernel kernel) {
            return ConvolutionLayer.of(weights.in("conv" + number), weights.in("bn" + number), kernel, norm);
        }

        private Optional<ConvolutionLayer> shortcut(Weights weights, int in, int out, int stride) {
            Weights scope = weights.in("downsample");
            return in == out && stride == 1
                    ? Optional.empty()
                    : Optional.of(ConvolutionLayer.of(scope.in("0"), scope.in("1"),
                            new Kernel(in, out, 1).stride(stride), norm));
        }

        @Override
        public JsonObject toJson() {
            return JsonValue.object().put("kind", KIND).put("depth", depth).put("outputStride", outputStride)
                    .put("layers", layers).put("ceilPool", ceilPool).put("norm", norm.label()).build();
        }

        static Settings fromJson(JsonView json) {
            json.only(Set.of("kind", "depth", "outputStride", "layers", "ceilPool", "norm"));
            return new Settings(json.field("depth").asInt(), json.field("outputStride").asInt(),
                    json.field("layers").asInt(), json.field("ceilPool").asBoolean(),
                    label(Norm.class, json.field("norm")));
        }
    }

    /** The constant of an enumeration that a file names in lower case. */
    static <T extends Enum<T>> T label(Class<T> kind, JsonView json) {
        for (T constant : kind.getEnumConstants()) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(json.asString())) {
                return constant;
            }
        }
        throw json.fail("there is no such " + kind.getSimpleName().toLowerCase(Locale.ROOT));
    }
}
