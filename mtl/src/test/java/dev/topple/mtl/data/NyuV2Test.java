// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Edges;
import dev.topple.mtl.task.Keypoints;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Segmentation;
import dev.topple.mtl.task.Task;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NyuV2Test {

    @TempDir
    private Path folder;

    @BeforeEach
    void write() {
        NyuV2Files.write(folder, 2, 4);
    }

    private NyuV2 open(int classes, int height, int width, int limit) {
        return NyuV2.open(folder, classes, NyuV2.Split.TEST, height, width, limit, DerivedCache.none());
    }

    private static Tensor label(NyuV2 images, int index, String task) {
        return images.sample(index).labels().get(task);
    }

    private void refused(Exception problem, String... parts) {
        for (String part : parts) {
            assertTrue(problem.getMessage().contains(part), () -> "'" + part + "': " + problem.getMessage());
        }
    }

    @Test
    void theOfficialSplitIsKept() {
        assertEquals(4, open(13, 60, 80, 100).size());
        assertEquals("1001", open(13, 60, 80, 100).sample(0).id());
        assertEquals(3, open(13, 60, 80, 3).size());
        NyuV2 train = NyuV2.open(folder, 40, NyuV2.Split.TRAIN, 60, 80, 100, DerivedCache.none());
        assertEquals("0002", train.sample(1).id());
        assertEquals(2, train.size());
        assertEquals("nyuv2:" + folder + ",classes=40,split=train,count=2,size=60x80", train.name());
        assertEquals("nyuv2:" + folder + ",classes=13,split=test,count=3,of=4,size=60x80", open(13, 60, 80, 3).name());
        assertEquals(Set.of(Segmentation.NAME, Depth.NAME, Normals.NAME), train.labelled());
    }

    @Test
    void classesAreMappedAndVoidStaysVoid() {
        NyuV2 fine = open(40, 60, 80, 4);
        NyuV2 coarse = open(13, 60, 80, 4);
        // Image 1003 is of class 1003 % 40 = 3, of the coarse class 3 % 13; its right half is void.
        assertEquals(3, label(fine, 2, Segmentation.NAME).ints()[0]);
        assertEquals(3, label(coarse, 2, Segmentation.NAME).ints()[39]);
        assertEquals(255, label(coarse, 2, Segmentation.NAME).ints()[40]);
        assertEquals(new Segmentation(NyuV2.classNames(folder, 40)), fine.tasks().get(0));
        assertEquals("coarse 12", ((Segmentation) coarse.tasks().get(0)).classes().get(12));
    }

    @Test
    void depthIsInMetresAndItsNormalsFaceTheCamera() throws IOException {
        NyuV2Files.grey(folder.resolve("depth8/1001.png"), (x, y) -> x < 100 ? 0 : 50);
        // What is left of 320x240 without the frame.
        NyuV2 images = open(13, 228, 304, 1);
        float[] depth = label(images, 0, Depth.NAME).floats();
        float[] normals = label(images, 0, Normals.NAME).floats();
        assertEquals(0, depth[91]);
        assertEquals(50.5 * 9.99547 / 255, depth[92], 1e-6);
        int area = 228 * 304;
        assertEquals(0, normals[91]);
        assertEquals(0, normals[2 * area + 91]);
        assertEquals(-1, normals[2 * area + 92], 1e-6);
        assertEquals(0, normals[92], 1e-6);
    }

    @Test
    void imagesOfAnotherRatioAreCutInTheMiddle() throws IOException {
        NyuV2Files.grey(folder.resolve("seg40/1001.png"), (x, y) -> x < 40 || x >= 280 ? 7 : y < 120 ? 1 : 2);
        int[] square = label(open(40, 48, 48, 1), 0, Segmentation.NAME).ints();
        for (int i = 0; i < square.length; i++) {
            assertEquals(i < 24 * 48 ? 1 : 2, square[i]);
        }
        assertEquals(7, label(open(40, 48, 64, 1), 0, Segmentation.NAME).ints()[0]);
        assertEquals(1001 % 200 / 255f, open(40, 500, 700, 1).sample(0).image().floats()[0], 0.01);
    }

    /** A frame of 4 white pixels, and what JPEG makes of it in their neighbours, is seen neither in image nor label. */
    @Test
    void theWhiteFrameIsCutOff() throws IOException {
        NyuV2Files.colour(folder.resolve("rgb/1001.jpg"),
                (x, y) -> frame(x, y) ? 0xFFFFFF : x < 160 ? 0x303030 : 0x707070);
        NyuV2Files.grey(folder.resolve("seg40/1001.png"), (x, y) -> frame(x, y) ? 255 : x < 160 ? 5 : 6);
        NyuV2Files.grey(folder.resolve("depth8/1001.png"), (x, y) -> frame(x, y) ? 255 : 40);
        for (int[] size : new int[][] {{96, 128}, {228, 304}, {240, 320}, {60, 60}, {40, 100}, {100, 40}}) {
            Sample sample = open(40, size[0], size[1], 1).sample(0);
            int[] classes = sample.labels().get(Segmentation.NAME).ints();
            float[] depth = sample.labels().get(Depth.NAME).floats();
            float[] image = sample.image().floats();
            for (int i = 0; i < classes.length; i++) {
                assertEquals(i % size[1] < size[1] / 2 ? 5 : 6, classes[i]);
                assertEquals(40.5 * 9.99547 / 255, depth[i], 1e-6);
                // A pixel beside the middle is mixed of both sides; the others are of the side of their class.
                if (Math.abs(i % size[1] - size[1] / 2) > size[1] / 16) {
                    assertEquals(classes[i] == 5 ? 0x30 : 0x70, 255 * image[i], 8, size[0] + "x" + size[1] + " " + i);
                }
            }
        }
    }

    private static boolean frame(int x, int y) {
        return x < 4 || y < 4 || x >= 316 || y >= 236;
    }

    @Test
    void otherTasksAreDerivedFromTheImage() {
        NyuV2 images = open(13, 60, 80, 2);
        assertEquals(List.of("segmentation", "depth", "normals", "keypoints", "edges"),
                images.allTasks().stream().map(Task::name).toList());
        NyuV2 all = images.withTasks(images.allTasks());
        assertEquals(images.name() + ",tasks=segmentation+depth+normals+keypoints+edges", all.name());
        Sample sample = all.sample(1);
        assertEquals(all.labelled(), sample.labels().keySet());
        assertArrayEquals(ImageFeatures.edges(sample.image()).floats(), sample.labels().get(Edges.NAME).floats());
        assertArrayEquals(ImageFeatures.keypoints(sample.image()).floats(),
                sample.labels().get(Keypoints.NAME).floats());
        assertArrayEquals(label(images, 1, Depth.NAME).floats(), sample.labels().get(Depth.NAME).floats());
        NyuV2 one = all.withTasks(List.of(new Edges()));
        assertEquals(Set.of(Edges.NAME), one.sample(0).labels().keySet());
        assertEquals(images.name(), all.withTasks(images.tasks()).name());
        refused(assertThrows(IllegalArgumentException.class, () -> images.withTasks(List.of())), "not for nothing");
        refused(assertThrows(IllegalArgumentException.class,
                () -> images.withTasks(List.of(new Edges(), new Edges()))), "each once", "edges, edges");
        refused(assertThrows(IllegalArgumentException.class,
                () -> images.withTasks(List.of(new Segmentation(List.of("a", "b"))))), "classes of the data");
    }

    @Test
    void missingAndDamagedFilesAreNamedAndCounted() throws IOException {
        Files.delete(folder.resolve("rgb/1001.jpg"));
        Path depth = folder.resolve("depth8/1002.png");
        byte[] bytes = Files.readAllBytes(depth);
        bytes[bytes.length / 2] ^= 1;
        Files.write(depth, bytes);
        Path segmentation = folder.resolve("seg40/1003.png");
        Files.write(segmentation, Arrays.copyOf(Files.readAllBytes(segmentation), 60));
        NyuV2 images = open(13, 60, 80, 100);
        assertEquals(1, images.size());
        assertEquals("1004", images.sample(0).id());
        assertEquals(3, images.problems().size());
        assertTrue(images.problems().get(0).endsWith("rgb/1001.jpg: there is no such file"),
                images.problems()::toString);
        assertTrue(images.problems().get(1).contains("depth8/1002.png: the file is damaged"),
                images.problems()::toString);
        assertTrue(images.problems().get(2).endsWith("seg40/1003.png: the file is cut off"),
                images.problems()::toString);
    }

    @Test
    void aLimitCountsUsableImages() throws IOException {
        Files.delete(folder.resolve("rgb/1001.jpg"));
        NyuV2 images = open(13, 60, 80, 2);
        assertEquals(List.of("1002", "1003"), List.of(images.sample(0).id(), images.sample(1).id()));
    }

    @Test
    void noUsableImageIsPassedOver() throws IOException {
        Files.delete(folder.resolve("rgb/1001.jpg"));
        Files.delete(folder.resolve("rgb/1003.jpg"));
        NyuV2 images = open(13, 60, 80, 2);
        assertEquals(List.of("1002", "1004"), List.of(images.id(0), images.id(1)));
        assertEquals(2, images.problems().size());
    }

    @Test
    void someImagesAreSpreadOverAll() {
        NyuV2 half = open(13, 60, 80, 2);
        assertEquals(2, half.size());
        assertEquals(List.of("1001", "1003"), List.of(half.id(0), half.id(1)));
        assertEquals(4, open(13, 60, 80, 100).size());
    }

    @Test
    void whatLooksWholeButIsNotEndsTheWorkWithTheNameOfTheFile() throws IOException {
        Path picture = folder.resolve("rgb/1001.jpg");
        byte[] bytes = Files.readAllBytes(picture);
        bytes[2] = 0;
        bytes[3] = 0;
        Files.write(picture, bytes);
        NyuV2Files.grey(folder.resolve("seg40/1002.png"), (x, y) -> 40);
        BufferedImage small = new BufferedImage(10, 10, BufferedImage.TYPE_BYTE_GRAY);
        ImageIO.write(small, "png", folder.resolve("depth8/1003.png").toFile());
        NyuV2 images = open(13, 60, 80, 4);
        refused(assertThrows(UncheckedIOException.class, () -> images.sample(0)), "1001.jpg");
        refused(assertThrows(IllegalArgumentException.class, () -> images.sample(1)), "1002.png", "40");
        refused(assertThrows(UncheckedIOException.class, () -> images.sample(2)), "1003.png", "10x10");
    }

    @Test
    void cachedNormalsAreTheSame(@TempDir Path cache) throws IOException {
        NyuV2Files.grey(folder.resolve("depth8/1001.png"), (x, y) -> 60 + x / 5 + y / 9);
        float[] derived = label(open(13, 60, 80, 1), 0, Normals.NAME).floats();
        for (int i = 0; i < 2; i++) {
            NyuV2 cached = NyuV2.open(folder, 13, NyuV2.Split.TEST, 60, 80, 1,
                    DerivedCache.in(cache, remark -> assertEquals("", remark)));
            assertArrayEquals(derived, label(cached, 0, Normals.NAME).floats());
        }
    }

    @Test
    void unusableFoldersAreRefused() throws IOException {
        refused(assertThrows(IllegalArgumentException.class, () -> NyuV2Form.open(folder.resolve("none"))), "no such");
        refused(assertThrows(IllegalArgumentException.class, () -> NyuV2Form.open(folder.resolve("rgb"))),
                "rgb", "train.txt");
        Files.writeString(folder.resolve("map40to13.txt"), "0 13\n");
        refused(assertThrows(IllegalArgumentException.class, () -> open(13, 60, 80, 4)), "map40to13.txt", "0 13");
        Files.writeString(folder.resolve("map40to13.txt"), "0 12\n");
        refused(assertThrows(IllegalArgumentException.class, () -> open(13, 60, 80, 4)), "class 1");
        Files.writeString(folder.resolve("classes40.txt"), "wall\n");
        refused(assertThrows(IllegalArgumentException.class, () -> open(40, 60, 80, 4)), "classes40.txt", "1 lines");
        Files.writeString(folder.resolve("test.txt"), "12\n");
        refused(assertThrows(IllegalArgumentException.class, () -> open(40, 60, 80, 4)), "test.txt", "'12'");
        Files.writeString(folder.resolve("test.txt"), "0777\n");
        refused(assertThrows(IllegalArgumentException.class, () -> open(40, 60, 80, 4)), "none of the 1", "0777.jpg");
    }
}
