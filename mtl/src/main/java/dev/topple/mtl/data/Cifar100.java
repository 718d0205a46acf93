// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.Sha256;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Classification;
import dev.topple.mtl.task.Task;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * CIFAR-100 (Krizhevsky, 2009) in its binary version: photographs of 32x32 pixels, {@code
 * train.bin} and {@code test.bin} with 3074 bytes for each image (its class of 20, its class of 100, red,
 * green, blue), and the names of the classes in {@code coarse_label_names.txt} and {@code fine_label_names.txt}. Two
 * tasks, {@code coarse} and {@code fine}. Pixels are read when a sample is asked for.
 */
public final class Cifar100 implements LabelledDataset {

    /** The height and width of images. */
    public static final int SIDE = 32;

    private static final int PIXELS = 3 * SIDE * SIDE;
    private static final int RECORD = PIXELS + 2;
    private static final String COARSE = "coarse";
    private static final String FINE = "fine";

    private final Path file;
    private final String plainName;
    private final String checksum;
    private final byte[] labels;
    private final int count;
    private final List<Task> available;
    private final List<Task> tasks;

    private Cifar100(Path file, String plainName, String checksum, byte[] labels, int count, List<Task> available,
            List<Task> tasks) {
        this.file = file;
        this.plainName = plainName;
        this.checksum = checksum;
        this.labels = labels;
        this.count = count;
        this.available = available;
        this.tasks = tasks;
    }

    /**
     * Opens a split and checks all of its labels.
     *
     * @param limit the most images: the first of the file
     * @throws IllegalArgumentException if the folder or a file is missing
     * @throws FormatException naming the file, if one is damaged
     */
    public static Cifar100 open(Path folder, Split split, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("cifar100: there is at least one image, not " + limit);
        }
        Path file = folder.resolve(split.label() + ".bin");
        for (Path needed : List.of(folder, file, names(folder, COARSE), names(folder, FINE))) {
            if (!Files.exists(needed)) {
                throw new IllegalArgumentException(needed + ": there is no such "
                        + (needed.equals(folder) ? "folder" : "file; a folder of the binary version of CIFAR-100 has"
                                + " train.bin, test.bin, coarse_label_names.txt and fine_label_names.txt"));
            }
        }
        List<Task> tasks = List.of(classes(folder, COARSE, 20), classes(folder, FINE, 100));
        MessageDigest digest = Sha256.digest();
        byte[] labels = labels(file, digest);
        int all = labels.length / 2;
        int count = Math.min(all, limit);
        String name = "cifar100:" + folder + ",split=" + split.label() + ",count=" + count
                + (count < all ? ",of=" + all : "");
        return new Cifar100(file, name, Sha256.digits(digest), labels, count, tasks, tasks);
    }

    private static Path names(Path folder, String task) {
        return folder.resolve(task + "_label_names.txt");
    }

    private static Classification classes(Path folder, String task, int count) {
        Path file = names(folder, task);
        List<String> names = LabelFiles.lines(file);
        if (names.size() != count || names.stream().distinct().count() != count) {
            throw new FormatException(file.toString(), "it must name " + count + " classes, one a line, each once, but"
                    + " has " + names.size() + " lines");
        }
        return new Classification(task, names);
    }

    /** The two labels of every image; refuses a fine class that is of two coarse ones. */
    private static byte[] labels(Path file, MessageDigest digest) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            long size = Files.size(file);
            if (size == 0 || size % RECORD != 0 || size / RECORD > 1 << 24) {
                throw new FormatException(file.toString(), "it has " + size + " bytes, no multiple of " + RECORD
                        + ", which an image takes; the file is cut off, or not of the binary version");
            }
            byte[] labels = new byte[(int) (size / RECORD) * 2];
            int[] coarseOf = new int[100];
            Arrays.fill(coarseOf, -1);
            byte[] image = new byte[RECORD];
            for (int i = 0; i < labels.length / 2; i++) {
                if (in.readNBytes(image, 0, RECORD) < RECORD) {
                    throw new FormatException(file.toString(), "it became shorter while it was read");
                }
                digest.update(image);
                int coarse = image[0] & 255;
                int fine = image[1] & 255;
                if (coarse >= 20 || fine >= 100) {
                    throw new FormatException(file.toString(), "image " + i + " has the classes " + coarse + " and "
                            + fine + ", not below 20 and 100; the file is damaged");
                }
                if (coarseOf[fine] >= 0 && coarseOf[fine] != coarse) {
                    throw new FormatException(file.toString(), "image " + i + " of the fine class " + fine + " has the"
                            + " coarse class " + coarse + ", an image before it has " + coarseOf[fine]
                            + "; the file is damaged");
                }
                coarseOf[fine] = coarse;
                labels[2 * i] = image[0];
                labels[2 * i + 1] = image[1];
            }
            return labels;
        } catch (IOException e) {
            throw LabelFiles.unusable(file, e);
        }
    }

    @Override
    public List<Task> tasks() {
        return tasks;
    }

    @Override
    public List<Task> available() {
        return available;
    }

    @Override
    public Cifar100 withTasks(List<? extends Task> wanted) {
        return new Cifar100(file, plainName, checksum, labels, count, available,
                LabelledDataset.chosen("cifar100", available, wanted));
    }

    @Override
    public String name() {
        return plainName + LabelledDataset.suffix(available, tasks);
    }

    @Override
    public Optional<String> checksum() {
        return Optional.of(checksum);
    }

    @Override
    public int size() {
        return count;
    }

    /**
     * An image, read now.
     *
     * @throws java.io.UncheckedIOException naming the file, if it has become unreadable
     */
    @Override
    public Sample sample(int index) {
        Objects.checkIndex(index, count);
        ByteBuffer pixels = ByteBuffer.allocate(PIXELS);
        try (FileChannel channel = FileChannel.open(file)) {
            long from = (long) index * RECORD + 2;
            while (pixels.hasRemaining()) {
                if (channel.read(pixels, from + pixels.position()) < 0) {
                    throw new IOException("the file has become shorter since it was opened");
                }
            }
        } catch (IOException e) {
            throw LabelFiles.unusable(file, e);
        }
        Map<String, Tensor> of = new HashMap<>();
        for (Task task : tasks) {
            int label = labels[2 * index + (task.name().equals(FINE) ? 1 : 0)] & 255;
            of.put(task.name(), Tensor.of(Shape.scalar(), label));
        }
        return new Sample("image " + index, new Picture(SIDE, SIDE, pixels.array()).tensor(), of);
    }
}
