// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes small copies of data sets in the layouts that others distribute, with known content. */
final class ForeignForms {

    static final int HEIGHT = 96;
    static final int WIDTH = 128;
    private static final int AREA = HEIGHT * WIDTH;

    private ForeignForms() {}

    /** The corner of a room, seen by the camera of NYUv2 scaled to this size: metres, and the normal there. */
    record Corner(float[] depth, float[][] normals) {

        static Corner room() {
            float[] depth = new float[AREA];
            float[][] normals = new float[AREA][];
            for (int i = 0; i < AREA; i++) {
                double a = (i % WIDTH - (326.082 * 0.2 - 0.5)) / 103.7716;
                double b = (i / WIDTH - (254.236 * 0.2 - 0.5)) / 103.894;
                double floor = b > 0 ? 0.5 / b : 1e9;
                double left = a < 0 ? -0.9 / a : 1e9;
                depth[i] = (float) Math.min(2.5, Math.min(floor, left));
                normals[i] = depth[i] == (float) 2.5 ? new float[] {0, 0, -1}
                        : floor < left ? new float[] {0, -1, 0} : new float[] {1, 0, 0};
            }
            return new Corner(depth, normals);
        }
    }

    private static Path text(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * AdaShare's NYUv2: images 0002 and 0003 for training, 0000, 0001 and 0061 for tests, with a list. The left half is
     * of class 7, the upper right quarter of class 39, the lower right one void and without normals.
     */
    static Path adaShare(Path folder) {
        List<String> train = new ArrayList<>();
        List<String> test = new ArrayList<>();
        Corner room = Corner.room();
        for (String id : List.of("0002", "0003", "0000", "0001", "0061")) {
            int n = Integer.parseInt(id);
            Formats.png(folder.resolve("img/" + id + ".png"), BufferedImage.TYPE_INT_RGB, HEIGHT, WIDTH,
                    (x, y, band) -> 40 * band + n);
            Formats.png(folder.resolve("seg/" + id + ".png"), BufferedImage.TYPE_BYTE_GRAY, HEIGHT, WIDTH,
                    (x, y, band) -> x < WIDTH / 2 ? 7 : y < HEIGHT / 2 ? 39 : 255);
            Formats.png(folder.resolve("normal_mask/" + id + ".png"), BufferedImage.TYPE_INT_RGB, HEIGHT, WIDTH,
                    (x, y, band) -> {
                        float[] normal = room.normals()[y * WIDTH + x];
                        double[] g = {normal[0], normal[2], -normal[1]};
                        return x >= WIDTH / 2 && y >= HEIGHT / 2 ? 255 : (int) Math.round((g[band] + 1) * 127.5);
                    });
            Formats.npy(folder.resolve("depth/" + id + ".npy"), "<f4", true, new int[] {HEIGHT, WIDTH},
                    i -> room.depth()[i]);
            (n == 2 || n == 3 ? train : test).add("[\"img/" + id + ".png\", \"seg/" + id + ".png\", \"normal_mask/" + id
                    + ".png\", \"depth/" + id + ".npy\"]");
        }
        text(folder.resolve("nyu_v2_3task.json"), "{\"train\": " + train + ", \"test\": " + test + ", \"train1\": []}");
        return folder;
    }

    /**
     * MTAN's NYUv2: two images to train on, three for validation.
     *
     * @param descr of the elements, {@code <f4} or {@code <f8}
     * @param from for each of the three components of the files' normals the axis, 0, 1 or 2 for x, y and z
     * @param signs the components' signs
     */
    static Path mtan(Path folder, String descr, int[] from, int[] signs) {
        Corner room = Corner.room();
        for (Map.Entry<String, Integer> half : Map.of("train", 2, "val", 3).entrySet()) {
            for (int n = 0; n < half.getValue(); n++) {
                int number = n;
                Path place = folder.resolve(half.getKey());
                Formats.npy(place.resolve("image/" + n + ".npy"), descr, false, new int[] {HEIGHT, WIDTH, 3},
                        i -> (40 * (i % 3) + number) / 255.0);
                Formats.npy(place.resolve("label/" + n + ".npy"), descr, false, new int[] {HEIGHT, WIDTH},
                        i -> i % WIDTH < WIDTH / 2 ? 12 : i < AREA / 2 ? 0 : -1);
                Formats.npy(place.resolve("depth/" + n + ".npy"), descr, false, new int[] {HEIGHT, WIDTH, 1},
                        i -> room.depth()[i]);
                Formats.npy(place.resolve("normal/" + n + ".npy"), descr, false, new int[] {HEIGHT, WIDTH, 3},
                        i -> signs[i % 3] * room.normals()[i / 3][from[i % 3]]);
            }
        }
        return folder;
    }

    /**
     * Tiny-Taskonomy: two buildings to train on, one to test, of two images each. Its maps are of 64x64, its pictures
     * of 128x128. The left half is background, the upper right quarter a vase, the lower right one uncertain and
     * without depth.
     *
     * @param listed whether there is a list
     * @param features whether there are keypoints and edges
     */
    static Path taskonomy(Path folder, boolean listed, boolean features) {
        List<String> train = new ArrayList<>();
        List<String> test = new ArrayList<>();
        for (String building : List.of("train/allensville", "train/beechwood", "test/collierville")) {
            String name = building.substring(building.indexOf('/') + 1);
            for (int n = 0; n < 2; n++) {
                int number = n;
                String stem = "/point_" + n + "_view_0_domain_";
                Path place = folder.resolve(building);
                List<String> files = new ArrayList<>(List.of("rgb" + stem + "rgb.png",
                        "segment_semantic" + stem + "segmentsemantic.png", "normal" + stem + "normal.png",
                        "depth_zbuffer" + stem + "depth_zbuffer.png"));
                Formats.png(place.resolve(files.get(0)), BufferedImage.TYPE_INT_RGB, 128, 128,
                        (x, y, band) -> 40 * band + number);
                Formats.png(place.resolve(files.get(1)), BufferedImage.TYPE_BYTE_GRAY, 64, 64,
                        (x, y, band) -> x < 32 ? 1 : y < 32 ? 17 : 0);
                // To the right, downwards, towards the camera.
                Formats.png(place.resolve(files.get(2)), BufferedImage.TYPE_INT_RGB, 64, 64,
                        (x, y, band) -> x < 32 ? (band == 0 ? 255 : 128) : band == 1 ? 255 : band == 2 ? 200 : 128);
                Formats.png(place.resolve(files.get(3)), BufferedImage.TYPE_USHORT_GRAY, 64, 64,
                        (x, y, band) -> x < 32 ? 512 + 257 * y : y < 32 ? 64499 : 64500);
                if (features) {
                    files.add("keypoints2d" + stem + "keypoints2d.png");
                    files.add("edge_texture" + stem + "edge_texture.png");
                    Formats.png(place.resolve(files.get(4)), BufferedImage.TYPE_USHORT_GRAY, 64, 64,
                            (x, y, band) -> x < 32 ? 131 : 400);
                    Formats.png(place.resolve(files.get(5)), BufferedImage.TYPE_USHORT_GRAY, 64, 64,
                            (x, y, band) -> x < 32 ? 1311 : 65535);
                }
                (building.startsWith("train") ? train : test).add("[\"" + name + "/"
                        + String.join("\", \"" + name + "/", files) + "\"]");
            }
        }
        if (listed) {
            text(folder.resolve("taskonomy.json"),
                    "{\"train\": " + train + ", \"test\": " + test + ", \"test_small\": [" + test.get(1) + "]}");
        }
        return folder;
    }
}
