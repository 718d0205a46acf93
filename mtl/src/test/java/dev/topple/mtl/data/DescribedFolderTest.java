// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.Npy;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Classification;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Segmentation;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.IntBinaryOperator;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A user's own folder, described by {@code topple-data.json}. */
class DescribedFolderTest {

    private static final int H = 18;
    private static final int W = 24;

    private static final String DESCRIPTION = """
            {"images": "rgb", "splits": {"train": "train.txt", "test": "test.txt"}, "tasks": [
              {"task": "segmentation", "classes": ["floor", "wall", "cup"], "ignored": 255,
               "labels": {"path": "seg", "invalid": 0, "values": {"1": 0, "2": 1, "7": 2}}},
              {"task": "depth", "labels": {"path": "depth", "scale": 0.001, "invalid": 65535}},
              {"task": "normals", "labels": {"path": "normals"}},
              {"task": "classification", "name": "room", "classes": ["hall", "kitchen, old"],
               "labels": {"path": "rooms.csv"}}]}
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        describe(DESCRIPTION);
        for (String name : List.of("rgb", "seg", "depth", "normals")) {
            Files.createDirectories(folder.resolve(name));
        }
        for (int i = 0; i < 6; i++) {
            int salt = i;
            png("rgb/im" + i + ".png", BufferedImage.TYPE_INT_RGB, (y, x) -> (salt * 40) << 16 | y * 10 << 8 | x * 10);
            palette("seg/im" + i + ".png", (y, x) -> new int[] {0, 1, 2, 7}[(y + x + salt) % 4]);
            png("depth/im" + i + ".png", BufferedImage.TYPE_USHORT_GRAY, (y, x) -> depth(y, x, salt));
            Npy.write(folder.resolve("normals/im" + i + ".npy"), normals());
        }
        Files.write(folder.resolve("train.txt"), List.of("im0", "im1", "im2", "im3"));
        Files.write(folder.resolve("test.txt"), List.of("im4", "im5"));
        Files.write(folder.resolve("rooms.csv"), List.of("im0,hall", "im1,kitchen, old", "im2,", "im3,0", "im4,1",
                "im5\thall"));
    }

    private void describe(String json) throws IOException {
        Files.writeString(folder.resolve("topple-data.json"), json);
    }

    private static int depth(int y, int x, int salt) {
        return y == 0 ? 65535 : 1000 + 100 * y + x + salt;
    }

    private static Tensor normals() {
        float[] values = new float[H * W * 3];
        for (int i = 0; i < H * W; i++) {
            values[3 * i] = i % W == 0 ? Float.NaN : 0.6f;
            values[3 * i + 2] = -0.8f;
        }
        return Tensor.of(Shape.of(H, W, 3), values);
    }

    private void png(String name, int type, IntBinaryOperator level) throws IOException {
        BufferedImage image = new BufferedImage(W, H, type);
        for (int y = 0; y < H; y++) {
            for (int x = 0; x < W; x++) {
                if (type == BufferedImage.TYPE_INT_RGB) {
                    image.setRGB(x, y, level.applyAsInt(y, x));
                } else {
                    image.getRaster().setSample(x, y, 0, level.applyAsInt(y, x));
                }
            }
        }
        ImageIO.write(image, "png", folder.resolve(name).toFile());
    }

    private void palette(String name, IntBinaryOperator index) throws IOException {
        byte[] colours = new byte[256];
        new Random(1).nextBytes(colours);
        BufferedImage image = new BufferedImage(W, H, BufferedImage.TYPE_BYTE_INDEXED,
                new IndexColorModel(8, 256, colours, colours, colours));
        for (int y = 0; y < H; y++) {
            for (int x = 0; x < W; x++) {
                image.getRaster().setSample(x, y, 0, index.applyAsInt(y, x));
            }
        }
        ImageIO.write(image, "png", folder.resolve(name).toFile());
    }

    private DescribedFolder open(Split split) {
        return DescribedFolder.open(folder, split, Optional.empty(), 99);
    }

    @Test
    void everyLabelArrives() {
        DescribedFolder data = open(Split.TEST);
        assertEquals(List.of(), data.problems());
        assertEquals(List.of(new Segmentation(List.of("floor", "wall", "cup")), new Depth(), new Normals(),
                new Classification("room", List.of("hall", "kitchen, old"))), data.available());
        for (int i = 0; i < 2; i++) {
            Sample sample = data.sample(i);
            int salt = 4 + i;
            assertEquals("im" + salt, sample.id());
            assertEquals(Shape.of(3, H, W), sample.image().shape());
            assertArrayEquals(new int[] {1 - i}, sample.labels().get("room").ints());
            for (int p = 0; p < H * W; p++) {
                int y = p / W;
                int x = p % W;
                assertEquals(y * 10 / 255f, sample.image().floats()[H * W + p]);
                assertEquals(new int[] {255, 0, 1, 2}[(y + x + salt) % 4],
                        sample.labels().get("segmentation").ints()[p]);
                assertEquals(y == 0 ? 0 : depth(y, x, salt) * 0.001, sample.labels().get("depth").floats()[p], 1e-6);
                assertEquals(x == 0 ? 0 : 0.6f, sample.labels().get("normals").floats()[p]);
                assertEquals(x == 0 ? 0 : -0.8f, sample.labels().get("normals").floats()[2 * H * W + p]);
            }
        }
        int[] rooms = new int[4];
        for (int i = 0; i < 4; i++) {
            rooms[i] = open(Split.TRAIN).sample(i).labels().get("room").ints()[0];
        }
        assertArrayEquals(new int[] {0, 1, Classification.UNKNOWN, 0}, rooms);
    }

    @Test
    void anotherSizeCutsAndScales() {
        Sample sample = DescribedFolder.open(folder, Split.TEST, Optional.of(new int[] {16, 16}), 99).sample(0);
        assertEquals(Shape.of(3, 16, 16), sample.image().shape());
        assertEquals(Shape.of(1, 16, 16), sample.labels().get("depth").shape());
        // The middle 18x18 part begins at column 3; the middle of the last pixel lies in row 17 and column 20.
        assertEquals(depth(17, 20, 4) * 0.001, sample.labels().get("depth").floats()[255], 1e-6);
    }

    @Test
    void tasksAndImagesAreChosen() {
        DescribedFolder data = DescribedFolder.open(folder, Split.TRAIN, Optional.empty(), 2);
        assertEquals(List.of("im0", "im2"), List.of(data.sample(0).id(), data.sample(1).id()));
        assertEquals("folder:" + folder + ",split=train,count=2,of=4", data.name());
        DescribedFolder depth = data.withTasks(List.of(new Depth()));
        assertEquals(Set.of("depth"), depth.sample(0).labels().keySet());
        assertTrue(depth.name().endsWith(",tasks=depth"));
        assertTrue(DescribedFolder.has(folder, Split.TRAIN));
    }

    @Test
    void theChecksumFollowsTheContent() throws IOException {
        Optional<String> before = open(Split.TEST).checksum();
        assertEquals(before, open(Split.TEST).checksum());
        png("depth/im4.png", BufferedImage.TYPE_USHORT_GRAY, (y, x) -> 7);
        assertNotEquals(before, open(Split.TEST).checksum());
    }

    @Test
    void withoutSplitsAllImagesAreForTesting() throws IOException {
        describe(DESCRIPTION.replace("\"splits\": {\"train\": \"train.txt\", \"test\": \"test.txt\"}, ", ""));
        assertEquals(6, open(Split.TEST).size());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> open(Split.TRAIN)).getMessage()
                .contains("there is no split train"));
    }

    @Test
    void whatCannotBeUsedIsNamedAndCounted() throws IOException {
        Files.delete(folder.resolve("depth/im0.png"));
        png("seg/im1.png", BufferedImage.TYPE_BYTE_GRAY, (y, x) -> 1);
        byte[] cut = Files.readAllBytes(folder.resolve("rgb/im1.png"));
        Files.write(folder.resolve("rgb/im1.png"), Arrays.copyOf(cut, cut.length - 20));
        Npy.write(folder.resolve("normals/im2.npy"), Tensor.filled(Shape.of(3, H, W + 1), 1));
        Files.write(folder.resolve("rooms.csv"), List.of("im0,hall", "im1,hall", "im2,hall", "im3,hall", "im9,hall"));
        DescribedFolder data = open(Split.TRAIN);
        assertEquals(1, data.size());
        assertEquals(4, data.problems().size());
        List<String> expected = List.of("im0.npy|png: there is no such file", "im1.png: the file is cut off",
                "im2.npy: its array has the shape", "rooms.csv: a line names an image that is not there: 'im9'");
        for (int i = 0; i < expected.size(); i++) {
            assertTrue(data.problems().get(i).contains(expected.get(i)), data.problems().get(i));
        }
        String none = assertThrows(IllegalArgumentException.class, () -> open(Split.TEST)).getMessage();
        assertTrue(none.contains("none of 2 images") && none.contains("no line for the image 'im4'"), none);
    }

    @Test
    void aLabelThatIsNoClassIsNamed() throws IOException {
        palette("seg/im4.png", (y, x) -> 3);
        String message = assertThrows(UncheckedIOException.class, () -> open(Split.TEST).sample(0)).getMessage();
        assertTrue(message.endsWith("im4.png: the value 3 is no class of the task segmentation"), message);
        Files.write(folder.resolve("rooms.csv"), List.of("im4,cellar", "im5,hall"));
        DescribedFolder data = open(Split.TEST);
        assertTrue(data.problems().getFirst().contains("'cellar' is no label of the task room"),
                data.problems().getFirst());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"\"rgb\"|\"pictures\"|images: there is no such file or folder",
        "\"rgb\"|\"../other\"|inside of the folder", "\"scale\": 0.001|\"scale\": 0|the scale",
        "\"scale\"|\"factor\"|unknown member", "\"task\": \"depth\"|\"task\": \"height\"|there is no such task",
        "\"name\": \"room\"|\"name\": \"depth\"|each name once", "\"7\": 2|\"x\": 2|is an integer",
        "\"train\": \"train.txt\"|\"learn\": \"train.txt\"|unknown member"})
    void aWrongDescriptionIsNamed(String from, String to, String expected) throws IOException {
        describe(DESCRIPTION.replace(from, to));
        String message = assertThrows(RuntimeException.class, () -> open(Split.TEST)).getMessage();
        assertTrue(message.contains("topple-data.json") && message.contains(expected), message);
    }

    @Test
    void twoFilesOfOneNameAreRefused() throws IOException {
        Files.copy(folder.resolve("rgb/im0.png"), folder.resolve("rgb/im0.jpg"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> open(Split.TEST)).getMessage()
                .contains("which of them is meant?"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"topple-data.json", "rgb/im4.png", "seg/im4.png", "depth/im4.png", "normals/im4.npy",
        "rooms.csv", "test.txt"})
    void damageIsNoticedOrHarmless(String name) throws IOException {
        Damage.everyTime(folder.resolve(name), 150, 9, () -> {
            DescribedFolder data = open(Split.TEST);
            for (int i = 0; i < data.size(); i++) {
                data.sample(i);
            }
            return data;
        }, data -> assertTrue(data.size() + data.problems().size() >= 1));
    }
}
