// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import java.util.List;

/** Decoders of a kind and a size. */
public sealed interface DecoderSettings permits PyramidDecoder.Settings, AsppSumDecoder.Settings,
        DeepLabDecoder.Settings, LightDecoder.Settings, LinearDecoder.Settings {

    /**
     * Makes a decoder.
     *
     * @param features the channels of each feature, from the finest to the coarsest
     * @param channels the channels of the prediction
     * @param start about what the prediction is before training
     * @param weights the scope of its variables
     */
    Decoder decoder(List<Integer> features, int channels, double start, Weights weights);

    /** The settings as files hold them, with the kind. */
    JsonObject toJson();

    /**
     * The settings that {@link #toJson} wrote.
     *
     * @throws dev.topple.engine.io.FormatException if they are not exactly that
     */
    static DecoderSettings fromJson(JsonView json) {
        JsonView kind = json.field("kind");
        try {
            return switch (kind.asString()) {
                case PyramidDecoder.KIND -> PyramidDecoder.Settings.fromJson(json);
                case AsppSumDecoder.KIND -> AsppSumDecoder.Settings.fromJson(json);
                case DeepLabDecoder.KIND -> DeepLabDecoder.Settings.fromJson(json);
                case LightDecoder.KIND -> LightDecoder.Settings.fromJson(json);
                case LinearDecoder.KIND -> LinearDecoder.Settings.fromJson(json);
                default -> throw kind.fail("there is no such kind of decoder; known are "
                        + String.join(", ", PyramidDecoder.KIND, AsppSumDecoder.KIND, DeepLabDecoder.KIND,
                                LightDecoder.KIND, LinearDecoder.KIND));
            };
        } catch (IllegalArgumentException e) {
            throw json.fail(e.getMessage());
        }
    }

    /** Refuses sizes that make no sense. */
    static void require(int width, List<Integer> dilations) {
        int most = 4096;
        int widest = 64;
        if (width < 1 || width > most || dilations.isEmpty() || dilations.size() > widest
                || dilations.stream().anyMatch(dilation -> dilation < 1 || dilation > widest)) {
            throw new IllegalArgumentException("a decoder has from 1 to " + most + " channels and from 1 to " + widest
                    + " dilations from 1 to " + widest + ", not " + width + " and " + dilations);
        }
    }

    /** Whole numbers for files. */
    static JsonValue integers(List<Integer> numbers) {
        return JsonValue.integers(numbers.stream().mapToInt(Integer::intValue).toArray());
    }

    /** Whole numbers of files. */
    static List<Integer> integers(JsonView json) {
        return json.elements().stream().map(JsonView::asInt).toList();
    }
}
