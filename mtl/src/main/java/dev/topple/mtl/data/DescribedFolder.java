// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.Sha256;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Task;
import dev.topple.mtl.task.TaskKind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Anybody's own images and labels, for any tasks: a folder with a file {@code topple-data.json} that says where they
 * are and how labels are kept ({@code docs/data.md}). Images that cannot be used are named in {@link #problems}.
 * Without a size, images are used as they are and may differ in shape.
 */
public final class DescribedFolder implements LabelledDataset {

    /** Models take no smaller images. */
    private static final int SMALLEST = 16;

    private final FolderFiles images;
    private final List<FolderLabels> labels;
    private final List<String> ids;
    private final List<String> problems;
    private final Optional<int[]> size;
    private final String plainName;
    private final String checksum;
    private final List<Task> tasks;

    private DescribedFolder(FolderFiles images, List<FolderLabels> labels, List<String> ids, List<String> problems,
            Optional<int[]> size, String plainName, String checksum, List<Task> tasks) {
        this.images = images;
        this.labels = List.copyOf(labels);
        this.ids = List.copyOf(ids);
        this.problems = List.copyOf(problems);
        this.size = size;
        this.plainName = plainName;
        this.checksum = checksum;
        this.tasks = tasks;
    }

    /** Whether a folder says which images a split has. */
    public static boolean has(Path folder, Split split) {
        return FolderDescription.hasSplit(folder, split);
    }

    /**
     * Opens a folder and looks whether the files of its images are there, whole and of the same size, as far as that
     * shows without decoding them. If the description has no splits at all, all images are for testing.
     *
     * @param size height and width to which all images and labels are cut and scaled, if any
     * @param limit the most images to look at, evenly spread over the split
     * @throws IllegalArgumentException if there is no such folder or split, or no image can be used
     * @throws FormatException naming the place, if the description is malformed
     */
    public static DescribedFolder open(Path folder, Split split, Optional<int[]> size, int limit) {
        return open(folder, split, size, limit, List.of());
    }

    /**
     * As above.
     *
     * @param more kinds of tasks beside those that are registered ({@link dev.topple.mtl.task.Tasks#kinds})
     */
    public static DescribedFolder open(Path folder, Split split, Optional<int[]> size, int limit,
            List<TaskKind> more) {
        if (limit < 1 || size.isPresent() && Math.min(size.get()[0], size.get()[1]) < SMALLEST) {
            throw new IllegalArgumentException("folder: there is at least one image, and images are at least "
                    + SMALLEST + "x" + SMALLEST + " pixels");
        }
        FolderDescription description = FolderDescription.read(folder, more);
        FolderFiles images = new FolderFiles(description.images(), Set.of("jpg", "jpeg", "png"));
        List<FolderLabels> labels = description.labels().stream().map(FolderLabels::new).toList();
        List<String> all = ids(folder, description, split, images);
        int count = Math.min(limit, all.size());
        List<String> some = IntStream.range(0, count)
                .mapToObj(i -> all.get((int) ((long) i * all.size() / count))).toList();
        List<String> ids = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        StringBuilder content = new StringBuilder();
        for (Looked looked : look(images, labels, some)) {
            if (looked.usable()) {
                ids.add(looked.id());
                content.append(looked.id()).append('\n').append(looked.result()).append('\n');
            } else {
                problems.add(looked.result());
            }
        }
        labels.forEach(each -> strays(each, images).ifPresent(problems::add));
        if (ids.isEmpty()) {
            throw new IllegalArgumentException(folder + ": none of " + some.size() + " images of the split "
                    + split.label() + " can be used" + (problems.isEmpty() ? "" : "; the first problem is "
                            + problems.getFirst()));
        }
        String name = "folder:" + folder + ",split=" + split.label() + ",count=" + ids.size()
                + (ids.size() < all.size() ? ",of=" + all.size() : "")
                + size.map(hw -> ",size=" + hw[0] + "x" + hw[1]).orElse("");
        return new DescribedFolder(images, labels, ids, problems, size.map(int[]::clone), name,
                Sha256.of(content.toString()), labels.stream().map(FolderLabels::task).toList());
    }

    private static List<String> ids(Path folder, FolderDescription description, Split split, FolderFiles images) {
        if (description.splits().isEmpty() && split == Split.TEST) {
            return List.copyOf(images.names());
        }
        Path file = Optional.ofNullable(description.splits().get(split))
                .orElseThrow(() -> new IllegalArgumentException(folder.resolve(FolderDescription.FILE)
                        + ": there is no split " + split.label() + "; name the file that lists its images as"
                        + " {\"splits\": {\"" + split.label() + "\": \"" + split.label() + ".txt\"}}"));
        List<String> ids = LabelFiles.lines(file);
        Set<String> different = Set.copyOf(ids.stream().distinct().toList());
        if (ids.isEmpty() || different.size() != ids.size()) {
            throw new FormatException(file.toString(), "it must name images, one a line, each once");
        }
        return ids;
    }

    /** What a look at an image gave: a checksum, or what is wrong. */
    private record Looked(String id, boolean usable, String result) {}

    private static Looked[] look(FolderFiles images, List<FolderLabels> labels, List<String> ids) {
        Looked[] looked = new Looked[ids.size()];
        AtomicInteger next = new AtomicInteger();
        Parallel.run(Math.max(1, Math.min(ids.size(), Runtime.getRuntime().availableProcessors())), () -> {
            for (int i = next.getAndIncrement(); i < looked.length; i = next.getAndIncrement()) {
                looked[i] = look(images, labels, ids.get(i));
            }
        });
        return looked;
    }

    private static Looked look(FolderFiles images, List<FolderLabels> labels, String id) {
        Path file = images.file(id);
        try {
            byte[] image = LabelFiles.bytes(file);
            LabelFiles.requireWhole(image);
            int[] hw = size(image);
            if (Math.min(hw[0], hw[1]) < SMALLEST) {
                throw new IOException("as " + hw[1] + "x" + hw[0] + " pixels it is too small; models take " + SMALLEST
                        + "x" + SMALLEST + " and more");
            }
            StringBuilder checksums = new StringBuilder(Sha256.of(image));
            for (FolderLabels each : labels) {
                file = each.file(id);
                byte[] source = each.source(id);
                each.require(id, source, hw[0], hw[1]);
                checksums.append(' ').append(Sha256.of(source));
            }
            return new Looked(id, true, checksums.toString());
        } catch (IOException e) {
            return new Looked(id, false, file + ": " + LabelFiles.reason(e));
        } catch (FormatException e) {
            return new Looked(id, false, e.getMessage());
        }
    }

    /** Height and width of a picture, upright, without decoding it. */
    private static int[] size(byte[] bytes) throws IOException {
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new IOException("it is neither JPEG nor PNG");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                int[] hw = {reader.getHeight(0), reader.getWidth(0)};
                boolean jpeg = (bytes[0] & 255) == 0xFF;
                return jpeg && Exif.orientation(bytes) >= 5 ? new int[] {hw[1], hw[0]} : hw;
            } catch (RuntimeException e) {
                // The readers of the JDK meet damaged files with unchecked exceptions of many kinds.
                throw new IOException("the file is damaged: " + e, e);
            } finally {
                reader.dispose();
            }
        }
    }

    /** Lines for images that are not there. */
    private static Optional<String> strays(FolderLabels labels, FolderFiles images) {
        List<String> strays = labels.named().stream().filter(name -> !images.has(name)).toList();
        return strays.isEmpty() ? Optional.empty() : Optional.of(labels.file(strays.getFirst()) + ": "
                + (strays.size() == 1 ? "a line names an image that is" : strays.size() + " lines name images that are")
                + " not there: '" + strays.getFirst() + "'" + (strays.size() == 1 ? "" : " and others"));
    }

    /** A line for each image that was left out, the file and why, and for lists that name images that are not there. */
    public List<String> problems() {
        return problems;
    }

    @Override
    public List<Task> tasks() {
        return tasks;
    }

    @Override
    public List<Task> available() {
        return labels.stream().map(FolderLabels::task).toList();
    }

    @Override
    public DescribedFolder withTasks(List<? extends Task> wanted) {
        return new DescribedFolder(images, labels, ids, problems, size, plainName, checksum,
                LabelledDataset.chosen(plainName, available(), wanted));
    }

    @Override
    public String name() {
        return plainName + LabelledDataset.suffix(available(), tasks);
    }

    @Override
    public Optional<String> checksum() {
        return Optional.of(checksum);
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
        Path file = images.file(id);
        try {
            Picture picture = Photograph.read(file, Integer.MAX_VALUE);
            int height = picture.height();
            int width = picture.width();
            int[] hw = size.orElse(new int[] {height, width});
            Cut cut = Cut.of(height, width, 0, 0, hw[0], hw[1]);
            Map<String, Tensor> of = new HashMap<>();
            for (FolderLabels each : labels) {
                if (tasks.contains(each.task())) {
                    file = each.file(id);
                    of.put(each.task().name(), each.label(id, each.source(id), cut, height, width));
                }
            }
            return new Sample(id, cut.of(picture).tensor(), of);
        } catch (IOException e) {
            throw LabelFiles.unusable(file, e);
        }
    }
}
