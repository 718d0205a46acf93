// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Value;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The light decoder Lite R-ASPP of MobileNetV3 (Howard et al., 2019): the coarsest feature goes through a 1x1
 * convolution and is multiplied by what the image's mean lets pass; the prediction from it, resized, and one from the
 * next finer feature are added.
 */
public final class LightDecoder implements Decoder {

    /** The kind in files. */
    static final String KIND = "light";

    /**
     * How large a decoder is.
     *
     * @param width its channels, 128 as published
     */
    public record Settings(int width) implements DecoderSettings {

        public Settings {
            DecoderSettings.require(width, List.of(1));
        }

        @Override
        public Decoder decoder(List<Integer> features, int channels, double start, Weights weights) {
            return new LightDecoder(this, features, channels, start, weights);
        }

        @Override
        public JsonObject toJson() {
            return JsonValue.object().put("kind", KIND).put("width", width).build();
        }

        static Settings fromJson(JsonView json) {
            json.only(Set.of("kind", "width"));
            return new Settings(json.field("width").asInt());
        }
    }

    private final ConvolutionLayer wide;
    private final ConvolutionLayer gate;
    private final ConvolutionLayer coarse;
    private final Optional<ConvolutionLayer> fine;

    private LightDecoder(Settings settings, List<Integer> features, int channels, double start, Weights weights) {
        int in = features.getLast();
        int width = settings.width();
        this.wide = ConvolutionLayer.Normalised.of(weights.in("wide"), in, width, 1, 1);
        this.gate = new ConvolutionLayer.Bare(new Kernel(in, width, 1),
                weights.in("gate").parameter("weight", Shape.of(width, in, 1, 1), Initialiser.fanIn(in)));
        this.coarse = ConvolutionLayer.Biased.of(weights.in("coarse"), width, channels, 1, start);
        this.fine = features.size() < 2
                ? Optional.empty()
                : Optional.of(ConvolutionLayer.Biased.of(weights.in("fine"), features.get(features.size() - 2),
                        channels, 1, 0));
    }

    @Override
    public Value decode(List<Value> features, int height, int width, Phase phase) {
        Value x = features.getLast();
        Value gated = wide.apply(x, phase).relu().times(gate.apply(LinearDecoder.mean(x), phase).sigmoid());
        Value sum = coarse.apply(gated, phase);
        if (fine.isPresent()) {
            Value finer = features.get(features.size() - 2);
            sum = resize(sum, finer.shape().dim(2), finer.shape().dim(3)).plus(fine.get().apply(finer, phase));
        }
        return resize(sum, height, width);
    }

    private static Value resize(Value x, int height, int width) {
        return Resampling.resize(Resampling.Method.BILINEAR, x, height, width);
    }
}
