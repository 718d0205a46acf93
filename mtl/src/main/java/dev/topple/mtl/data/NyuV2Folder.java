// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * NYUv2 in Topple's own layout: {@code rgb/NNNN.jpg} or {@code .png}, {@code depth8/NNNN.png} or
 * {@code depth16/NNNN.png} and {@code seg40/NNNN.png}, all 320x240 or all 640x480, {@code train.txt} and
 * {@code test.txt} with the numbers of the official split, {@code classes40.txt} and {@code classes13.txt} with the
 * names of the classes, and {@code map40to13.txt}, a line "class40 class13" for each.
 */
final class NyuV2Folder implements NyuV2Form {

    /** The depths of the files of 8 bits, in metres, end here; byte D is (D + 0.5) / 255 of it. */
    private static final double DEEPEST = 9.99547;

    /** The depth of files of 16 bits is in these parts of a metre. */
    static final double PARTS = 5000;

    private static final float STEP = (float) (DEEPEST / 255);
    private static final float FINE_STEP = 0.005f;

    private static final String FINE = "depth16";
    private static final String RGB = "rgb";
    private static final String CLASSES = "seg40";

    private final Path folder;
    private final String pictures;
    private final String depths;
    private final int height;
    private final int width;

    NyuV2Folder(Path folder) {
        this.folder = folder;
        this.depths = Files.exists(folder.resolve(FINE)) ? FINE : "depth8";
        for (String needed : List.of(RGB, depths, CLASSES, "train.txt", "test.txt")) {
            if (!Files.exists(folder.resolve(needed))) {
                throw new IllegalArgumentException(folder + ": there is no " + needed + " here; a folder of NYUv2 has"
                        + " rgb, depth8 (or depth16), seg40, train.txt and test.txt, or it has img, seg, normal_mask"
                        + " and depth, or train/image and val/image; nyu_depth_v2_labeled.mat is converted by"
                        + " 'topple data import'");
            }
        }
        String first = ids(NyuV2.Split.TEST).get(0);
        this.pictures = Files.exists(folder.resolve(RGB).resolve(first + ".png")) ? ".png" : ".jpg";
        int[] size = size();
        this.height = size[0];
        this.width = size[1];
    }

    /** The size of the first of the files of classes that is whole; 320x240 where none is. */
    private int[] size() {
        for (NyuV2.Split split : NyuV2.Split.values()) {
            for (String id : ids(split)) {
                try {
                    int[] size = LabelFiles.pngSize(LabelFiles.bytes(classFile(id)));
                    if (Arrays.equals(size, new int[] {240, 320}) || Arrays.equals(size, new int[] {480, 640})) {
                        return size;
                    }
                } catch (IOException e) {
                    // It is named where images are looked at.
                    continue;
                }
            }
        }
        return new int[] {240, 320};
    }

    @Override
    public Path path() {
        return folder;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public int width() {
        return width;
    }

    private Path pictureFile(String id) {
        return folder.resolve(RGB).resolve(id + pictures);
    }

    private Path depthFile(String id) {
        return folder.resolve(depths).resolve(id + ".png");
    }

    @Override
    public Path classFile(String id) {
        return folder.resolve(CLASSES).resolve(id + ".png");
    }

    @Override
    public List<String> ids(NyuV2.Split split) {
        Path file = folder.resolve(split.label() + ".txt");
        List<String> ids = LabelFiles.lines(file);
        for (String id : ids) {
            if (!id.matches("[0-9]{4}")) {
                throw new IllegalArgumentException(file + ": a line must be the number of an image, 0001 say, but one"
                        + " is '" + id + "'");
            }
        }
        if (ids.isEmpty() || ids.stream().distinct().count() != ids.size()) {
            throw new IllegalArgumentException(file + ": it must name images, each once");
        }
        return ids;
    }

    @Override
    public List<String> classes(int count) {
        Path file = folder.resolve("classes" + count + ".txt");
        List<String> names = LabelFiles.lines(file);
        if (names.size() != count || names.stream().distinct().count() != count) {
            throw new IllegalArgumentException(file + ": it must hold the names of " + count + " classes, one a line,"
                    + " but has " + names.size() + " lines");
        }
        return names;
    }

    @Override
    public int[] labels(int count) {
        int fine = NyuV2Official.FINE;
        int coarse = NyuV2Official.COARSE;
        if (count == fine) {
            return NyuV2Official.labels(count);
        }
        int[] labels = new int[256];
        Arrays.fill(labels, -1);
        labels[NyuV2Official.VOID] = NyuV2Official.VOID;
        Path file = folder.resolve("map40to13.txt");
        for (String line : LabelFiles.lines(file)) {
            int[] pair = line.matches("\\d{1,2} \\d{1,2}")
                    ? Arrays.stream(line.split(" ")).mapToInt(Integer::parseInt).toArray()
                    : new int[] {fine, coarse};
            if (pair[0] >= fine || pair[1] >= coarse || labels[pair[0]] >= 0) {
                throw new IllegalArgumentException(file + ": a line must be a class below " + fine + ", each once, and"
                        + " one below " + coarse + ", but one is '" + line + "'");
            }
            labels[pair[0]] = pair[1];
        }
        for (int c = 0; c < fine; c++) {
            if (labels[c] < 0) {
                throw new IllegalArgumentException(file + ": there is no line for class " + c);
            }
        }
        return labels;
    }

    @Override
    public Optional<String> problem(String id) {
        return LabelFiles.problem(files(id), file -> LabelFiles.requireWhole(LabelFiles.bytes(file)));
    }

    @Override
    public List<Path> files(String id) {
        return List.of(pictureFile(id), depthFile(id), classFile(id));
    }

    @Override
    public Picture picture(String id) {
        return LabelFiles.read(pictureFile(id), bytes -> {
            LabelFiles.requireWhole(bytes);
            Picture picture = Photograph.of(bytes);
            LabelFiles.requireSize(picture.height(), picture.width(), height, width);
            return picture;
        });
    }

    @Override
    public byte[] classes(String id) {
        return LabelFiles.read(classFile(id), bytes -> LabelFiles.classes(LabelFiles.png(bytes, height, width)));
    }

    @Override
    public Depths depths(String id) {
        return LabelFiles.read(depthFile(id), bytes -> {
            LabelFiles.Samples samples = LabelFiles.png(bytes, height, width);
            boolean fine = depths.equals(FINE);
            if (samples.bands() != 1 || samples.bits() != (fine ? 16 : 8)) {
                throw new IOException("it must be grey, of " + (fine ? 16 : 8) + " bits, for its samples are depths");
            }
            float[] metres = new float[height * width];
            for (int i = 0; i < metres.length; i++) {
                int level = samples.at(i, 0);
                metres[i] = level == 0 ? 0 : (float) (fine ? level / PARTS : (level + 0.5) * DEEPEST / 255);
            }
            return new Depths(metres, bytes);
        });
    }

    @Override
    public Optional<float[]> normals(String id) {
        return Optional.empty();
    }

    @Override
    public NyuV2Normals planes() {
        return planes(depths.equals(FINE), height, width);
    }

    /**
     * How normals are derived.
     *
     * @param fine whether depths have 16 bits
     */
    static NyuV2Normals planes(boolean fine, int height, int width) {
        // The Kinect's own steps are of 1 cm at 2 m and 6 cm at 5 m.
        String kind = fine || height != 240 ? "nyuv2-normals-" + (fine ? 16 : 8) + "-" + height : "nyuv2-normals-2";
        return NyuV2Normals.ofKinect(kind, height, width, fine ? FINE_STEP : STEP);
    }
}
