// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.mtl.data.Taskonomy.Labels;
import dev.topple.mtl.data.Taskonomy.Split;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Edges;
import dev.topple.mtl.task.Keypoints;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Segmentation;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskonomyTest {

    private static final int SIDE = 64;
    private static final int AREA = SIDE * SIDE;
    private static final int LEFT = 10;
    private static final int UPPER_RIGHT = 50;
    private static final int LOWER_RIGHT = 60 * SIDE + 50;

    @TempDir
    private Path folder;

    private Taskonomy open(Split split, Labels labels) {
        return Taskonomy.open(folder, split, labels, SIDE, SIDE, 100, DerivedCache.none());
    }

    private static void refused(Exception problem, String... parts) {
        for (String part : parts) {
            assertTrue(problem.getMessage().contains(part), () -> "'" + part + "': " + problem.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void filesAreFoundWithAndWithoutTheList(boolean listed) {
        ForeignForms.taskonomy(folder, listed, true);
        assertEquals(4, open(Split.TRAIN, Labels.CORRECTED).size());
        Taskonomy test = open(Split.TEST, Labels.CORRECTED);
        assertEquals(2, test.size());
        assertEquals("collierville/point_1_view_0", test.sample(1).id());
        assertEquals(Set.of("segmentation", "depth", "normals", "keypoints", "edges"), test.labelled());
        assertEquals("taskonomy:" + folder + ",split=test,count=2,size=64x64", test.name());
        if (listed) {
            assertEquals(1, open(Split.TEST_SMALL, Labels.CORRECTED).size());
        } else {
            refused(assertThrows(IllegalArgumentException.class, () -> open(Split.TEST_SMALL, Labels.CORRECTED)),
                    "taskonomy.json");
        }
    }

    @Test
    void numbersMeanWhatTheyMean() {
        ForeignForms.taskonomy(folder, true, true);
        Sample sample = open(Split.TEST, Labels.CORRECTED).sample(1);
        assertEquals(1 / 255f, sample.image().floats()[0], 0);
        assertEquals(41 / 255f, sample.image().floats()[AREA], 0);
        int[] classes = sample.labels().get(Segmentation.NAME).ints();
        assertArrayEquals(new int[] {0, 16, 255},
                new int[] {classes[LEFT], classes[UPPER_RIGHT], classes[LOWER_RIGHT]});
        float[] depth = sample.labels().get(Depth.NAME).floats();
        // 16 bits, each of them: rows differ by 257/512 m.
        for (int y = 0; y < SIDE; y++) {
            assertEquals((float) ((512 + 257 * y) / 512.0), depth[y * SIDE], 0);
        }
        assertEquals((float) (64499 / 512.0), depth[UPPER_RIGHT], 0);
        assertEquals(0, depth[LOWER_RIGHT]);
        float[] normals = sample.labels().get(Normals.NAME).floats();
        assertEquals(1, normals[LEFT], 1e-4);
        assertEquals(0.8693, normals[AREA + UPPER_RIGHT], 1e-4);
        assertEquals(-0.4943, normals[2 * AREA + UPPER_RIGHT], 1e-4);
        assertEquals(0, normals[AREA + LOWER_RIGHT]);
        float[] keypoints = sample.labels().get(Keypoints.NAME).floats();
        assertEquals(2 * (131 / 65536.0) / 0.005 - 1, keypoints[LEFT], 1e-6);
        assertEquals(1, keypoints[UPPER_RIGHT]);
        float[] edges = sample.labels().get(Edges.NAME).floats();
        assertEquals(2 * (1311 / 65536.0) / 0.08 - 1, edges[LEFT], 1e-6);
        assertEquals(1, edges[UPPER_RIGHT]);
    }

    @Test
    void theReleasedCodeReadsThemOtherwise() {
        ForeignForms.taskonomy(folder, true, true);
        Taskonomy images = open(Split.TEST, Labels.RELEASED);
        assertTrue(images.name().contains(",labels=released"), images.name());
        Sample sample = images.sample(0);
        int[] classes = sample.labels().get(Segmentation.NAME).ints();
        assertArrayEquals(new int[] {0, 16, 0}, new int[] {classes[LEFT], classes[UPPER_RIGHT], classes[LOWER_RIGHT]});
        float[] depth = sample.labels().get(Depth.NAME).floats();
        assertEquals(Math.log(1 + 512) / Math.log(65536), depth[LEFT], 1e-6);
        assertEquals(0, depth[LOWER_RIGHT]);
    }

    @Test
    void keypointsAndEdgesAreDerivedWhereAbsent() {
        ForeignForms.taskonomy(folder, false, false);
        Sample sample = open(Split.TEST, Labels.CORRECTED).sample(0);
        assertTrue(sample.labels().get(Keypoints.NAME).sameBits(ImageFeatures.keypoints(sample.image())));
        assertTrue(sample.labels().get(Edges.NAME).sameBits(ImageFeatures.edges(sample.image())));
    }

    @Test
    void weightsAreThoseOfTheFolder() throws IOException {
        ForeignForms.taskonomy(folder, true, true);
        assertEquals(Taskonomy.WEIGHTS, weights());
        Formats.npy(folder.resolve("semseg_prior_factor.npy"), "<f8", false, new int[] {17}, Taskonomy.WEIGHTS::get);
        assertEquals(Taskonomy.WEIGHTS, weights());
        Formats.npy(folder.resolve("semseg_prior_factor.npy"), "<f8", false, new int[] {17}, c -> c + 1);
        assertEquals(17, weights().get(16));
        Formats.npy(folder.resolve("semseg_prior_factor.npy"), "<f8", false, new int[] {16}, c -> c + 1);
        refused(assertThrows(RuntimeException.class, this::weights), "semseg_prior_factor.npy", "17");
    }

    private List<Double> weights() {
        return ((Segmentation) open(Split.TEST, Labels.CORRECTED).tasks().get(0)).weights();
    }

    @Test
    void problemsAreNamedAndCounted() throws IOException {
        ForeignForms.taskonomy(folder, true, true);
        Path depth = folder.resolve("train/beechwood/depth_zbuffer/point_1_view_0_domain_depth_zbuffer.png");
        byte[] content = Files.readAllBytes(depth);
        Files.write(depth, Arrays.copyOf(content, content.length - 20));
        Files.delete(folder.resolve("train/allensville/normal/point_0_view_0_domain_normal.png"));
        Formats.png(folder.resolve("train/allensville/normal/point_1_view_0_domain_normal.png"),
                BufferedImage.TYPE_INT_RGB, 64, 32, (x, y, band) -> 200);
        Formats.png(folder.resolve("train/beechwood/edge_texture/point_0_view_0_domain_edge_texture.png"),
                BufferedImage.TYPE_BYTE_GRAY, 64, 64, (x, y, band) -> 200);
        Taskonomy images = open(Split.TRAIN, Labels.CORRECTED);
        assertEquals(2, images.size());
        assertEquals(2, images.problems().size());
        assertTrue(images.problems().get(0).endsWith("point_0_view_0_domain_normal.png: there is no such file"));
        assertTrue(images.problems().get(1).contains("depth_zbuffer.png: the file is cut off"));
        refused(assertThrows(RuntimeException.class, () -> images.sample(0)), "normal.png", "32x64", "128x128");
        refused(assertThrows(RuntimeException.class, () -> images.sample(1)), "edge_texture.png", "16 bits");
    }

    @Test
    void cachedSamplesAreTheSame(@TempDir Path cache) throws IOException {
        ForeignForms.taskonomy(folder, true, true);
        Sample plain = Taskonomy.open(folder, Split.TEST, Labels.CORRECTED, 48, 80, 1, DerivedCache.none()).sample(0);
        List<String> remarks = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Sample cached = Taskonomy.open(folder, Split.TEST, Labels.CORRECTED, 48, 80, 1,
                    DerivedCache.in(cache, remarks::add)).sample(0);
            assertTrue(plain.image().sameBits(cached.image()));
            plain.labels().forEach((task, label) -> assertTrue(label.sameBits(cached.labels().get(task)), task));
        }
        assertEquals(List.of(), remarks);
        String before = open(Split.TEST, Labels.CORRECTED).checksum().orElseThrow();
        assertEquals(before, open(Split.TEST, Labels.RELEASED).checksum().orElseThrow());
        Formats.png(folder.resolve("test/collierville/rgb/point_0_view_0_domain_rgb.png"), BufferedImage.TYPE_INT_RGB,
                128, 128, (x, y, band) -> 7);
        assertNotEquals(before, open(Split.TEST, Labels.CORRECTED).checksum().orElseThrow());
    }
}
