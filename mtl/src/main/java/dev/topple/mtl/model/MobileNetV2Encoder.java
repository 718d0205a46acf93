// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.Value;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * MobileNetV2 (Sandler et al., 2018) of any width, in the five levels of TreeMTL: up to 24 channels, to 64, to 96, to
 * 320, and the last convolution. Its result has a 32nd of the image's size. Features are the results of the first level
 * (a quarter of the size), the third (a 16th) and the last.
 */
public final class MobileNetV2Encoder {

    /** The kind in files. */
    static final String KIND = "mobilenetv2";

    private static final int LEVELS = 5;
    private static final int STEM = 32;
    private static final int LAST = 1280;

    /** Inverted residuals: expansion, channels, how many, first stride, level. */
    private static final int[][] GROUPS = {{1, 16, 1, 1, 0}, {6, 24, 2, 2, 0}, {6, 32, 3, 2, 1}, {6, 64, 4, 2, 1},
        {6, 96, 3, 1, 2}, {6, 160, 3, 2, 3}, {6, 320, 1, 1, 3}};

    private MobileNetV2Encoder() {}

    /**
     * Which network.
     *
     * @param width what channels are multiplied by, 1 as published; rounded to multiples of 8
     * @param relu6 whether activations end at 6, as published; TreeMTL's do not
     * @param padding where convolutions of stride 2 have their zeros
     * @param levels how many of the five levels there are
     * @param norm batch normalisation, or none where it was folded into the weights
     */
    public record Settings(double width, boolean relu6, Padding padding, int levels, Norm norm)
            implements EncoderSettings {

        private static final double LEAST_WIDTH = 0.05;
        private static final double LARGEST_WIDTH = 8;

        public Settings {
            if (!(width >= LEAST_WIDTH && width <= LARGEST_WIDTH)) {
                throw new IllegalArgumentException("a MobileNetV2 has a width from " + LEAST_WIDTH + " to "
                        + LARGEST_WIDTH + ", not " + width);
            }
            if (levels < 1 || levels > LEVELS) {
                throw new IllegalArgumentException("a MobileNetV2 has from 1 to " + LEVELS + " levels, not " + levels);
            }
        }

        /** So many channels times the width: the nearest multiple of 8 that is not more than a tenth too small. */
        private int scaled(int channels) {
            double exact = channels * width;
            int rounded = Math.max(8, (int) (exact + 4) / 8 * 8);
            return rounded < 0.9 * exact ? rounded + 8 : rounded;
        }

        @Override
        public List<Integer> channels() {
            List<Integer> channels = new ArrayList<>();
            for (int level = 0; level < Math.min(levels, LEVELS - 1); level++) {
                int last = level;
                channels.add(scaled(IntStream.range(0, GROUPS.length).filter(g -> GROUPS[g][4] == last)
                        .map(g -> GROUPS[g][1]).max().orElseThrow()));
            }
            if (levels == LEVELS) {
                channels.add(width > 1 ? scaled(LAST) : LAST);
            }
            return channels;
        }

        @Override
        public List<Integer> features() {
            int last = levels - 1;
            return IntStream.of(0, 2, last).filter(level -> level <= last).distinct().sorted().boxed().toList();
        }

        @Override
        public String levelName(int index) {
            return index == LEVELS - 1 ? "conv_last" : "to " + channels().get(index) + " channels";
        }

        @Override
        public Level level(int index, Weights weights) {
            List<Level> parts = new ArrayList<>();
            if (index == 0) {
                parts.add(activated(weights, "conv1", new Kernel(3, scaled(STEM), 3).stride(2)));
            }
            if (index == LEVELS - 1) {
                parts.add(activated(weights, "conv_last",
                        new Kernel(channels().get(index - 1), channels().get(index), 1)));
            }
            int in = scaled(STEM);
            int number = 0;
            for (int[] group : GROUPS) {
                int out = scaled(group[1]);
                for (int b = 0; b < group[2]; b++) {
                    if (group[4] == index) {
                        parts.add(inverted(weights.in("block" + number), in, out, group[0], b == 0 ? group[3] : 1));
                    }
                    in = out;
                    number++;
                }
            }
            return (x, phase) -> {
                Value y = x;
                for (Level part : parts) {
                    y = part.apply(y, phase);
                }
                return y;
            };
        }

        private Level inverted(Weights weights, int in, int out, int expansion, int stride) {
            int middle = in * expansion;
            Optional<Level> expand = expansion == 1
                    ? Optional.empty()
                    : Optional.of(activated(weights, "expand", new Kernel(in, middle, 1)));
            Level depthwise = activated(weights, "dw", new Kernel(middle, middle, 3).groups(middle).stride(stride));
            ConvolutionLayer project = layer(weights, "project", new Kernel(middle, out, 1));
            return (x, phase) -> {
                Value wide = expand.map(part -> part.apply(x, phase)).orElse(x);
                Value y = project.apply(depthwise.apply(wide, phase), phase);
                return stride == 1 && in == out ? x.plus(y) : y;
            };
        }

        private Level activated(Weights weights, String name, Kernel kernel) {
            ConvolutionLayer layer = layer(weights, name, kernel);
            return (x, phase) -> {
                Value y = layer.apply(x, phase);
                return relu6 ? y.clamp(0, 6) : y.relu();
            };
        }

        private ConvolutionLayer layer(Weights weights, String name, Kernel kernel) {
            Weights scope = weights.in(name);
            return ConvolutionLayer.of(scope, scope.in("norm"), kernel.padding(padding), norm);
        }

        @Override
        public JsonObject toJson() {
            return JsonValue.object().put("kind", KIND).put("width", width).put("relu6", relu6)
                    .put("padding", padding.label()).put("levels", levels).put("norm", norm.label()).build();
        }

        static Settings fromJson(JsonView json) {
            json.only(Set.of("kind", "width", "relu6", "padding", "levels", "norm"));
            return new Settings(json.field("width").asDouble(), json.field("relu6").asBoolean(),
                    ResNetEncoder.label(Padding.class, json.field("padding")), json.field("levels").asInt(),
                    ResNetEncoder.label(Norm.class, json.field("norm")));
        }
    }
}
