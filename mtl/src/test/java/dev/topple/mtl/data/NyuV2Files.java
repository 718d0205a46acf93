// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntBinaryOperator;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** Writes a folder like that of NYUv2, with scenes that are no more than colours. */
final class NyuV2Files {

    private NyuV2Files() {}

    /** A folder of so many images for training, numbered from 1, and so many for tests, numbered from 1001. */
    static Path write(Path folder, int train, int test) {
        try {
            for (String part : List.of("rgb", "depth8", "seg40")) {
                Files.createDirectories(folder.resolve(part));
            }
            lines(folder.resolve("classes40.txt"), IntStream.range(0, 40).mapToObj(c -> "fine " + c).toList());
            lines(folder.resolve("classes13.txt"), IntStream.range(0, 13).mapToObj(c -> "coarse " + c).toList());
            lines(folder.resolve("map40to13.txt"), IntStream.range(0, 40).mapToObj(c -> c + " " + c % 13).toList());
            List<String> trained = ids(1, train);
            List<String> tested = ids(1001, test);
            lines(folder.resolve("train.txt"), trained);
            lines(folder.resolve("test.txt"), tested);
            for (List<String> ids : List.of(trained, tested)) {
                for (String id : ids) {
                    int n = Integer.parseInt(id);
                    grey(folder.resolve("depth8/" + id + ".png"), (x, y) -> 40 + n % 100);
                    grey(folder.resolve("seg40/" + id + ".png"), (x, y) -> x < 160 ? n % 40 : 255);
                    colour(folder.resolve("rgb/" + id + ".jpg"), (x, y) -> 0x010101 * (n % 200));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder;
    }

    private static List<String> ids(int first, int count) {
        return IntStream.range(first, first + count).mapToObj(n -> String.format("%04d", n)).toList();
    }

    private static void lines(Path file, List<String> lines) throws IOException {
        Files.write(file, lines);
    }

    /** A grey picture of 320x240 whose bytes are given by column and row. */
    static void grey(Path file, IntBinaryOperator level) throws IOException {
        BufferedImage image = new BufferedImage(320, 240, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < 240; y++) {
            for (int x = 0; x < 320; x++) {
                image.getRaster().setSample(x, y, 0, level.applyAsInt(x, y));
            }
        }
        ImageIO.write(image, "png", file.toFile());
    }

    /** A coloured picture of 320x240. */
    static void colour(Path file, IntBinaryOperator rgb) throws IOException {
        BufferedImage image = new BufferedImage(320, 240, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 240; y++) {
            for (int x = 0; x < 320; x++) {
                image.setRGB(x, y, rgb.applyAsInt(x, y));
            }
        }
        ImageIO.write(image, "jpeg", file.toFile());
    }
}
