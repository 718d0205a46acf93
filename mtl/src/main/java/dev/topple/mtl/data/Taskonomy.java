// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.io.Sha256;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.TaskonomyFolder.Part;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Edges;
import dev.topple.mtl.task.Keypoints;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Segmentation;
import dev.topple.mtl.task.Task;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Tiny-Taskonomy (Zamir et al., "Taskonomy: Disentangling Task Transfer Learning", CVPR 2018, in the layout of
 * AdaShare, NeurIPS 2020): photographs of buildings with labels for segmentation into 17 classes, depth, normals, keypoints and
 * edges. Where a folder has no files for the last two, they are derived from the picture ({@link ImageFeatures}).
 *
 * <p>Images are cut in the middle to the ratio of the size asked for and averaged over areas; labels are those at the
 * middle of each new pixel. Normals arrive in the camera frame (x right, y down, z forward).
 */
public final class Taskonomy implements LabelledDataset {

    /** The parts of the data set. */
    public enum Split {
        /** 25 buildings to train on. */
        TRAIN,
        /** 5 buildings to judge by. */
        TEST,
        /** Some of the images of the test. */
        TEST_SMALL;

        /** The name in files and options. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What the files' numbers are taken to mean. */
    public enum Labels {
        /** What they mean: depth in metres, and pixels of the class "uncertain" are void. */
        CORRECTED,
        /**
         * As the code released with Zhang et al., arXiv 2305.12066, reads them: depth d is
         * {@code ln(1 + d) / ln 65536}, and "uncertain" is background.
         */
        RELEASED
    }

    /** The usual height and width in pixels. */
    public static final int SIDE = 224;

    /** The classes, in the order of their labels. */
    public static final List<String> CLASSES = List.of("background", "bottle", "chair", "couch", "potted plant", "bed",
            "dining table", "toilet", "tv", "microwave", "oven", "toaster", "sink", "refrigerator", "book", "clock",
            "vase");

    /** What a pixel of each class counts in the loss of segmentation: the file semseg_prior_factor.npy. */
    public static final List<Double> WEIGHTS = List.of(0.54241, 9.167444, 7.33099, 7.162035, 8.722885, 7.613303,
            8.236924, 9.14858, 8.822023, 9.085792, 8.914073, 9.177232, 9.03539, 8.603918, 9.169917, 9.14673, 9.137362);

    /** From here on a depth of 16 bits says that there is none. */
    private static final int NO_DEPTH = 64500;

    private static final double DEPTH_UNITS = 512;
    private static final double LEVELS = 65536;
    private static final double FULL_KEYPOINT = 0.005;
    private static final double FULL_EDGE = 0.08;

    /** Up to so many images are looked at to their end before work begins; of more just the beginnings. */
    private static final int LOOKED_AT_WHOLLY = 4096;

    private final TaskonomyFolder folder;
    private final List<String> ids;
    private final List<String> problems;
    private final String plainName;
    private final Labels labels;
    private final Segmentation segmentation;
    private final List<Task> tasks;
    private final int height;
    private final int width;
    private final DerivedCache cache;

    private Taskonomy(TaskonomyFolder folder, List<String> ids, List<String> problems, String plainName, Labels labels,
            Segmentation segmentation, List<Task> tasks, int height, int width, DerivedCache cache) {
        this.folder = folder;
        this.ids = List.copyOf(ids);
        this.problems = List.copyOf(problems);
        this.plainName = plainName;
        this.labels = labels;
        this.segmentation = segmentation;
        this.tasks = tasks.isEmpty() ? available() : tasks;
        this.height = height;
        this.width = width;
        this.cache = cache;
    }

    /**
     * Opens a folder and looks whether the files of its images are there and whole, as far as that shows without
     * decoding them. Images with files that are not are left out and named in {@link #problems}.
     *
     * @param height of the samples, in pixels
     * @param width of the samples, in pixels
     * @param limit the most images to look at, evenly spread over the split
     * @param cache keeps images and labels that were decoded and scaled
     * @throws IllegalArgumentException if there is no such folder or split, or no image in it can be used
     */
    public static Taskonomy open(Path path, Split split, Labels labels, int height, int width, int limit,
            DerivedCache cache) {
        if (height < 16 || width < 16 || limit < 1) {
            throw new IllegalArgumentException("taskonomy: images are at least 16x16 pixels and at least one, not "
                    + height + "x" + width + " and " + limit);
        }
        TaskonomyFolder folder = new TaskonomyFolder(path, split);
        Segmentation segmentation = new Segmentation(CLASSES, Segmentation.IGNORED, folder.weights(WEIGHTS));
        List<String> all = folder.ids();
        int count = Math.min(limit, all.size());
        List<String> some = IntStream.range(0, count).mapToObj(i -> all.get((int) ((long) i * all.size() / count)))
                .toList();
        List<String> ids = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        List<Optional<String>> found = LabelFiles.problems(some, id -> LabelFiles.problem(folder.files(id),
                file -> LabelFiles.look(file, count <= LOOKED_AT_WHOLLY)));
        for (int i = 0; i < count; i++) {
            found.get(i).ifPresent(problems::add);
            if (found.get(i).isEmpty()) {
                ids.add(some.get(i));
            }
        }
        if (ids.isEmpty()) {
            throw new IllegalArgumentException(path + ": none of " + count + " images of the split " + split.label()
                    + " can be used; the first problem is " + problems.getFirst());
        }
        String name = "taskonomy:" + path + ",split=" + split.label()
                + (labels == Labels.RELEASED ? ",labels=released" : "") + ",count=" + ids.size()
                + (ids.size() < all.size() ? ",of=" + all.size() : "") + ",size=" + height + "x" + width;
        return new Taskonomy(folder, ids, problems, name, labels, segmentation, List.of(), height, width, cache);
    }

