// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.rooms.Room;
import dev.topple.mtl.rooms.Rooms;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Edges;
import dev.topple.mtl.task.Keypoints;
import dev.topple.mtl.task.Normals;
import dev.topple.mtl.task.Segmentation;
import dev.topple.mtl.task.Task;
import dev.topple.mtl.task.Tasks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Scenes of <i>Rooms</i>, rendered when they are asked for, with labels for segmentation, depth and normals, and where
 * asked for also for keypoints and edges, which are derived from the picture ({@link ImageFeatures}). Scenes for
 * training and held-out scenes have the same seed and different numbers: those for training count from 0, the held-out
 * ones from {@link #FIRST_HELD_OUT}.
 */
public final class RoomsDataset implements Dataset {

    /** The seed of the scenes unless another is given. */
    public static final long SEED = 0;

    /** The number of the first held-out scene; scenes for training have smaller numbers. */
    public static final int FIRST_HELD_OUT = 1_000_000;

    /** The usual height in pixels. */
    public static final int HEIGHT = Rooms.DEFAULT_HEIGHT;

    /** The usual width in pixels. */
    public static final int WIDTH = Rooms.DEFAULT_WIDTH;

    private final Rooms rooms;
    private final long seed;
    private final int first;
    private final int count;
    private final int height;
    private final int width;
    private final List<Task> tasks;

    /**
     * The scenes {@code first} to {@code first + count - 1} of a seed, with labels for {@link #tasks()}.
     *
     * @throws IllegalArgumentException if there is no such scene, or the pictures are smaller than 16x16
     */
    public RoomsDataset(long seed, int first, int count, int height, int width) {
        this(seed, first, count, height, width, tasks());
    }

    private RoomsDataset(long seed, int first, int count, int height, int width, List<Task> tasks) {
        if (first < 0 || count < 1 || first > Integer.MAX_VALUE - count) {
            throw new IllegalArgumentException(
                    "rooms: there are no " + count + " scenes from number " + first + " on");
        }
        if (height < 16 || width < 16) {
            throw new IllegalArgumentException(
                    "rooms: pictures are at least 16x16 pixels, not " + height + "x" + width);
        }
        this.rooms = new Rooms(seed);
        this.seed = seed;
        this.first = first;
        this.count = count;
        this.height = height;
        this.width = width;
        this.tasks = tasks;
    }

    /** The first scenes for training, at most {@link #FIRST_HELD_OUT}. */
    public static RoomsDataset training(int count, int height, int width) {
        if (count > FIRST_HELD_OUT) {
            throw new IllegalArgumentException("rooms: there are " + FIRST_HELD_OUT + " scenes for training, not "
                    + count);
        }
        return new RoomsDataset(SEED, 0, count, height, width);
    }

    /** The first held-out scenes. */
    public static RoomsDataset heldOut(int count, int height, int width) {
        return new RoomsDataset(SEED, FIRST_HELD_OUT, count, height, width);
    }

    /** The tasks that scenes have labels for unless others are asked for: those that come with the rendering. */
    public static List<Task> tasks() {
        return List.of(new Segmentation(Rooms.CLASSES), new Depth(), new Normals());
    }

    /** All tasks that scenes can have labels for: {@link #tasks()}, keypoints and edges. */
    public static List<Task> allTasks() {
        List<Task> all = new ArrayList<>(tasks());
        all.add(new Keypoints());
        all.add(new Edges());
        return List.copyOf(all);
    }

    /**
     * The same scenes with labels for other tasks.
     *
     * @param wanted some of {@link #allTasks()}, each once
     * @throws IllegalArgumentException if there are none, or others
     */
    public RoomsDataset withTasks(List<? extends Task> wanted) {
        if (wanted.isEmpty() || Tasks.names(wanted).size() != wanted.size() || !allTasks().containsAll(wanted)) {
            throw new IllegalArgumentException("rooms: labels are for some of "
                    + String.join(", ", Tasks.names(allTasks())) + " (with the classes of rooms), each once, not for "
                    + (wanted.isEmpty() ? "nothing" : String.join(", ", wanted.stream().map(Task::name).toList())));
        }
        return new RoomsDataset(seed, first, count, height, width, List.copyOf(wanted));
    }

    /** How to ask for these scenes; names the tasks only where they are not {@link #tasks()}. */
    @Override
    public String name() {
        String scenes = "rooms:seed=" + seed + ",first=" + first + ",count=" + count + ",size=" + height + "x" + width;
        return tasks.equals(tasks()) ? scenes : scenes + ",tasks=" + String.join("+", Tasks.names(tasks));
    }

    @Override
    public int size() {
        return count;
    }

    @Override
    public Set<String> labelled() {
        return Tasks.names(tasks);
    }

    @Override
    public Sample sample(int index) {
        int scene = first + Objects.checkIndex(index, count);
        Room room = rooms.scene(scene, height, width);
        Tensor image = Tensor.of(Shape.of(3, height, width), room.rgb());
        Map<String, Tensor> labels = new HashMap<>();
        tasks.forEach(task -> labels.put(task.name(), label(task, room, image)));
        return new Sample("scene " + scene, image, labels);
    }

    private static Tensor label(Task task, Room room, Tensor image) {
        return switch (task) {
            case Segmentation segmentation -> Tensor.of(Shape.of(room.height(), room.width()), room.segmentation());
            case Depth depth -> Tensor.of(Shape.of(1, room.height(), room.width()), room.depth());
            case Normals normals -> Tensor.of(Shape.of(3, room.height(), room.width()), room.normals());
            case Keypoints keypoints -> ImageFeatures.keypoints(image);
            case Edges edges -> ImageFeatures.edges(image);
            default -> throw new IllegalStateException("scenes have no labels for " + task.name());
        };
    }
}
