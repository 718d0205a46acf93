// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.task;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * How the labels and predictions of a task look to people. Pixels are {@code 0xAARRGGBB}, row by row; what is not valid
 * is black.
 */
public interface Drawing {

    /**
     * What a colour means.
     *
     * @param name of a class, say
     * @param argb the colour
     */
    record Key(String name, int argb) {}

    /** Which values are valid. */
    @FunctionalInterface
    interface Valid {
        /** Whether this one is. */
        boolean test(float value);
    }

    /**
     * Paints one image's label or prediction.
     *
     * @param values labels or predictions of the task for some images
     * @param row which image
     * @param height of the image, and of the picture
     * @param width of the image, and of the picture
     * @return {@code height * width} pixels
     */
    int[] argb(Tensor values, int row, int height, int width);

    /** The colours that mean something each, in order; none where they shade into each other. */
    default List<Key> key() {
        return List.of();
    }

    /** What one image's label or prediction says in a few words; empty for a map. */
    default Optional<String> words(Tensor values, int row) {
        return Optional.empty();
    }

    /** The first channel, from its least value in a picture (dark blue) to its largest (yellow). */
    static Drawing shades() {
        return (values, row, height, width) -> Colours.shades(PixelMap.of(values, row, height, width));
    }

    /** The one channel, from a value that is drawn dark blue to one that is drawn yellow. */
    static Drawing scale(float low, float high, Valid valid) {
        return (values, row, height, width) -> Colours.scale(PixelMap.of(values, row, height, width), low, high, valid);
    }

    /** Three channels, the directions x right, y down and z forward, as red, green (up) and blue (towards us). */
    static Drawing directions() {
        return (values, row, height, width) -> Colours.directions(PixelMap.of(values, row, height, width));
    }

    /**
     * A colour for each class of a pixel: of labels that are integers, or of predictions that are logits.
     *
     * @param ignored the label that is black
     */
    static Drawing classes(List<String> names, int ignored) {
        return new Drawing() {
            @Override
            public int[] argb(Tensor values, int row, int height, int width) {
                PixelMap map = PixelMap.of(values, row, height, width);
                return values.dtype() == DType.I32 ? Colours.classes(map, ignored) : Colours.largest(map);
            }

            @Override
            public List<Key> key() {
                return keyOf(names);
            }
        };
    }

    /**
     * A bar for each class of a whole image, one below the other, as long as the class is probable: of labels that are
     * integers, or of predictions that are logits. Where there are more classes than rows, a row shows the longest of
     * its bars.
     */
    static Drawing bars(List<String> names) {
        return new Drawing() {
            @Override
            public int[] argb(Tensor values, int row, int height, int width) {
                return Colours.bars(Probabilities.of(values, row, names.size()), height, width);
            }

            @Override
            public List<Key> key() {
                return keyOf(names);
            }

            @Override
            public Optional<String> words(Tensor values, int row) {
                return Probabilities.words(names, values, row);
            }
        };
    }

    private static List<Key> keyOf(List<String> names) {
        return IntStream.range(0, names.size()).mapToObj(i -> new Key(names.get(i), Colours.ofClass(i))).toList();
    }
}
