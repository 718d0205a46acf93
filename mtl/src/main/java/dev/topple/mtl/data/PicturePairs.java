// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.io.Sha256;
import dev.topple.engine.random.Philox;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Classification;
import dev.topple.mtl.task.Task;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * MultiMNIST and its kin (Sabour et al., 2017; as multi-task benchmark Sener and Koltun, 2018, and Lin et al., 2019):
 * two pictures of 28x28 pixels on a canvas of
 * 36x36, one at the top left, one at the bottom right; where they overlap, the brighter pixel
 * shows. Two tasks: the class of the {@code left} picture and that of the {@code right} one.
 *
 * <p>Every picture of a split is once at the left and once at the right; which ones meet follows from a seed. Images
 * are grey, given as RGB.
 */
public final class PicturePairs implements LabelledDataset {

    /** The height and width of images. */
    public static final int SIDE = 36;

    private static final int SHIFT = SIDE - LabelledPictures.SIDE;

    /** The names of the tasks. */
    private static final String LEFT = "left";
    private static final String RIGHT = "right";

    private static final List<String> DIGITS = IntStream.range(0, 10).mapToObj(Integer::toString).toList();
    private static final List<String> CLOTHES = List.of("T-shirt/top", "trouser", "pullover", "dress", "coat",
            "sandal", "shirt", "sneaker", "bag", "ankle boot");

    /** What is put together. */
    public enum Kind {
        /** Two digits of MNIST. */
        MULTI_MNIST("multimnist", DIGITS, DIGITS),
        /** Two pieces of Fashion-MNIST. */
        MULTI_FASHION("multifashion", CLOTHES, CLOTHES),
        /** A digit of MNIST at the left, a piece of Fashion-MNIST at the right. */
        MNIST_FASHION("mnist+fashion", DIGITS, CLOTHES);

        private final String label;
        private final List<Task> tasks;

        Kind(String label, List<String> left, List<String> right) {
            this.label = label;
            this.tasks = List.of(new Classification(LEFT, left), new Classification(RIGHT, right));
        }

        /** The name in options and results. */
        public String label() {
            return label;
        }

        /** How many folders it is made from. */
        public int folders() {
            return this == MNIST_FASHION ? 2 : 1;
        }

        /** The tasks: left and right. */
        public List<Task> tasks() {
            return tasks;
        }
    }

    private final Kind kind;
    private final String plainName;
    private final LabelledPictures left;
    private final LabelledPictures right;
    private final int[] lefts;
    private final int[] rights;
    private final List<Task> tasks;

    private PicturePairs(Kind kind, String plainName, LabelledPictures left, LabelledPictures right, int[] lefts,
            int[] rights, List<Task> tasks) {
        this.kind = kind;
        this.plainName = plainName;
        this.left = left;
        this.right = right;
        this.lefts = lefts;
        this.rights = rights;
        this.tasks = tasks;
    }

    /**
     * Reads the pictures of a split and pairs them.
     *
     * @param folders as many as {@link Kind#folders()}, that of MNIST first
     * @param seed of the pairs
     * @param limit the most images: the first of the pairs
     * @throws IllegalArgumentException if folders or files are missing
     * @throws dev.topple.engine.io.FormatException naming the file, if one is damaged
     */
    public static PicturePairs open(Kind kind, List<Path> folders, Split split, long seed, int limit) {
        if (folders.size() != kind.folders()) {
            throw new IllegalArgumentException(kind.label() + " is made from " + (kind.folders() == 1
                    ? "one folder" : "two folders, that of MNIST and that of Fashion-MNIST") + ", not " + folders);
        }
        if (limit < 1) {
            throw new IllegalArgumentException(kind.label() + ": there is at least one image, not " + limit);
        }
        LabelledPictures left = LabelledPictures.read(folders.getFirst(), split);
        LabelledPictures right = folders.size() == 1 ? left : LabelledPictures.read(folders.getLast(), split);
        int all = Math.min(left.count(), right.count());
        int count = Math.min(all, limit);
        long key = Philox.derive(seed, split.ordinal());
        int[] lefts = new RandomSource(key, 0).permutation(left.count());
        int[] rights = new RandomSource(key, 1).permutation(right.count());
        String name = kind.label() + ":" + String.join(",", folders.stream().map(Path::toString).toList()) + ",split="
                + split.label() + ",seed=" + seed + ",count=" + count + (count < all ? ",of=" + all : "");
        return new PicturePairs(kind, name, left, right, Arrays.copyOf(lefts, count), Arrays.copyOf(rights, count),
                kind.tasks());
    }

    @Override
    public List<Task> tasks() {
        return tasks;
    }

    @Override
    public List<Task> available() {
        return kind.tasks();
    }

    @Override
    public PicturePairs withTasks(List<? extends Task> wanted) {
        return new PicturePairs(kind, plainName, left, right, lefts, rights,
                LabelledDataset.chosen(kind.label(), kind.tasks(), wanted));
    }

    @Override
    public String name() {
        return plainName + LabelledDataset.suffix(kind.tasks(), tasks);
    }

    @Override
    public Optional<String> checksum() {
        return Optional.of(kind.folders() == 1 ? left.checksum() : Sha256.of(left.checksum() + right.checksum()));
    }

    @Override
    public int size() {
        return lefts.length;
    }

    @Override
    public Sample sample(int index) {
        int first = lefts[Objects.checkIndex(index, lefts.length)];
        int second = rights[index];
        byte[] planes = new byte[3 * SIDE * SIDE];
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int level = Math.max(level(left, first, y, x), level(right, second, y - SHIFT, x - SHIFT));
                for (int plane = 0; plane < 3; plane++) {
                    planes[(plane * SIDE + y) * SIDE + x] = (byte) level;
                }
            }
        }
        Map<String, Tensor> labels = new HashMap<>();
        for (Task task : tasks) {
            int label = task.name().equals(LEFT) ? left.labels()[first] : right.labels()[second];
            labels.put(task.name(), Tensor.of(Shape.scalar(), label));
        }
        return new Sample("pictures " + first + " and " + second, new Picture(SIDE, SIDE, planes).tensor(), labels);
    }

    private static int level(LabelledPictures pictures, int picture, int y, int x) {
        boolean inside = y >= 0 && y < LabelledPictures.SIDE && x >= 0 && x < LabelledPictures.SIDE;
        return inside ? pictures.level(picture, y, x) : 0;
    }
}
