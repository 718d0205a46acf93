// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Value;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The decoder of AdaShare, TreeMTL and DGBA (Zhang et al., arXiv 2305.12066), after DeepLab's atrous spatial pyramid:
 * branches of another dilation each read the coarsest feature, each a dilated 3x3 convolution and two of 1x1 with ReLU
 * and dropout between them, and their sum is the prediction. There, losses take labels of the prediction's size; here,
 * the prediction is resized to that of the image.
 */
public final class AsppSumDecoder implements Decoder {

    /** The kind in files. */
    static final String KIND = "aspp-sum";

    private static final double DROPOUT = 0.5;

    /**
     * How large a decoder is.
     *
     * @param width the channels within a branch, 1024 as released
     * @param dilations of the branches, 6, 12, 18 and 24 as released
     */
    public record Settings(int width, List<Integer> dilations) implements DecoderSettings {

        /** As released. */
        public static final Settings RELEASED = new Settings(1024, List.of(6, 12, 18, 24));

        public Settings {
            dilations = List.copyOf(dilations);
            DecoderSettings.require(width, dilations);
        }

        @Override
        public Decoder decoder(List<Integer> features, int channels, double start, Weights weights) {
            return new AsppSumDecoder(this, features.getLast(), channels, start, weights);
        }

        @Override
        public JsonObject toJson() {
            return JsonValue.object().put("kind", KIND).put("width", width)
                    .put("dilations", DecoderSettings.integers(dilations)).build();
        }

        static Settings fromJson(JsonView json) {
            json.only(Set.of("kind", "width", "dilations"));
            return new Settings(json.field("width").asInt(), DecoderSettings.integers(json.field("dilations")));
        }
    }

    /** Three convolutions. */
    private record Branch(List<ConvolutionLayer> layers, int stream) {

        static Branch of(Weights weights, int in, Settings settings, int dilation, int channels, double start) {
            int width = settings.width();
            Initialiser inner = Initialiser.fanIn(9 * in);
            Initialiser outer = Initialiser.fanIn(width);
            return new Branch(List.of(
                    ConvolutionLayer.Biased.of(weights.in("conv0"), new Kernel(in, width, 3).dilation(dilation), inner,
                            inner),
                    ConvolutionLayer.Biased.of(weights.in("conv1"), new Kernel(width, width, 1), outer, outer),
                    ConvolutionLayer.Biased.of(weights.in("conv2"), new Kernel(width, channels, 1), outer,
                            start == 0 ? outer : Initialiser.constant(start))),
                    weights.prefix().hashCode());
        }

        Value apply(Value x, Phase phase) {
            Value first = phase.dropout(layers.get(0).apply(x, phase).relu(), DROPOUT, stream);
            Value second = phase.dropout(layers.get(1).apply(first, phase).relu(), DROPOUT, stream + 1);
            return layers.get(2).apply(second, phase);
        }
    }

    private final List<Branch> branches = new ArrayList<>();

    private AsppSumDecoder(Settings settings, int in, int channels, double start, Weights weights) {
        int count = settings.dilations().size();
        for (int b = 0; b < count; b++) {
            branches.add(Branch.of(weights.in("branch" + b), in, settings, settings.dilations().get(b), channels,
                    start / count));
        }
    }

    @Override
    public Value decode(List<Value> features, int height, int width, Phase phase) {
        Value sum = branches.stream().map(branch -> branch.apply(features.getLast(), phase)).reduce(Value::plus)
                .orElseThrow();
        return Resampling.resize(Resampling.Method.BILINEAR, sum, height, width);
    }
}
