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
 * How a model brings colours from 0 to 1 into its own range: each channel minus its mean, over its deviation.
 *
 * @param mean of red, green and blue
 * @param deviation of red, green and blue, positive
 */
public record Normalisation(List<Float> mean, List<Float> deviation) {

    /** About the mean and the deviation of photographs and of rendered rooms. */
    public static final Normalisation USUAL =
            new Normalisation(List.of(0.5f, 0.5f, 0.5f), List.of(0.25f, 0.25f, 0.25f));

    /** The mean and the deviation of ImageNet's photographs, which torchvision's encoders were trained with. */
    public static final Normalisation IMAGENET =
            new Normalisation(List.of(0.485f, 0.456f, 0.406f), List.of(0.229f, 0.224f, 0.225f));

    public Normalisation {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
        if (mean.size() != 3 || deviation.size() != 3 || mean.stream().anyMatch(m -> !Float.isFinite(m))
                || deviation.stream().anyMatch(d -> !(d > 0) || !Float.isFinite(d))) {
            throw new IllegalArgumentException("a normalisation has three means and three positive deviations, not "
                    + mean + " and " + deviation);
        }
    }

    /** Adds it to a graph of images {@code [N, 3, H, W]}. */
    public Value apply(Value images) {
        float[] shift = new float[3];
        float[] scale = new float[3];
        for (int c = 0; c < 3; c++) {
            shift[c] = -mean.get(c) / deviation.get(c);
            scale[c] = 1 / deviation.get(c);
        }
        Shape channels = Shape.of(1, 3, 1, 1);
        return images.times(images.graph().constant(Tensor.of(channels, scale)))
                .plus(images.graph().constant(Tensor.of(channels, shift)));
    }

    JsonObject toJson() {
        return JsonValue.object().put("mean", numbers(mean)).put("deviation", numbers(deviation)).build();
    }

    private static JsonValue numbers(List<Float> values) {
        return JsonValue.array(values.stream().map(value -> JsonValue.of(value.floatValue())).toList());
    }

    static Normalisation fromJson(JsonView json) {
        json.only(Set.of("mean", "deviation"));
        try {
            return new Normalisation(list(json.field("mean")), list(json.field("deviation")));
        } catch (IllegalArgumentException e) {
            throw json.fail(e.getMessage());
        }
    }

    private static List<Float> list(JsonView json) {
        return json.elements().stream().map(element -> (float) element.asDouble()).toList();
    }
}
