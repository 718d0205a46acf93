// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Value;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The decoder of DeepLabV3 (Chen et al., "Rethinking atrous convolution for semantic image segmentation", 2017), as
 * torchvision builds it: branches read the coarsest feature, a 1x1 convolution, dilated 3x3 ones and one of the image's
 * mean; side by side they go through a 1x1 convolution with dropout, a 3x3 one, and one that gives the prediction.
 */
public final class DeepLabDecoder implements Decoder {

    /** The kind in files. */
    static final String KIND = "deeplab";

    private static final double DROPOUT = 0.5;

    /**
     * How large a decoder is.
     *
     * @param width the channels of every layer, 256 as published
     * @param dilations of the branches, 6, 12 and 18 as published for an output stride of 16, twice that for 8
     */
    public record Settings(int width, List<Integer> dilations) implements DecoderSettings {

        public Settings {
            dilations = List.copyOf(dilations);
            DecoderSettings.require(width, dilations);
        }

        @Override
        public Decoder decoder(List<Integer> features, int channels, double start, Weights weights) {
            return new DeepLabDecoder(this, features.getLast(), channels, start, weights);
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

    private final List<ConvolutionLayer> branches = new ArrayList<>();
    private final ConvolutionLayer mean;
    private final ConvolutionLayer project;
    private final ConvolutionLayer smooth;
    private final ConvolutionLayer output;
    private final int stream;

    private DeepLabDecoder(Settings settings, int in, int channels, double start, Weights weights) {
        int width = settings.width();
        branches.add(layer(weights.in("branch0"), new Kernel(in, width, 1)));
        for (int d = 0; d < settings.dilations().size(); d++) {
            branches.add(layer(weights.in("branch" + (d + 1)),
                    new Kernel(in, width, 3).dilation(settings.dilations().get(d))));
        }
        this.mean = layer(weights.in("mean"), new Kernel(in, width, 1));
        this.project = layer(weights.in("project"), new Kernel((branches.size() + 1) * width, width, 1));
        this.smooth = layer(weights.in("smooth"), new Kernel(width, width, 3));
        this.output = ConvolutionLayer.Biased.of(weights.in("output"), width, channels, 1, start);
        this.stream = weights.prefix().hashCode();
    }

    private static ConvolutionLayer layer(Weights weights, Kernel kernel) {
        return ConvolutionLayer.Normalised.of(weights, weights.in("norm"), kernel);
    }

    @Override
    public Value decode(List<Value> features, int height, int width, Phase phase) {
        Value x = features.getLast();
        Graph graph = x.graph();
        List<Value> results = new ArrayList<>();
        branches.forEach(branch -> results.add(branch.apply(x, phase).relu()));
        Value whole = mean.apply(LinearDecoder.mean(x), phase).relu();
        results.add(whole.broadcastTo(results.getFirst().shape()));
        Value joined = graph.apply(new Layout.Concat(1), results.toArray(Value[]::new));
        Value y = phase.dropout(project.apply(joined, phase).relu(), DROPOUT, stream);
        return Resampling.resize(Resampling.Method.BILINEAR, output.apply(smooth.apply(y, phase).relu(), phase), height,
                width);
    }
}
