// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.importer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.FormatException;
import dev.topple.mtl.data.DerivedCache;
import dev.topple.mtl.data.NyuV2;
import dev.topple.mtl.data.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NyuV2ImportTest {

    private static final int[] TABLE = IntStream.range(0, 894).map(c -> 1 + c % 40).toArray();

    /** Three images: the official split has 1 and 2 for tests, 3 for training. */
    private Path mat;
    private Path mapping;

    @BeforeAll
    void write(@TempDir Path folder) {
        mat = MatFiles.nyuV2(folder.resolve("nyu_depth_v2_labeled.mat"), 3);
        mapping = MatFiles.mapping(folder.resolve("classMapping40.mat"), TABLE);
    }

    @Test
    void whatIsInTheFileIsInTheFolder(@TempDir Path folder) throws IOException {
        Path out = folder.resolve("nyuv2");
        List<Integer> told = new ArrayList<>();
        NyuV2Import.Result result = NyuV2Import.run(mat, mapping, out, (done, of) -> told.add(10 * of + done));
        assertEquals(new NyuV2Import.Result(3, List.of()), result);
        assertEquals(List.of(31, 32, 33), told);
        NyuV2 train = NyuV2.open(out, 40, NyuV2.Split.TRAIN, 456, 608, 9, DerivedCache.none());
        NyuV2 test = NyuV2.open(out, 13, NyuV2.Split.TEST, 456, 608, 9, DerivedCache.none());
        assertEquals(List.of("0001", "0002", "0003"), List.of(test.id(0), test.id(1), train.id(0)));
        assertEquals("wall", NyuV2.classNames(out, 40).get(0));
        Sample sample = train.sample(0);
        int area = 456 * 608;
        for (int i = 0; i < area; i += 101) {
            // Without the frame of 16 and 12 pixels.
            int x = i % 608 + 16;
            int y = i / 608 + 12;
            for (int band = 0; band < 3; band++) {
                assertEquals(MatFiles.colour(2, band, x, y) / 255f, sample.image().floats()[band * area + i], 0);
            }
            assertEquals(MatFiles.depth(x, y), sample.labels().get("depth").floats()[i], 1e-4);
            int label = MatFiles.label(2, x, y);
            assertEquals(label == 0 ? 255 : (label - 1) % 40, sample.labels().get("segmentation").ints()[i]);
        }
        assertTrue(assertThrows(IllegalArgumentException.class,
                () -> NyuV2Import.run(mat, mapping, out, (done, of) -> {})).getMessage().contains("exists already"));
        assertFalse(Files.exists(folder.resolve("nyuv2.part")));
    }

    @Test
    void tablesAreRead() {
        assertArrayEquals(Arrays.stream(TABLE).asDoubleStream().toArray(), MatFile5.read(mapping).get("mapClass"));
        assertEquals(1, MatFile5.read(mapping).size());
    }

    @Test
    void wrongFilesAreRefused(@TempDir Path folder) throws IOException {
        Path out = folder.resolve("out");
        refused(mapping, mapping, out, "classMapping40.mat", "no HDF5 file");
        refused(mat, mat, out, "nyu_depth_v2_labeled.mat", "no MAT-file of level 5");
        refused(folder.resolve("none.mat"), mapping, out, "none.mat", "no such file");
        refused(mat, folder.resolve("none.mat"), out, "none.mat", "no such file");
        refused(mat, MatFiles.mapping(folder.resolve("a.mat"), new int[] {41}), out, "a.mat", "41.0 for class 1");
        refused(mat, MatFiles.mapping(folder.resolve("b.mat"), new int[] {1}), out, "image 0001", "none of the 1 cl");
        assertFalse(Files.exists(out));
    }

    private static void refused(Path mat, Path mapping, Path out, String... parts) {
        String message = assertThrows(RuntimeException.class,
                () -> NyuV2Import.run(mat, mapping, out, (done, of) -> {})).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "'" + part + "': " + message);
        }
        assertEquals(1, message.lines().count());
    }

    /** Cut off or changed in a few places, each file is read or refused, and nothing hangs. */
    @Test
    void damagedFilesAreRefusedOrRead(@TempDir Path folder) throws IOException {
        Random random = new Random(5);
        Path small = folder.resolve("small.mat");
        byte[] table = Files.readAllBytes(mapping);
        byte[] images = Files.readAllBytes(mat);
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            Files.write(small, damaged(table, random, table.length));
            refused += attempt(() -> MatFile5.read(small), "table " + i) ? 0 : 1;
        }
        assertTrue(refused > 80, "" + refused);
        refused = 0;
        for (int i = 0; i < 50; i++) {
            // What describes the arrays stands at the beginning and between them.
            Files.write(small, damaged(images, random, i % 2 == 0 ? 2048 : images.length));
            refused += attempt(() -> {
                try (NyuV2Mat file = new NyuV2Mat(small)) {
                    assertEquals(NyuV2Mat.AREA, file.read(file.count() - 1, 1)[0].rgb().length);
                }
            }, "images " + i) ? 0 : 1;
        }
        assertTrue(refused > 10, "" + refused);
    }

    private static boolean attempt(Runnable reading, String what) {
        return assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            try {
                reading.run();
                return true;
            } catch (FormatException e) {
                assertEquals(1, e.getMessage().lines().count(), what);
                return false;
            }
        }, what);
    }

    private static byte[] damaged(byte[] content, Random random, int where) {
        byte[] damaged = content.clone();
        if (random.nextInt(3) == 0) {
            return Arrays.copyOf(damaged, random.nextInt(damaged.length));
        }
        for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
            damaged[random.nextInt(where)] ^= (byte) (1 << random.nextInt(8));
        }
        return damaged;
    }
}
