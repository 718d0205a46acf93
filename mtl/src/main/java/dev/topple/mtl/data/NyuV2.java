// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.NyuV2Folder.Part;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Edges;
import dev.topple.mtl.task.Keypoints;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Segmentation;
import dev.topple.mtl.task.Task;
import dev.topple.mtl.task.Tasks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * NYUv2 (Silberman, Hoiem, Kohli and Fergus, "Indoor segmentation and support inference from RGBD images", ECCV 2012):
 * photographs of rooms with labels for segmentation, depth and normals, from a plain folder with pictures of 320x240;
 * where asked for also for keypoints and edges, which are derived from the picture ({@link ImageFeatures}). Normals are
 * derived from depth at that size, whatever the size asked for.
 *
 * <p>The pictures have a white frame without labels, which is cut off: 6 rows above and below and 8
 * columns on either side, so that 304x228 are left. Images are cut in the middle to the ratio of the size asked for,
 * then averaged over areas; labels are those at the middle of each new pixel.
 */
public final class NyuV2 implements Dataset {

    /** The halves of the official split. */
    public enum Split {
        /** 795 images to train on. */
        TRAIN,
        /** 654 images to judge by. */
        TEST;

        /** The name in files and options. */
        public String label() {
            return this == TRAIN ? "train" : "test";
        }
    }

    /** The number of classes unless 40 are asked for. */
    public static final int CLASSES = 13;

    /** The usual height in pixels. */
    public static final int HEIGHT = 96;

    /** The usual width in pixels. */
    public static final int WIDTH = 128;

    /** The depths of the files, in metres, end here; byte D is (D + 0.5) / 255 of it. */
    private static final double DEEPEST = 9.99547;

    private static final float STEP = (float) (DEEPEST / 255);

    /** The Kinect's depth camera at 640x480; pixel (x, y) of a file is (2 x + 1, 2 y + 1) there. */
    private static final PlaneNormals PLANES = new PlaneNormals(518.858 / 2, 519.470 / 2, (325.582 - 1) / 2,
            (253.736 - 1) / 2, STEP);

    /** Names the derivation in the cache: another one needs another number. */
    private static final String NORMALS_KIND = "nyuv2-normals-2";

    private static final int MOST_LEVEL = 127;

    /** The frame is 3 or 4 pixels wide; a few more are mixed with it. What is left has the ratio 4:3 of the whole. */
    static final int FRAME_ROWS = 6;
    static final int FRAME_COLUMNS = 8;

    private final NyuV2Folder folder;
    private final String plainName;
    private final Segmentation segmentation;
    private final List<Task> tasks;
    private final int[] labels;
    private final List<String> ids;
    private final List<String> problems;
    private final int height;
    private final int width;
    private final DerivedCache cache;

    /** All images of a split that can be used, and how many of them to take. */
    private NyuV2(NyuV2Folder folder, int classes, Split split, List<String> usable, int limit, List<String> problems,
            int height, int width, DerivedCache cache) {
        this.folder = folder;
        this.ids = spread(usable, limit);
        this.plainName = "nyuv2:" + folder.path() + ",classes=" + classes + ",split=" + split.label() + ",count="
                + ids.size() + (ids.size() < usable.size() ? ",of=" + usable.size() : "") + ",size=" + height + "x"
                + width;
        this.segmentation = new Segmentation(folder.classes(classes));
        this.tasks = usualTasks();
        this.labels = folder.labels(classes);
        this.problems = List.copyOf(problems);
        this.height = height;
        this.width = width;
        this.cache = cache;
    }

    private NyuV2(NyuV2 other, List<Task> tasks) {
        this.folder = other.folder;
        this.ids = other.ids;
        this.plainName = other.plainName;
        this.segmentation = other.segmentation;
        this.tasks = tasks;
        this.labels = other.labels;
        this.problems = other.problems;
        this.height = other.height;
        this.width = other.width;
        this.cache = other.cache;
    }

    /** So many of them at most, evenly spread. */
    private static List<String> spread(List<String> ids, int count) {
        int some = Math.min(count, ids.size());
        return IntStream.range(0, some).mapToObj(i -> ids.get((int) ((long) i * ids.size() / some))).toList();
    }

