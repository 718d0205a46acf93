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
 * A small residual network (He et al., "Deep residual learning for image recognition", 2016): a 3x3 stem that halves
 * the size, then stages of basic blocks, each stage after the first halving the size again. The stem and every stage
 * are a level, and every stage's result is a feature. Sizes that are odd are halved upwards.
 */
public final class ResidualEncoder {

    /** The kind in files. */
    static final String KIND = "residual";

    private ResidualEncoder() {}

    /**
     * How large the encoder is.
     *
     * @param stem channels of the stem
     * @param widths channels of each stage
     * @param blocks how many basic blocks each stage has
     */
    public record Settings(int stem, List<Integer> widths, List<Integer> blocks) implements EncoderSettings {

        private static final int MOST_CHANNELS = 4096;
        private static final int MOST_BLOCKS = 64;
        private static final int MOST_STAGES = 6;

        public Settings {
            widths = List.copyOf(widths);
            blocks = List.copyOf(blocks);
            if (widths.isEmpty() || widths.size() > MOST_STAGES || widths.size() != blocks.size()) {
                throw new IllegalArgumentException("a residual encoder has from 1 to " + MOST_STAGES
                        + " stages, each with a width and a number of blocks, not " + widths + " and " + blocks);
            }
            if (outside(List.of(stem), MOST_CHANNELS) || outside(widths, MOST_CHANNELS)
                    || outside(blocks, MOST_BLOCKS)) {
                throw new IllegalArgumentException("a residual encoder has from 1 to " + MOST_CHANNELS
                        + " channels and from 1 to " + MOST_BLOCKS + " blocks in a stage, not " + stem + ", " + widths
                        + " and " + blocks);
            }
        }

        private static boolean outside(List<Integer> sizes, int most) {
            return sizes.stream().anyMatch(size -> size < 1 || size > most);
        }

        @Override
        public List<Integer> channels() {
            List<Integer> channels = new ArrayList<>(List.of(stem));
            channels.addAll(widths);
            return channels;
        }

        @Override
        public List<Integer> features() {
            return IntStream.rangeClosed(1, widths.size()).boxed().toList();
        }

        @Override
        public String levelName(int index) {
            return index == 0 ? "stem" : "stage" + index;
        }

        @Override
        public Level level(int index, Weights weights) {
            Weights scope = weights.in(levelName(index));
            if (index == 0) {
                ConvolutionLayer layer = ConvolutionLayer.Normalised.of(scope, 3, stem, 3, 2);
                return (x, phase) -> layer.apply(x, phase).relu();
            }
            List<Block> stage = new ArrayList<>();
            int in = channels().get(index - 1);
            int out = widths.get(index - 1);
            for (int b = 0; b < blocks.get(index - 1); b++) {
                stage.add(Block.of(scope.in("block" + b), in, out, index > 1 && b == 0 ? 2 : 1));
                in = out;
            }
            return (x, phase) -> {
                Value y = x;
                for (Block block : stage) {
                    y = block.apply(y, phase);
                }
                return y;
            };
        }

        @Override
        public JsonObject toJson() {
            return JsonValue.object().put("kind", KIND).put("stem", stem)
                    .put("widths", JsonValue.integers(array(widths)))
                    .put("blocks", JsonValue.integers(array(blocks))).build();
        }

        private static int[] array(List<Integer> sizes) {
            return sizes.stream().mapToInt(Integer::intValue).toArray();
        }

        static Settings fromJson(JsonView json) {
            json.only(Set.of("kind", "stem", "widths", "blocks"));
            return new Settings(json.field("stem").asInt(), list(json.field("widths")), list(json.field("blocks")));
        }

        private static List<Integer> list(JsonView json) {
            return json.elements().stream().map(JsonView::asInt).toList();
        }
    }

    /** Two convolutions and a way around them. */
    private record Block(ConvolutionLayer first, ConvolutionLayer second, Optional<ConvolutionLayer> shortcut)
            implements Level {

        static Block of(Weights weights, int in, int out, int stride) {
            return new Block(
                    ConvolutionLayer.Normalised.of(weights.in("first"), in, out, 3, stride),
                    ConvolutionLayer.Normalised.of(weights.in("second"), out, out, 3, 1),
                    in == out && stride == 1
                            ? Optional.empty()
                            : Optional.of(ConvolutionLayer.Normalised.of(weights.in("shortcut"), in, out, 1, stride)));
        }

        @Override
        public Value apply(Value x, Phase phase) {
            Value y = second.apply(first.apply(x, phase).relu(), phase);
            return y.plus(shortcut.map(layer -> layer.apply(x, phase)).orElse(x)).relu();
        }
    }
}
