// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.Npy;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Segmentation;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The folder's files and the derived normals beside four images of NYUv2 as its authors distribute them. */
@Tag("data")
class NyuV2OriginalsTest {

    private static final int HEIGHT = 228;
    private static final int WIDTH = 304;
    private static final int AREA = HEIGHT * WIDTH;

    /** Files are numbered from 0, images from 1. */
    private static final int[] ORIGINALS = {61, 295, 774, 1314};

    private Path originals;
    private NyuV2 images;

    private static Path data(String folder) {
        Optional<Path> found = Stream.of(Optional.ofNullable(System.getenv("TOPPLE_DATA")).orElse("../shared/data"),
                "../shared/data", "../../shared/data").map(root -> Path.of(root, folder)).filter(Files::isDirectory)
                .findFirst();
        Assumptions.assumeTrue(found.isPresent(), "no folder ../shared/data/" + folder + " and no TOPPLE_DATA");
        return found.get();
    }

    @BeforeEach
    void open() {
        originals = data("nyuv2-originals");
        images = NyuV2.open(data("nyuv2"), 40, NyuV2.Split.TEST, HEIGHT, WIDTH, 1000, DerivedCache.none());
    }

    private Sample sample(int original) {
        String id = String.format("%04d", original + 1);
        for (int i = 0; i < images.size(); i++) {
            if (images.id(i).equals(id)) {
                return images.sample(i);
            }
        }
        throw new AssertionError("the test images lack " + id);
    }

    private Path file(String part, int original, String ending) {
        return originals.resolve(part).resolve(String.format("%04d", original) + ending);
    }

    /** Where pixel i of a file without its frame lies in an original. */
    private static int place(int i) {
        int y = i / WIDTH + NyuV2.FRAME_ROWS;
        int x = i % WIDTH + NyuV2.FRAME_COLUMNS;
        return (2 * y + 1) * 640 + 2 * x + 1;
    }

    @Test
    void allTestImagesAreThere() {
        assertEquals(654, images.size());
        assertEquals(0, images.problems().size());
    }

    @Test
    void depthsAndClassesAreTheOriginals() throws IOException {
        for (int original : ORIGINALS) {
            Sample sample = sample(original);
            float[] depth = Npy.read(file("depth", original, ".npy")).floats();
            BufferedImage classes = ImageIO.read(file("seg", original, ".png").toFile());
            float[] metres = sample.labels().get(Depth.NAME).floats();
            int[] labels = sample.labels().get(Segmentation.NAME).ints();
            for (int i = 0; i < AREA; i++) {
                assertEquals(depth[place(i)], metres[i], 0.0197, "pixel " + i);
                assertEquals(classes.getRaster().getSample(place(i) % 640, place(i) / 640, 0), labels[i]);
            }
        }
    }

    /** The normals' errors in degrees, where the original has a normal. */
    private double[] errors(int original) throws IOException {
        BufferedImage official = ImageIO.read(file("normal_mask", original, ".png").toFile());
        float[] normals = sample(original).labels().get(Normals.NAME).floats();
        double[] errors = new double[AREA];
        int count = 0;
        for (int i = 0; i < AREA; i++) {
            int rgb = official.getRGB(place(i) % 640, place(i) / 640);
            if ((rgb & 0xFFFFFF) == 0xFFFFFF) {
                continue;
            }
            double x = (rgb >> 16 & 255) / 127.5 - 1;
            double y = 1 - (rgb & 255) / 127.5;
            double z = (rgb >> 8 & 255) / 127.5 - 1;
            double dot = x * normals[i] + y * normals[AREA + i] + z * normals[2 * AREA + i];
            double length = Math.sqrt(x * x + y * y + z * z);
            boolean missing = normals[i] == 0 && normals[AREA + i] == 0 && normals[2 * AREA + i] == 0;
            errors[count++] = missing ? 180 : Math.toDegrees(Math.acos(Math.clamp(dot / length, -1, 1)));
        }
        return Arrays.copyOf(errors, count);
    }

    private static double median(double[] errors) {
        double[] sorted = errors.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    @Test
    void normalsAreAtMostFiveDegreesOff() throws IOException {
        List<double[]> all = new ArrayList<>();
        for (int original : ORIGINALS) {
            double[] errors = errors(original);
            double close = Arrays.stream(errors).filter(e -> e < 11.25).count() / (double) errors.length;
            System.out.printf(Locale.ROOT, "NYUv2 image %d: normals' median error %.2f degrees, %.1f %% below 11.25%n",
                    original + 1, median(errors), 100 * close);
            assertTrue(errors.length > AREA / 2, "only " + errors.length + " pixels have a normal");
            assertTrue(median(errors) <= 5.5, "image " + (original + 1) + ": " + median(errors));
            assertTrue(close > 0.75, "image " + (original + 1) + ": " + close);
            all.add(errors);
        }
        double median = median(all.stream().flatMapToDouble(Arrays::stream).toArray());
        System.out.printf(Locale.ROOT, "all four: %.2f degrees%n", median);
        assertTrue(median <= 5, "" + median);
    }
}