    /**
     * Opens a folder and looks whether the files of its images are there and whole, as far as that shows without
     * decoding them. Images with files that are not are left out and named in {@link #problems}. Where fewer are asked
     * for than there are, they are spread evenly over the split's order, as neighbours were taken in the same rooms.
     *
     * @param classes 13 or 40
     * @param height of the samples, in pixels
     * @param width of the samples, in pixels
     * @param limit the most images
     * @param cache keeps derived normals
     * @throws IllegalArgumentException if there is no such folder, or no image in it can be used
     */
    public static NyuV2 open(Path path, int classes, Split split, int height, int width, int limit,
            DerivedCache cache) {
        if (classes != 13 && classes != 40) {
            throw new IllegalArgumentException("nyuv2: there are 13 or 40 classes, not " + classes);
        }
        if (height < 16 || width < 16 || limit < 1) {
            throw new IllegalArgumentException("nyuv2: images are at least 16x16 pixels and at least one, not "
                    + height + "x" + width + " and " + limit);
        }
        NyuV2Folder folder = new NyuV2Folder(path);
        List<String> ids = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        List<String> all = folder.ids(split.label());
        List<Optional<String>> found = look(folder, all);
        for (int i = 0; i < all.size(); i++) {
            found.get(i).ifPresent(problems::add);
            if (found.get(i).isEmpty()) {
                ids.add(all.get(i));
            }
        }
        if (ids.isEmpty()) {
            throw new IllegalArgumentException(path + ": none of the " + all.size() + " images of the split "
                    + split.label() + " can be used; the first problem is " + problems.get(0));
        }
        return new NyuV2(folder, classes, split, ids, limit, problems, height, width, cache);
    }

    private static List<Optional<String>> look(NyuV2Folder folder, List<String> ids) {
        List<Optional<String>> found = new ArrayList<>(ids.stream().map(id -> Optional.<String>empty()).toList());
        AtomicInteger next = new AtomicInteger();
        Parallel.run(Math.min(ids.size(), Runtime.getRuntime().availableProcessors()), () -> {
            for (int i = next.getAndIncrement(); i < ids.size(); i = next.getAndIncrement()) {
                found.set(i, folder.problem(ids.get(i)));
            }
        });
        return found;
    }

    /** The tasks that images have labels for; the segmentation's classes are those of the folder. */
    public List<Task> tasks() {
        return tasks;
    }

    /** All tasks that images can have labels for: segmentation, depth, normals, keypoints and edges. */
    public List<Task> allTasks() {
        return List.of(segmentation, new Depth(), new Normals(), new Keypoints(), new Edges());
    }

    /**
     * The same images with labels for other tasks.
     *
     * @param wanted some of {@link #allTasks()}, each once
     * @throws IllegalArgumentException if there are none, or others
     */
    public NyuV2 withTasks(List<? extends Task> wanted) {
        if (wanted.isEmpty() || Tasks.names(wanted).size() != wanted.size() || !allTasks().containsAll(wanted)) {
            throw new IllegalArgumentException("nyuv2: labels are for some of "
                    + String.join(", ", Tasks.names(allTasks())) + " (with the classes of the folder), each once, not"
                    + " for " + (wanted.isEmpty() ? "nothing" : String.join(", ",
                            wanted.stream().map(Task::name).toList())));
        }
        return new NyuV2(this, List.copyOf(wanted));
    }

    /** The official number of an image, of four digits. */
    public String id(int index) {
        return ids.get(index);
    }

    /** How many classes the segmentation has, 13 or 40. */
    public int classes() {
        return segmentation.channels();
    }

    /** The names of the 13 or 40 classes in a folder. */
    public static List<String> classNames(Path path, int classes) {
        return new NyuV2Folder(path).classes(classes);
    }

    /** A line for each image that was left out: the file that is missing or damaged, and why it cannot be used. */
    public List<String> problems() {
        return problems;
    }

    /** Where the images are and which; names the tasks only where they are not segmentation, depth and normals. */
    @Override
    public String name() {
        boolean usual = tasks.equals(usualTasks());
        return usual ? plainName : plainName + ",tasks=" + String.join("+", Tasks.names(tasks));
    }

    private List<Task> usualTasks() {
        return List.of(segmentation, new Depth(), new Normals());
    }

    @Override
    public int size() {
        return ids.size();
    }

    @Override
    public Set<String> labelled() {
        return Tasks.names(tasks);
    }

