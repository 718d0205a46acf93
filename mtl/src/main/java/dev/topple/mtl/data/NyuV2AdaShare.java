// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.io.JsonView;
import dev.topple.engine.io.Npy;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * NYUv2 as the authors of AdaShare (Sun et al., NeurIPS 2020) distribute it, which TreeMTL and DGBA use:
 * {@code nyu_v2_3task.json} with lists {@code train} and {@code test} of {@code [image, segmentation, normals, depth]},
 * files beneath the folder: pictures and classes (0 to 39, 255 is void) as PNG, normals as PNG, depth in metres as npy.
 * Without the list, {@code img}, {@code seg}, {@code normal_mask} and {@code depth} are read by their official numbers,
 * counted from 0.
 *
 * <p>A byte v of a normal means {@code v / 127.5 - 1}, white means unknown, and the bands are (x, z, -y).
 */
final class NyuV2AdaShare implements NyuV2Form {

    private static final String LIST = "nyu_v2_3task.json";
    private static final List<String> FOLDERS = List.of("img", "seg", "normal_mask", "depth");

    /** The Kinect's own steps are finer near and coarser far away. */
    private static final float STEP = 0.02f;

    private record Entry(Path image, Path classes, Path normals, Path depth) {

        List<Path> files() {
            return List.of(image, classes, normals, depth);
        }
    }

    private final Path folder;
    private final Map<NyuV2.Split, List<String>> ids = new EnumMap<>(NyuV2.Split.class);
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final int height;
    private final int width;

    /** Whether a folder has this layout. */
    static boolean describes(Path folder) {
        return Files.exists(folder.resolve(LIST))
                || FOLDERS.stream().allMatch(name -> Files.isDirectory(folder.resolve(name)));
    }

    NyuV2AdaShare(Path folder) {
        this.folder = folder;
        Path list = folder.resolve(LIST);
        for (NyuV2.Split split : NyuV2.Split.values()) {
            Map<String, Entry> found = Files.exists(list) ? listed(list, split) : numbered(split);
            ids.put(split, List.copyOf(found.keySet()));
            for (Map.Entry<String, Entry> entry : found.entrySet()) {
                if (entries.putIfAbsent(entry.getKey(), entry.getValue()) != null) {
                    throw new IllegalArgumentException(list + ": the image " + entry.getKey() + " is in both splits");
                }
            }
        }
        if (entries.isEmpty()) {
            throw new IllegalArgumentException(folder + ": there are no images in img whose number is from 0000 to "
                    + (NyuV2Official.IMAGES - 1));
        }
        int[] size = entries.values().stream().map(NyuV2AdaShare::size).flatMap(Optional::stream).findFirst()
                .orElse(new int[] {480, 640});
        this.height = size[0];
        this.width = size[1];
    }

    private static Optional<int[]> size(Entry entry) {
        try {
            int[] size = LabelFiles.pngSize(LabelFiles.bytes(entry.classes()));
            boolean usual = size[0] >= 16 && size[1] >= 16 && size[0] <= 4096 && size[1] <= 4096;
            return usual ? Optional.of(size) : Optional.empty();
        } catch (IOException e) {
            // It is named where images are looked at.
            return Optional.empty();
        }
    }

    private Map<String, Entry> listed(Path list, NyuV2.Split split) {
        Map<String, Entry> found = new LinkedHashMap<>();
        for (JsonView element : JsonView.read(list).field(split.label()).elements()) {
            List<JsonView> parts = element.elements();
            if (parts.size() != FOLDERS.size()) {
                throw element.fail("an image must have 4 files: picture, segmentation, normals and depth, not "
                        + parts.size());
            }
            List<Path> files = new ArrayList<>();
            for (JsonView part : parts) {
                files.add(LabelFiles.inside(folder, part));
            }
            String name = files.get(0).getFileName().toString();
            String id = name.replaceFirst("\\.[^.]*$", "");
            if (found.put(id, new Entry(files.get(0), files.get(1), files.get(2), files.get(3))) != null) {
                throw element.fail("there is another image of the name " + id);
            }
        }
        return found;
    }

    /** The images of a split that the folder holds any file of. */
    private Map<String, Entry> numbered(NyuV2.Split split) {
        Map<String, Entry> found = new LinkedHashMap<>();
        for (String official : NyuV2Official.ids(split)) {
            String id = String.format("%04d", Integer.parseInt(official) - 1);
            Entry entry = new Entry(folder.resolve("img").resolve(id + ".png"),
                    folder.resolve("seg").resolve(id + ".png"), folder.resolve("normal_mask").resolve(id + ".png"),
                    folder.resolve("depth").resolve(id + ".npy"));
            if (entry.files().stream().anyMatch(Files::exists)) {
                found.put(id, entry);
            }
        }
        return found;
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

    @Override
    public List<String> ids(NyuV2.Split split) {
        return ids.get(split);
    }

    @Override
    public List<String> classes(int count) {
        return NyuV2Official.classes(count);
    }

    @Override
    public int[] labels(int count) {
        return NyuV2Official.labels(count);
    }

    @Override
    public Optional<String> problem(String id) {
        Entry entry = entries.get(id);
        return LabelFiles.problem(entry.files(), file -> {
            if (file.equals(entry.depth())) {
                requireDepth(Npy.shape(file));
            } else {
                LabelFiles.requireWhole(LabelFiles.bytes(file));
            }
        });
    }

    @Override
    public List<Path> files(String id) {
        return entries.get(id).files();
    }

    private void requireDepth(Shape shape) throws IOException {
        if (!shape.equals(Shape.of(height, width))) {
            throw new IOException("its shape is " + shape + ", not " + Shape.of(height, width));
        }
    }

    @Override
    public Picture picture(String id) {
        return LabelFiles.read(entries.get(id).image(), bytes -> {
            LabelFiles.requireWhole(bytes);
            Picture picture = Photograph.of(bytes);
            LabelFiles.requireSize(picture.height(), picture.width(), height, width);
            return picture;
        });
    }

    @Override
    public Path classFile(String id) {
        return entries.get(id).classes();
    }

    @Override
    public byte[] classes(String id) {
        return LabelFiles.read(classFile(id), bytes -> LabelFiles.classes(LabelFiles.png(bytes, height, width)));
    }

    @Override
    public Depths depths(String id) {
        Path file = entries.get(id).depth();
        return LabelFiles.read(file, bytes -> {
            Tensor depth = Npy.parse(bytes, file.toString());
            requireDepth(depth.shape());
            if (depth.dtype() != DType.F32) {
                throw new IOException("depth must be floating-point numbers, metres");
            }
            return new Depths(LabelFiles.metres(depth.floats()), bytes);
        });
    }

    @Override
    public Optional<float[]> normals(String id) {
        return Optional.of(LabelFiles.read(entries.get(id).normals(), bytes -> {
            LabelFiles.Samples samples = LabelFiles.png(bytes, height, width);
            if (samples.bands() < 3) {
                throw new IOException("normals must be an RGB picture, but it is grey");
            }
            int most = samples.most();
            int area = height * width;
            float[] normals = new float[3 * area];
            for (int i = 0; i < area; i++) {
                int a = samples.at(i, 0);
                int b = samples.at(i, 1);
                int c = samples.at(i, 2);
                if (a < most || b < most || c < most) {
                    NyuV2Normals.unit(2 * a - most, most - 2 * c, 2 * b - most, normals, i);
                }
            }
            return normals;
        }));
    }

    @Override
    public NyuV2Normals planes() {
        return NyuV2Normals.ofScaled("nyuv2-normals-adashare", height, width, STEP);
    }
}