    @Override
    public List<Task> tasks() {
        return tasks;
    }

    @Override
    public List<Task> available() {
        return List.of(segmentation, new Depth(), new Normals(), new Keypoints(), new Edges());
    }

    @Override
    public Taskonomy withTasks(List<? extends Task> wanted) {
        return new Taskonomy(folder, ids, problems, plainName, labels, segmentation,
                LabelledDataset.chosen("taskonomy", available(), wanted), height, width, cache);
    }

    /** A line for each image that was left out: the file that is missing or damaged, and why it cannot be used. */
    public List<String> problems() {
        return problems;
    }

    @Override
    public String name() {
        return plainName + LabelledDataset.suffix(available(), tasks);
    }

    /** Reads all files. */
    @Override
    public Optional<String> checksum() {
        return Optional.of(LabelFiles.checksum(ids, folder::files));
    }

    @Override
    public int size() {
        return ids.size();
    }

    /**
     * An image, read now.
     *
     * @throws java.io.UncheckedIOException naming the file, if one has become unreadable or turns out to be damaged
     */
    @Override
    public Sample sample(int index) {
        String id = ids.get(index);
        TaskonomyMaps maps = maps(id);
        Tensor image = maps.image().tensor();
        Map<String, Tensor> of = new HashMap<>();
        for (Task task : tasks) {
            of.put(task.name(), switch (task) {
                case Segmentation classes -> segmentation(maps, folder.files(id).get(Part.SEGMENTATION.ordinal()));
                case Depth metres -> depth(maps);
                case Normals directions -> normals(maps);
                case Keypoints keypoints -> maps.of(Part.KEYPOINTS).map(levels -> response(levels, FULL_KEYPOINT))
                        .orElseGet(() -> ImageFeatures.keypoints(image));
                case Edges edges -> maps.of(Part.EDGES).map(levels -> response(levels, FULL_EDGE))
                        .orElseGet(() -> ImageFeatures.edges(image));
                default -> throw new IllegalStateException("images have no labels for " + task.name());
            });
        }
        return new Sample(id, image, of);
    }

    /** The files of an image, decoded and scaled: once, if there is a cache. */
    private TaskonomyMaps maps(String id) {
        List<Path> files = folder.files(id);
        List<byte[]> contents = files.stream().map(file -> LabelFiles.read(file, bytes -> bytes)).toList();
        byte[] digests = new byte[32 * contents.size()];
        for (int i = 0; i < contents.size(); i++) {
            System.arraycopy(Sha256.digest().digest(contents.get(i)), 0, digests, 32 * i, 32);
        }
        String kind = "taskonomy-1-" + height + "x" + width + "-" + folder.parts().size();
        return TaskonomyMaps.unpack(cache.get(kind, digests, TaskonomyMaps.length(height, width, folder.parts()),
                () -> TaskonomyMaps.decode(height, width, folder.parts(), files, contents).pack()), height, width,
                folder.parts());
    }

    private Tensor segmentation(TaskonomyMaps maps, Path file) {
        int[] raw = maps.of(Part.SEGMENTATION).orElseThrow();
        int[] values = new int[raw.length];
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] > CLASSES.size()) {
                throw new IllegalArgumentException(file + ": the label " + raw[i] + " is no class from 1 to "
                        + CLASSES.size() + " and not 0, which is uncertain; the file is damaged");
            }
            int uncertain = labels == Labels.RELEASED ? 0 : segmentation.ignored();
            values[i] = raw[i] == 0 ? uncertain : raw[i] - 1;
        }
        return Tensor.of(Shape.of(height, width), values);
    }

    private Tensor depth(TaskonomyMaps maps) {
        int[] raw = maps.of(Part.DEPTH).orElseThrow();
        float[] values = new float[raw.length];
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] < NO_DEPTH) {
                values[i] = (float) (labels == Labels.CORRECTED ? raw[i] / DEPTH_UNITS
                        : StrictMath.log(1.0 + raw[i]) / StrictMath.log(LEVELS));
            }
        }
        return Tensor.of(Shape.of(1, height, width), values);
    }

    /** The files have x right, y down and z towards the camera, 127.5 for 0; grey means no direction. */
    private Tensor normals(TaskonomyMaps maps) {
        int[] raw = maps.of(Part.NORMALS).orElseThrow();
        int[] depth = maps.of(Part.DEPTH).orElseThrow();
        int area = height * width;
        float[] values = new float[3 * area];
        for (int i = 0; i < area; i++) {
            double x = raw[i] / 127.5 - 1;
            double y = raw[area + i] / 127.5 - 1;
            double z = 1 - raw[2 * area + i] / 127.5;
            if (depth[i] < NO_DEPTH && x * x + y * y + z * z > 0.01) {
                NyuV2Normals.unit(x, y, z, values, i);
            }
        }
        return Tensor.of(Shape.of(3, height, width), values);
    }

    /** A strength of 0 to {@code full} 65536ths as -1 to 1; stronger ones are 1. */
    private Tensor response(int[] raw, double full) {
        float[] values = new float[raw.length];
        for (int i = 0; i < raw.length; i++) {
            values[i] = (float) (2 * Math.min(raw[i] / LEVELS / full, 1) - 1);
        }
        return Tensor.of(Shape.of(1, height, width), values);
    }
}