    /**
     * An image, read now.
     *
     * @throws java.io.UncheckedIOException naming the file, if one has become unreadable or turns out to be damaged
     */
    @Override
    public Sample sample(int index) {
        String id = ids.get(index);
        Window window = Window.of(height, width);
        Tensor image = window.of(folder.picture(id)).tensor();
        byte[] depthFile = folder.bytes(Part.DEPTH, id);
        byte[] depths = folder.map(Part.DEPTH, id, depthFile);
        Map<String, Tensor> of = new HashMap<>();
        for (Task task : tasks) {
            of.put(task.name(), switch (task) {
                case Segmentation classes -> segmentation(id, window);
                case Depth metres -> depth(depths, window);
                case Normals directions -> normals(cache.get(NORMALS_KIND, depthFile, 3 * depths.length,
                        () -> levels(metres(depths))), window);
                case Keypoints keypoints -> ImageFeatures.keypoints(image);
                case Edges edges -> ImageFeatures.edges(image);
                default -> throw new IllegalStateException("images have no labels for " + task.name());
            });
        }
        return new Sample(id, image, of);
    }

    private Tensor segmentation(String id, Window window) {
        byte[] fine = folder.map(Part.SEGMENTATION, id);
        int[] values = new int[height * width];
        for (int i = 0; i < values.length; i++) {
            int label = fine[window.from(i)] & 255;
            if (labels[label] < 0) {
                throw new IllegalArgumentException(folder.file(Part.SEGMENTATION, id) + ": the label " + label
                        + " is no class from 0 to 39 and not 255, which is void; the file is damaged");
            }
            values[i] = labels[label];
        }
        return Tensor.of(Shape.of(height, width), values);
    }

    /** Metres, 0 where unknown. */
    private static float[] metres(byte[] depths) {
        float[] metres = new float[depths.length];
        for (int i = 0; i < metres.length; i++) {
            metres[i] = metres(depths[i]);
        }
        return metres;
    }

    private static float metres(byte depth) {
        int level = depth & 255;
        return level == 0 ? 0 : (float) ((level + 0.5) * DEEPEST / 255);
    }

    private Tensor depth(byte[] depths, Window window) {
        float[] values = new float[height * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = metres(depths[window.from(i)]);
        }
        return Tensor.of(Shape.of(1, height, width), values);
    }

    /** Normals in 127 steps from 0 to 1: that turns them by 0.2 degrees or so, which their error hides. */
    private static byte[] levels(float[] metres) {
        float[] normals = PLANES.of(metres, NyuV2Folder.HEIGHT, NyuV2Folder.WIDTH);
        byte[] levels = new byte[normals.length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) Math.round(normals[i] * MOST_LEVEL);
        }
        return levels;
    }

    private Tensor normals(byte[] levels, Window window) {
        int area = height * width;
        int fullArea = levels.length / 3;
        float[] values = new float[3 * area];
        for (int i = 0; i < area; i++) {
            int from = window.from(i);
            int x = levels[from];
            int y = levels[fullArea + from];
            int z = levels[2 * fullArea + from];
            if (x != 0 || y != 0 || z != 0) {
                double length = Math.sqrt(x * x + y * y + z * z);
                values[i] = (float) (x / length);
                values[area + i] = (float) (y / length);
                values[2 * area + i] = (float) (z / length);
            }
        }
        return Tensor.of(Shape.of(3, height, width), values);
    }

    /** The largest part in the middle of a file's picture without its frame that has a size's ratio; and that size. */
    private record Window(int top, int left, int partHeight, int partWidth, int height, int width) {

        static Window of(int height, int width) {
            int most = NyuV2Folder.HEIGHT - 2 * FRAME_ROWS;
            int widest = NyuV2Folder.WIDTH - 2 * FRAME_COLUMNS;
            boolean wide = (long) width * most > (long) height * widest;
            int partHeight = wide ? part(widest, height, width) : most;
            int partWidth = wide ? widest : part(most, width, height);
            return new Window((NyuV2Folder.HEIGHT - partHeight) / 2, (NyuV2Folder.WIDTH - partWidth) / 2, partHeight,
                    partWidth, height, width);
        }

        private static int part(int side, int numerator, int denominator) {
            return Math.max(1, Math.round((float) side * numerator / denominator));
        }

        Picture of(Picture picture) {
            return picture.part(top, left, partHeight, partWidth).resized(height, width);
        }

        /** Where in the file the middle of pixel i lies. */
        int from(int i) {
            int y = (2 * (i / width) + 1) * partHeight / (2 * height);
            int x = (2 * (i % width) + 1) * partWidth / (2 * width);
            return (top + y) * NyuV2Folder.WIDTH + left + x;
        }
    }
}
