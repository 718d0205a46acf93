// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Segmentation;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** NYUv2 in the layouts of AdaShare and MTAN, and in Topple's own of 640x480 pixels with 16 bits of depth. */
class NyuV2FormsTest {

    private static final int HEIGHT = ForeignForms.HEIGHT;
    private static final int WIDTH = ForeignForms.WIDTH;
    private static final ForeignForms.Corner ROOM = ForeignForms.Corner.room();

    @TempDir
    private Path folder;

    /** At the full size, without the frame of 3 rows and 4 columns. */
    private static NyuV2 open(Path path, int classes) {
        return NyuV2.open(path, classes, NyuV2.Split.TEST, HEIGHT - 6, WIDTH - 8, 100, DerivedCache.none());
    }

    /** Where pixel i of a sample lies in the files. */
    private static int place(int i) {
        return Cut.of(HEIGHT, WIDTH, 3, 4, HEIGHT - 6, WIDTH - 8).from(i);
    }

    private static void refused(Exception problem, String... parts) {
        for (String part : parts) {
            assertTrue(problem.getMessage().contains(part), () -> "'" + part + "': " + problem.getMessage());
        }
    }

    private static void checkRoom(Sample sample, double tolerance, boolean voidQuarter) {
        float[] depth = sample.labels().get(Depth.NAME).floats();
        float[] normals = sample.labels().get(Normals.NAME).floats();
        int area = depth.length;
        for (int i = 0; i < area; i++) {
            int from = place(i);
            assertEquals(ROOM.depth()[from], depth[i], 0);
            boolean known = !voidQuarter || from % WIDTH < WIDTH / 2 || from / WIDTH < HEIGHT / 2;
            for (int axis = 0; axis < 3; axis++) {
                assertEquals(known ? ROOM.normals()[from][axis] : 0, normals[axis * area + i], tolerance,
                        "axis " + axis + " of pixel " + from);
            }
        }
    }

    @Test
    void adaSharesListIsRead() {
        ForeignForms.adaShare(folder);
        NyuV2 images = open(folder, 40);
        assertEquals(3, images.size());
        assertEquals("0061", images.sample(2).id());
        assertEquals(61 / 255f, images.sample(2).image().floats()[0], 0);
        checkRoom(images.sample(0), 0.005, true);
        int[] fine = images.sample(0).labels().get(Segmentation.NAME).ints();
        int[] coarse = open(folder, 13).sample(0).labels().get(Segmentation.NAME).ints();
        for (int i = 0; i < fine.length; i++) {
            int from = place(i);
            boolean left = from % WIDTH < WIDTH / 2;
            boolean upper = from / WIDTH < HEIGHT / 2;
            assertEquals(left ? 7 : upper ? 39 : 255, fine[i]);
            assertEquals(left ? 11 : upper ? 6 : 255, coarse[i]);
        }
        assertEquals("otherprop", ((Segmentation) images.tasks().get(0)).classes().get(39));
        NyuV2 train = NyuV2.open(folder, 13, NyuV2.Split.TRAIN, 30, 40, 9, DerivedCache.none());
        assertEquals(List.of("0002", "0003"), List.of(train.id(0), train.id(1)));
    }

    /** Without a list, the official split is found by the numbers, which are counted from 0. */
    @Test
    void adaSharesFilesAreFoundWithoutTheList() throws IOException {
        ForeignForms.adaShare(folder);
        Files.delete(folder.resolve("nyu_v2_3task.json"));
        // 1, 2 and 62 are official test images, 3 and 4 are for training.
        assertEquals(List.of("0000", "0001", "0061"),
                Stream.of(0, 1, 2).map(open(folder, 40)::id).toList());
        assertEquals(2, NyuV2.open(folder, 13, NyuV2.Split.TRAIN, 30, 40, 9, DerivedCache.none()).size());
    }

