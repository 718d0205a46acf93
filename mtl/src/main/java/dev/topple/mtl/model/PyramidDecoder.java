// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Value;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A light decoder in the manner of feature pyramids (Lin et al., 2017): every feature is brought to one width by a 1x1
 * convolution; from the coarsest on, the sum so far is resized to the next finer feature, added to it and convolved.
 * The finest sum is not convolved: it gives the prediction, which is resized to the size of the image. A model has a
 * decoder for each task, so what is done at the finest size would be done again and again; it belongs into the encoder.
 */
public final class PyramidDecoder implements Decoder {

    /** The kind in files. */
    static final String KIND = "pyramid";

    /** What a prediction can be. */
    enum Range {
        /** Any number. */
        ANY,
        /** Positive numbers: the softplus of what comes out, plus {@link #LEAST}. */
        POSITIVE
    }

    /** No positive prediction is smaller: a millimetre, where metres are predicted. */
    static final double LEAST = 1e-3;

    /** What a positive prediction starts at, about: a few metres, where metres are predicted. */
    private static final double START = 2.5;

    /**
     * How large a decoder is.
     *
     * @param width its channels
     */
    public record Settings(int width) {

        private static final int MOST_CHANNELS = 4096;

        public Settings {
            if (width < 1 || width > MOST_CHANNELS) {
                throw new IllegalArgumentException(
                        "a pyramid decoder has from 1 to " + MOST_CHANNELS + " channels, not " + width);
            }
        }

        JsonObject toJson() {
            return JsonValue.object().put("kind", KIND).put("width", width).build();
        }

        static Settings fromJson(JsonView json) {
            json.only(Set.of("kind", "width"));
            try {
                return new Settings(json.field("width").asInt());
            } catch (IllegalArgumentException e) {
                throw json.fail(e.getMessage());
            }
        }
    }

    private final Range range;
    private final List<ConvolutionLayer> laterals = new ArrayList<>();
    /** Those of the levels between the finest and the coarsest. */
    private final List<ConvolutionLayer> merges = new ArrayList<>();
    private final ConvolutionLayer output;

    /**
     * A decoder whose variables are named in the given scope.
     *
     * @param features the channels of each feature, from the finest to the coarsest
     * @param channels the channels of the prediction
     */
    PyramidDecoder(Settings settings, List<Integer> features, int channels, Range range, Weights weights) {
        this.range = range;
        int width = settings.width();
        for (int level = 0; level < features.size(); level++) {
            Weights lateral = weights.in("lateral" + level);
            laterals.add(ConvolutionLayer.Normalised.of(lateral, features.get(level), width, 1, 1));
            if (level > 0 && level < features.size() - 1) {
                merges.add(ConvolutionLayer.Normalised.of(weights.in("merge" + level), width, width, 3, 1));
            }
        }
        double startBias = range == Range.POSITIVE ? START : 0;
        this.output = ConvolutionLayer.Biased.of(weights.in("output"), width, channels, 1, startBias);
    }

    @Override
    public Value decode(List<Value> features, int height, int width, Phase phase) {
        int coarsest = features.size() - 1;
        Value x = laterals.get(coarsest).apply(features.get(coarsest), phase).relu();
        for (int level = coarsest - 1; level >= 0; level--) {
            Value feature = features.get(level);
            Value coarse = resize(x, feature.shape().dim(2), feature.shape().dim(3));
            Value sum = laterals.get(level).apply(feature, phase).plus(coarse).relu();
            x = level == 0 ? sum : merges.get(level - 1).apply(sum, phase).relu();
        }
        Value raw = resize(output.apply(x, phase), height, width);
        return switch (range) {
            case ANY -> raw;
            case POSITIVE -> softplus(raw).plus(LEAST);
        };
    }

    private static Value resize(Value x, int height, int width) {
        return Resampling.resize(Resampling.Method.BILINEAR, x, height, width);
    }

    /** log(1 + e^x), written so that nothing overflows. */
    private static Value softplus(Value x) {
        Value zero = x.graph().fill(Shape.scalar(), 0);
        return x.max(zero).plus(x.abs().negate().exp().plus(1).log());
    }
}
