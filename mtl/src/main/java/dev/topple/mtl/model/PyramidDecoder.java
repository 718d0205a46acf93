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
 * A light decoder in the manner of feature pyramids (Lin et al., 2017): every feature is brought to one width by a 1x1
 * convolution; from the coarsest on, the sum so far is resized to the next finer feature, added to it and convolved.
 * The finest sum is not convolved: it gives the prediction, which is resized to the size of the image. A model has a
 * decoder for each task, so what is done at the finest size would be done again and again; it belongs into the encoder.
 *
 * <p>A decoder with context lets the coarsest feature see the whole image first: the mean over its pixels, brought
 * through a 1x1 convolution, is added to each, then dilated 3x3 convolutions follow, each with a way around it.
 */
public final class PyramidDecoder implements Decoder {

    /** The kind in files. */
    static final String KIND = "pyramid";

    /**
     * How large a decoder is.
     *
     * @param width its channels
     * @param context the dilations of the convolutions at the coarsest feature; empty for none, and no mean
     */
    public record Settings(int width, List<Integer> context) implements DecoderSettings {

        private static final int MOST_CHANNELS = 4096;
        private static final int MOST_DILATION = 64;
        private static final int MOST_CONTEXT = 16;

        public Settings {
            context = List.copyOf(context);
            if (width < 1 || width > MOST_CHANNELS) {
                throw new IllegalArgumentException(
                        "a pyramid decoder has from 1 to " + MOST_CHANNELS + " channels, not " + width);
            }
            if (context.size() > MOST_CONTEXT || context.stream().anyMatch(d -> d < 1 || d > MOST_DILATION)) {
                throw new IllegalArgumentException("the context of a pyramid decoder is at most " + MOST_CONTEXT
                        + " dilations from 1 to " + MOST_DILATION + ", not " + context);
            }
        }

        /** A decoder without context. */
        public Settings(int width) {
            this(width, List.of());
        }

        @Override
        public Decoder decoder(List<Integer> features, int channels, double start, Weights weights) {
            return new PyramidDecoder(this, features, channels, start, weights);
        }

        @Override
        public JsonObject toJson() {
            JsonValue.Builder json = JsonValue.object().put("kind", KIND).put("width", width);
            if (!context.isEmpty()) {
                json.put("context", JsonValue.integers(context.stream().mapToInt(Integer::intValue).toArray()));
            }
            return json.build();
        }

        static Settings fromJson(JsonView json) {
            json.only(Set.of("kind", "width", "context"));
            return new Settings(json.field("width").asInt(), json.optional("context")
                    .map(list -> list.elements().stream().map(JsonView::asInt).toList()).orElse(List.of()));
        }
    }

    private final List<ConvolutionLayer> laterals = new ArrayList<>();
    /** At most one: what the mean goes through. */
    private final List<ConvolutionLayer> means = new ArrayList<>();
    private final List<ConvolutionLayer> context = new ArrayList<>();
    /** Those of the levels between the finest and the coarsest. */
    private final List<ConvolutionLayer> merges = new ArrayList<>();
    private final ConvolutionLayer output;

    private PyramidDecoder(Settings settings, List<Integer> features, int channels, double start, Weights weights) {
        int width = settings.width();
        for (int level = 0; level < features.size(); level++) {
            Weights lateral = weights.in("lateral" + level);
            laterals.add(ConvolutionLayer.Normalised.of(lateral, features.get(level), width, 1, 1));
            if (level > 0 && level < features.size() - 1) {
                merges.add(ConvolutionLayer.Normalised.of(weights.in("merge" + level), width, width, 3, 1));
            }
        }
        if (!settings.context().isEmpty()) {
            means.add(ConvolutionLayer.Biased.of(weights.in("mean"), width, width, 1, 0));
        }
        for (int i = 0; i < settings.context().size(); i++) {
            Weights scope = weights.in("context" + i);
            context.add(ConvolutionLayer.Normalised.of(scope, scope.in("norm"),
                    new Kernel(width, width, 3).dilation(settings.context().get(i))));
        }
        this.output = ConvolutionLayer.Biased.of(weights.in("output"), width, channels, 1, start);
    }

    @Override
    public Value decode(List<Value> features, int height, int width, Phase phase) {
        int coarsest = features.size() - 1;
        Value x = laterals.get(coarsest).apply(features.get(coarsest), phase).relu();
        for (ConvolutionLayer mean : means) {
            x = x.plus(mean.apply(LinearDecoder.mean(x), phase)).relu();
        }
        for (ConvolutionLayer layer : context) {
            x = x.plus(layer.apply(x, phase)).relu();
        }
        for (int level = coarsest - 1; level >= 0; level--) {
            Value feature = features.get(level);
            Value coarse = resize(x, feature.shape().dim(2), feature.shape().dim(3));
            Value sum = laterals.get(level).apply(feature, phase).plus(coarse).relu();
            x = level == 0 ? sum : merges.get(level - 1).apply(sum, phase).relu();
        }
        return resize(output.apply(x, phase), height, width);
    }

    private static Value resize(Value x, int height, int width) {
        return Resampling.resize(Resampling.Method.BILINEAR, x, height, width);
    }
}
