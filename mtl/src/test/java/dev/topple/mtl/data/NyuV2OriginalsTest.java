// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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

    /** Read as a data set of their own, in the layout of AdaShare, they give the same labels as the folder. */
    @Test
    void theOriginalsAreADataSet() {
        NyuV2 whole = NyuV2.open(originals, 40, NyuV2.Split.TEST, HEIGHT, WIDTH, 9, DerivedCache.none());
        assertEquals(ORIGINALS.length, whole.size());
        for (int n = 0; n < ORIGINALS.length; n++) {
            Sample own = whole.sample(n);
            Sample other = sample(ORIGINALS[n]);
            assertEquals(String.format("%04d", ORIGINALS[n]), own.id());
            assertArrayEquals(other.labels().get(Segmentation.NAME).ints(), own.labels().get(Segmentation.NAME).ints());
            double off = 0;
            for (int i = 0; i < 3 * AREA; i++) {
                off += Math.abs(own.image().floats()[i] - other.image().floats()[i]) / (3 * AREA);
            }
            assertTrue(off < 4.0 / 255, "" + off);
            float[] metres = own.labels().get(Depth.NAME).floats();
            float[] normals = own.labels().get(Normals.NAME).floats();
            float[] derived = other.labels().get(Normals.NAME).floats();
            double[] angles = new double[AREA];
            int known = 0;
            for (int i = 0; i < AREA; i++) {
                assertEquals(other.labels().get(Depth.NAME).floats()[i], metres[i], 0.0197);
                if (normals[2 * AREA + i] != 0) {
                    angles[known++] = Math.toDegrees(Math.acos(Math.clamp(normals[i] * derived[i]
                            + normals[AREA + i] * derived[AREA + i] + normals[2 * AREA + i] * derived[2 * AREA + i],
                            -1, 1)));
                }
            }
            assertTrue(known > AREA / 2, "" + known);
            assertTrue(median(Arrays.copyOf(angles, known)) <= 5.5);
        }
    }

    /** Derived from the originals' own depth, of 640x480 pixels, normals are no worse. */
    @Test
    void normalsOfFineDepthAreAtMostFiveDegreesOff() throws IOException {
        NyuV2Normals planes = NyuV2Folder.planes(true, 480, 640);
        Cut cut = Cut.of(480, 640, 2 * NyuV2.FRAME_ROWS, 2 * NyuV2.FRAME_COLUMNS, HEIGHT, WIDTH);
        List<double[]> all = new ArrayList<>();
        for (int original : ORIGINALS) {
            float[] depth = Npy.read(file("depth", original, ".npy")).floats();
            all.add(errors(original, planes.vectors(planes.levels(depth), cut)));
        }
        double median = median(all.stream().flatMapToDouble(Arrays::stream).toArray());
        System.out.printf(Locale.ROOT, "of fine depth, all four: %.2f degrees%n", median);
        assertTrue(median <= 5, "" + median);
    }

    /** The normals' errors in degrees, where the original has a normal. */
    private double[] errors(int original, float[] normals) throws IOException {
        BufferedImage official = ImageIO.read(file("normal_mask", original, ".png").toFile());
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
            double[] errors = errors(original, sample(original).labels().get(Normals.NAME).floats());
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
