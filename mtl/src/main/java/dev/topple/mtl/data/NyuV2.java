// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.NyuV2Form.Depths;
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
import java.util.stream.IntStream;

/**
 * NYUv2 (Silberman, Hoiem, Kohli and Fergus, "Indoor segmentation and support inference from RGBD images", ECCV 2012):
 * photographs of rooms with labels for segmentation, depth and normals, from a folder in one of the layouts that
 * {@code docs/data.md} describes; where asked for also for keypoints and edges, which are derived from the picture
 * ({@link ImageFeatures}). A folder without normals has them derived from depth at the folder's size, whatever the size
 * asked for.
 *
 * <p>The pictures have a white frame without labels, which is cut off: of 320x240 pixels 6 rows above and below and 8
 * columns on either side, so that 304x228 are left, of other sizes as much. Images are cut in the middle to the ratio
 * of the size asked for, then averaged over areas; labels are those at the middle of each new pixel.
 */
public final class NyuV2 implements LabelledDataset {

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

    /** The frame is 3 or 4 of 240 or 320 pixels wide; a few more are mixed with it. The rest has the ratio 4:3, too. */
    static final int FRAME_ROWS = 6;
    static final int FRAME_COLUMNS = 8;

    private final NyuV2Form folder;
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
    private NyuV2(NyuV2Form folder, int classes, Split split, List<String> usable, int limit, List<String> problems,
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
        NyuV2Form folder = NyuV2Form.open(path);
        List<String> ids = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        List<String> all = folder.ids(split);
        List<Optional<String>> found = LabelFiles.problems(all, folder::problem);
        for (int i = 0; i < all.size(); i++) {
            found.get(i).ifPresent(problems::add);
            if (found.get(i).isEmpty()) {
                ids.add(all.get(i));
            }
        }
        if (all.isEmpty()) {
            throw new IllegalArgumentException(path + ": there are no images of the split " + split.label());
        }
        if (ids.isEmpty()) {
            throw new IllegalArgumentException(path + ": none of the " + all.size() + " images of the split "
                    + split.label() + " can be used; the first problem is " + problems.get(0));
        }
        return new NyuV2(folder, classes, split, ids, limit, problems, height, width, cache);
    }

    /** The tasks that images have labels for; the segmentation's classes are those of the folder. */
    @Override
    public List<Task> tasks() {
        return tasks;
    }

    /** All tasks that images can have labels for: segmentation, depth, normals, keypoints and edges. */
    @Override
    public List<Task> available() {
        return List.of(segmentation, new Depth(), new Normals(), new Keypoints(), new Edges());
    }

    /** As {@link #available}. */
    public List<Task> allTasks() {
        return available();
    }

    @Override
    public NyuV2 withTasks(List<? extends Task> wanted) {
        return new NyuV2(this, LabelledDataset.chosen("nyuv2", available(), wanted));
    }

    /** The number of an image as its folder has it. */
    public String id(int index) {
        return ids.get(index);
    }

    /** How many classes the segmentation has, 13 or 40. */
    public int classes() {
        return segmentation.channels();
    }

    /** The names of the 13 or 40 classes in a folder. */
    public static List<String> classNames(Path path, int classes) {
        return NyuV2Form.open(path).classes(classes);
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

    /** Reads all files. */
    @Override
    public Optional<String> checksum() {
        return Optional.of(LabelFiles.checksum(ids, folder::files));
    }

    /**
     * An image, read now.
     *
     * @throws java.io.UncheckedIOException naming the file, if one has become unreadable or turns out to be damaged
     */
    @Override
    public Sample sample(int index) {
        String id = ids.get(index);
        Cut cut = Cut.of(folder.height(), folder.width(), frame(folder.height(), FRAME_ROWS, 240),
                frame(folder.width(), FRAME_COLUMNS, 320), height, width);
        Tensor image = cut.of(folder.picture(id)).tensor();
        Depths depths = folder.depths(id);
        Map<String, Tensor> of = new HashMap<>();
        for (Task task : tasks) {
            of.put(task.name(), switch (task) {
                case Segmentation classes -> segmentation(id, cut);
                case Depth metres -> depth(depths, cut);
                case Normals directions -> Tensor.of(Shape.of(3, height, width), normals(id, depths, cut));
                case Keypoints keypoints -> ImageFeatures.keypoints(image);
                case Edges edges -> ImageFeatures.edges(image);
                default -> throw new IllegalStateException("images have no labels for " + task.name());
            });
        }
        return new Sample(id, image, of);
    }

    /** The frame of a side that has so many pixels, given that of a side of 240 or 320. */
    private static int frame(int side, int frame, int usual) {
        return Math.ceilDiv(side * frame, usual);
    }

    private Tensor segmentation(String id, Cut cut) {
        byte[] bytes = folder.classes(id);
        int[] values = new int[cut.area()];
        for (int i = 0; i < values.length; i++) {
            int label = bytes[cut.from(i)] & 255;
            if (labels[label] < 0) {
                throw new IllegalArgumentException(folder.classFile(id) + ": the label " + label
                        + " is no class from 0 to 39 and not 255, which is void; the file is damaged");
            }
            values[i] = labels[label];
        }
        return Tensor.of(Shape.of(height, width), values);
    }

    private Tensor depth(Depths depths, Cut cut) {
        float[] values = new float[cut.area()];
        for (int i = 0; i < values.length; i++) {
            values[i] = depths.metres()[cut.from(i)];
        }
        return Tensor.of(Shape.of(1, height, width), values);
    }

    private float[] normals(String id, Depths depths, Cut cut) {
        Optional<float[]> given = folder.normals(id);
        if (given.isEmpty()) {
            NyuV2Normals planes = folder.planes();
            return planes.vectors(cache.get(planes.kind(), depths.source(), planes.length(),
                    () -> planes.levels(depths.metres())), cut);
        }
        int fullArea = folder.height() * folder.width();
        float[] values = new float[3 * cut.area()];
        for (int i = 0; i < cut.area(); i++) {
            for (int axis = 0; axis < 3; axis++) {
                values[axis * cut.area() + i] = given.get()[axis * fullArea + cut.from(i)];
            }
        }
        return values;
    }
}