    @Test
    void officialSplitsAreComplete() {
        assertEquals(795, NyuV2Official.ids(NyuV2.Split.TRAIN).size());
        assertEquals(654, NyuV2Official.ids(NyuV2.Split.TEST).size());
        assertTrue(NyuV2Official.ids(NyuV2.Split.TEST).containsAll(Set.of("0001", "0062", "0296", "0775", "1315")));
    }

    @Test
    void adaSharesProblemsAreNamed() throws IOException {
        ForeignForms.adaShare(folder);
        Files.delete(folder.resolve("depth/0000.npy"));
        Formats.npy(folder.resolve("depth/0001.npy"), "<f4", false, new int[] {HEIGHT, WIDTH + 1}, i -> 1);
        NyuV2 images = open(folder, 40);
        assertEquals(1, images.size());
        assertTrue(images.problems().get(0).contains("0000.npy"), images.problems()::toString);
        assertTrue(images.problems().get(1).contains("0001.npy") && images.problems().get(1).contains("129"),
                images.problems()::toString);
        Formats.npy(folder.resolve("depth/0061.npy"), "<f4", false, new int[] {HEIGHT, WIDTH}, i -> Double.NaN);
        refused(assertThrows(RuntimeException.class, () -> images.sample(0)), "0061.npy", "NaN");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"train\": [], \"test\": [[\"../a\", \"b\", \"c\", \"d\"]]}      | not '../a'",
        "{\"train\": [], \"test\": [[\"/a\", \"b\", \"c\", \"d\"]]}        | not '/a'",
        "{\"train\": [], \"test\": [[\"a\", \"b\", \"c\"]]}                | 4 files",
        "{\"train\": []}                                                   | 'test' is missing",
        "{\"train\": [], \"test\": [[\"a\",\"b\",\"c\",\"d\"],[\"a\",\"b\",\"c\",\"d\"]]} | another image",
        "{\"train\"                                                        | nyu_v2_3task.json"})
    void adaSharesListIsChecked(String list, String problem) throws IOException {
        Files.writeString(folder.resolve("nyu_v2_3task.json"), list);
        refused(assertThrows(RuntimeException.class, () -> open(folder, 40)), problem);
    }

    @ParameterizedTest
    @CsvSource({"<f4, 0 1 2, 1 1 1", "<f8, 0 2 1, 1 1 -1", "<f4, 0 1 2, 1 -1 -1", "<f4, 2 0 1, -1 -1 1"})
    void mtansNormalsFindTheirAxes(String descr, String axes, String signs) {
        ForeignForms.mtan(folder, descr, numbers(axes), numbers(signs));
        NyuV2 images = open(folder, 13);
        assertEquals(3, images.size());
        assertEquals("val-2", images.sample(2).id());
        assertEquals(2 / 255f, images.sample(2).image().floats()[0], 0);
        checkRoom(images.sample(1), 1e-6, false);
        int[] labels = images.sample(0).labels().get(Segmentation.NAME).ints();
        for (int i = 0; i < labels.length; i++) {
            int from = place(i);
            assertEquals(from % WIDTH < WIDTH / 2 ? 12 : from / WIDTH < HEIGHT / 2 ? 0 : 255, labels[i]);
        }
        assertEquals(2, NyuV2.open(folder, 13, NyuV2.Split.TRAIN, 30, 40, 9, DerivedCache.none()).size());
    }

    private static int[] numbers(String text) {
        return Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
    }

    @Test
    void mtanHasThirteenClassesAndNormalsOfItsDepth() {
        ForeignForms.mtan(folder, "<f4", new int[] {0, 1, 2}, new int[] {1, 1, 1});
        refused(assertThrows(IllegalArgumentException.class, () -> open(folder, 40)), "13 classes, not 40");
        for (int n = 0; n < 3; n++) {
            Formats.npy(folder.resolve("val/normal/" + n + ".npy"), "<f4", false, new int[] {HEIGHT, WIDTH, 3},
                    i -> Math.sin(i * i * 0.7));
        }
        refused(assertThrows(IllegalArgumentException.class, () -> open(folder, 13)), "do not fit the depth");
    }

    @Test
    void mtansNormalsAreDerivedWhereAbsent() throws IOException {
        ForeignForms.mtan(folder, "<f4", new int[] {0, 1, 2}, new int[] {1, 1, 1});
        for (String half : List.of("train", "val")) {
            Files.move(folder.resolve(half + "/normal"), folder.resolve(half + "/elsewhere"));
        }
        float[] normals = open(folder, 13).sample(0).labels().get(Normals.NAME).floats();
        int area = normals.length / 3;
        int close = 0;
        for (int i = 0; i < area; i++) {
            float[] truth = ROOM.normals()[place(i)];
            close += truth[0] * normals[i] + truth[1] * normals[area + i] + truth[2] * normals[2 * area + i] > 0.98
                    ? 1 : 0;
        }
        assertTrue(close > 0.8 * area, close + " of " + area);
    }

    @Test
    void mtansProblemsAreNamed() throws IOException {
        ForeignForms.mtan(folder, "<f4", new int[] {0, 1, 2}, new int[] {1, 1, 1});
        Files.delete(folder.resolve("val/label/0.npy"));
        Formats.npy(folder.resolve("val/image/1.npy"), "<f4", false, new int[] {3, HEIGHT, WIDTH}, i -> 0);
        Formats.npy(folder.resolve("val/label/2.npy"), "<f4", false, new int[] {HEIGHT, WIDTH}, i -> 13);
        NyuV2 images = open(folder, 13);
        assertEquals(2, images.problems().size());
        assertTrue(images.problems().get(0).contains("0.npy"), images.problems()::toString);
        assertTrue(images.problems().get(1).contains("image/1.npy"), images.problems()::toString);
        refused(assertThrows(RuntimeException.class, () -> images.sample(0)), "label/2.npy", "13.0");
    }

    @Test
    void depthOf16BitsIsReadExactly() throws IOException {
        NyuV2Files.write(folder, 1, 1);
        Files.move(folder.resolve("depth8"), folder.resolve("unused"));
        for (String id : List.of("0001", "1001")) {
            Formats.png(folder.resolve("rgb/" + id + ".png"), BufferedImage.TYPE_INT_RGB, 480, 640,
                    (x, y, band) -> 200);
            Formats.png(folder.resolve("seg40/" + id + ".png"), BufferedImage.TYPE_BYTE_GRAY, 480, 640,
                    (x, y, band) -> 3);
            Formats.png(folder.resolve("depth16/" + id + ".png"), BufferedImage.TYPE_USHORT_GRAY, 480, 640,
                    (x, y, band) -> x < 100 ? 0 : 10000 + y);
        }
        // Without the frame.
        NyuV2 images = NyuV2.open(folder, 40, NyuV2.Split.TEST, 456, 608, 1, DerivedCache.none());
        float[] depth = images.sample(0).labels().get(Depth.NAME).floats();
        float[] normals = images.sample(0).labels().get(Normals.NAME).floats();
        assertEquals(200 / 255f, images.sample(0).image().floats()[5], 0);
        for (int y = 0; y < 456; y += 5) {
            assertEquals(0, depth[y * 608 + 83]);
            assertEquals((float) ((10012 + y) / 5000.0), depth[y * 608 + 84], 0);
            assertEquals(-1, normals[2 * 456 * 608 + y * 608 + 300], 0.1);
        }
        assertNotEquals("", images.checksum().orElseThrow());
    }

    @Test
    void otherFoldersAreExplained() throws IOException {
        Path mat = Files.createFile(folder.resolve("nyu_depth_v2_labeled.mat"));
        refused(assertThrows(IllegalArgumentException.class, () -> open(mat, 13)), "topple data import nyuv2");
        refused(assertThrows(IllegalArgumentException.class, () -> open(folder, 13)), "no rgb", "normal_mask",
                "train/image", "topple data import");
    }
}
