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
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A small network for small pictures such as digits: levels of 3x3 convolutions with batch normalisation, each level
 * ending with a pooling that halves the size (sizes that are odd are halved upwards). Every level's result is a
 * feature.
 */
public final class DigitEncoder {

    /** The kind in files. */
    static final String KIND = "digits";

    private DigitEncoder() {}

    /**
     * How large the encoder is.
     *
     * @param widths channels of each level
     * @param convolutions how many convolutions a level has
     */
    public record Settings(List<Integer> widths, int convolutions) implements EncoderSettings {

        private static final int MOST_CHANNELS = 4096;
        private static final int MOST_LEVELS = 8;
        private static final int MOST_CONVOLUTIONS = 8;

        public Settings {
            widths = List.copyOf(widths);
            if (widths.isEmpty() || widths.size() > MOST_LEVELS || convolutions < 1 || convolutions > MOST_CONVOLUTIONS
                    || widths.stream().anyMatch(width -> width < 1 || width > MOST_CHANNELS)) {
                throw new IllegalArgumentException("an encoder of digits has from 1 to " + MOST_LEVELS
                        + " levels of 1 to " + MOST_CHANNELS + " channels and from 1 to " + MOST_CONVOLUTIONS
                        + " convolutions each, not " + widths + " and " + convolutions);
            }
        }

        @Override
        public List<Integer> channels() {
            return widths;
        }

        @Override
        public List<Integer> features() {
            return IntStream.range(0, widths.size()).boxed().toList();
        }

        @Override
        public String levelName(int index) {
            return "level" + index;
        }

        @Override
        public Level level(int index, Weights weights) {
            List<ConvolutionLayer> layers = new ArrayList<>();
            int in = index == 0 ? 3 : widths.get(index - 1);
            for (int c = 0; c < convolutions; c++) {
                Weights scope = weights.in(levelName(index)).in("conv" + c);
                layers.add(ConvolutionLayer.Normalised.of(scope, in, widths.get(index), 3, 1));
                in = widths.get(index);
            }
            return (x, phase) -> {
                Value y = x;
                for (ConvolutionLayer layer : layers) {
                    y = layer.apply(y, phase).relu();
                }
                return Pooling.maxPool2d(Pooling.Window.square(2, 2, 0).ceil(), y).result(0);
            };
        }

        @Override
        public JsonObject toJson() {
            return JsonValue.object().put("kind", KIND)
                    .put("widths", JsonValue.integers(widths.stream().mapToInt(Integer::intValue).toArray()))
                    .put("convolutions", convolutions).build();
        }

        static Settings fromJson(JsonView json) {
            json.only(Set.of("kind", "widths", "convolutions"));
            return new Settings(json.field("widths").elements().stream().map(JsonView::asInt).toList(),
                    json.field("convolutions").asInt());
        }
    }
}
