// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.model;

import dev.topple.engine.graph.Value;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.List;
import java.util.Set;

/**
 * A decoder of whole images: the means of the coarsest feature over the fields of a grid go through one linear layer.
 * With a grid of one field it is global average pooling; with more, the layer knows where in the image things are.
 */
public final class LinearDecoder implements Decoder {

    /** The kind in files. */
    static final String KIND = "linear";

    /**
     * How large a decoder is.
     *
     * @param grid how many rows and how many columns of fields there are
     */
    public record Settings(int grid) implements DecoderSettings {

        private static final int MOST = 64;

        public Settings {
            if (grid < 1 || grid > MOST) {
                throw new IllegalArgumentException(
                        "the grid of a linear decoder has from 1 to " + MOST + " rows, not " + grid);
            }
        }

        @Override
        public Decoder decoder(List<Integer> features, int channels, double start, Weights weights) {
            return new LinearDecoder(this, features.getLast(), channels, weights);
        }

        @Override
        public JsonObject toJson() {
            return JsonValue.object().put("kind", KIND).put("grid", grid).build();
        }

        static Settings fromJson(JsonView json) {
            json.only(Set.of("kind", "grid"));
            return new Settings(json.field("grid").asInt());
        }
    }

    private final int grid;
    private final ConvolutionLayer output;

    private LinearDecoder(Settings settings, int in, int channels, Weights weights) {
        this.grid = settings.grid();
        int inputs = in * grid * grid;
        Initialiser initialiser = Initialiser.fanIn(inputs);
        this.output = ConvolutionLayer.Biased.of(weights.in("output"), new Kernel(inputs, channels, 1), initialiser,
                initialiser);
    }

    /** {@code [N, channels, 1, 1]}, whatever the size of the image. */
    @Override
    public Value decode(List<Value> features, int height, int width, Phase phase) {
        Value x = features.getLast();
        Shape shape = x.shape();
        Value fields = grid == 1
                ? mean(x)
                : x.graph().constant(means(shape.dim(2), false)).matmul(x)
                        .matmul(x.graph().constant(means(shape.dim(3), true)))
                        .reshape(shape.dim(0), shape.dim(1) * grid * grid, 1, 1);
        return output.apply(fields, phase);
    }

    /** The mean of each channel over the image, {@code [N, C, 1, 1]}. */
    static Value mean(Value x) {
        return x.mean(2, 3).reshape(x.shape().dim(0), x.shape().dim(1), 1, 1);
    }

    /**
     * The matrix of {@code grid} rows that takes means along a side: field i is from floor(i side / grid) to
     * ceil((i + 1) side / grid), as in PyTorch's adaptive pooling.
     */
    private Tensor means(int side, boolean transposed) {
        float[] matrix = new float[grid * side];
        for (int field = 0; field < grid; field++) {
            int from = field * side / grid;
            int to = Math.ceilDiv((field + 1) * side, grid);
            for (int i = from; i < to; i++) {
                matrix[transposed ? i * grid + field : field * side + i] = 1f / (to - from);
            }
        }
        return Tensor.of(transposed ? Shape.of(side, grid) : Shape.of(grid, side), matrix);
    }
}
