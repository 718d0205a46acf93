// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The photographs of a folder, without labels: JPEG and PNG files, sorted by name, scaled down where they are large.
 * Folders inside are not entered. Files that cannot be used are named in {@link #problems}. Images may differ in shape.
 */
public final class ImageFolder implements Dataset {

    /** Models take no smaller images. */
    private static final int SMALLEST = 16;

    private static final Set<String> READ = Set.of("jpg", "jpeg", "png");
    private static final Set<String> OTHER_PICTURES =
            Set.of("bmp", "gif", "tif", "tiff", "webp", "heic", "heif", "avif", "jp2", "ppm", "pgm", "raw", "dng");

    private static final int FILES_AT_ONCE = 32;

    private record Found(Path file, Picture picture) {}

    private final Path folder;
    private final List<Found> images;
    private final List<String> problems;

    private ImageFolder(Path folder, List<Found> images, List<String> problems) {
        this.folder = folder;
        this.images = List.copyOf(images);
        this.problems = List.copyOf(problems);
    }

    /**
     * Reads the first photographs of a folder.
     *
     * @param longerSide the most pixels of an image's longer side; larger ones are scaled down by averaging areas
     * @param limit the most images; later files are not looked at
     * @throws IllegalArgumentException if there is no such folder, or no image in it can be used
     */
    public static ImageFolder read(Path folder, int longerSide, int limit) {
        if (longerSide < SMALLEST || limit < 1) {
            throw new IllegalArgumentException("images: the longer side must be at least " + SMALLEST
                    + " and the number of images at least 1, not " + longerSide + " and " + limit);
        }
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException(folder + ": "
                    + (Files.exists(folder) ? "this is no folder; name the folder that holds the photographs"
                            : "there is no such folder"));
        }
        List<Path> files = files(folder);
        List<Found> images = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (int from = 0; from < files.size() && images.size() < limit; from += FILES_AT_ONCE) {
            List<Path> some = files.subList(from, Math.min(from + FILES_AT_ONCE, files.size()));
            Object[] results = readAll(some, longerSide);
            for (int i = 0; i < results.length && images.size() < limit; i++) {
                switch (results[i]) {
                    case Picture picture -> images.add(new Found(some.get(i), picture));
                    default -> problems.add(some.get(i) + ": " + results[i]);
                }
            }
        }
        if (images.isEmpty()) {
            throw new IllegalArgumentException(folder + ": no JPEG or PNG image here can be used"
                    + (problems.isEmpty() ? "" : "; the first problem is " + problems.get(0)));
        }
        return new ImageFolder(folder, images, problems);
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> isPicture(file) && !Files.isDirectory(file))
                    .sorted(Comparator.comparing(file -> file.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder + ": " + reason(e), e);
        }
    }

    private static boolean isPicture(Path file) {
        String ending = ending(file);
        return READ.contains(ending) || OTHER_PICTURES.contains(ending);
    }

    private static String ending(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith(".") ? "" : name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /** For each file its picture, or the reason why there is none. */
    private static Object[] readAll(List<Path> files, int longerSide) {
        Object[] results = new Object[files.size()];
        AtomicInteger next = new AtomicInteger();
        Parallel.run(Math.min(files.size(), Runtime.getRuntime().availableProcessors()), () -> {
            for (int i = next.getAndIncrement(); i < results.length; i = next.getAndIncrement()) {
                results[i] = read(files.get(i), longerSide);
            }
        });
        return results;
    }

    private static Object read(Path file, int longerSide) {
        if (OTHER_PICTURES.contains(ending(file))) {
            return "only JPEG and PNG are read; convert it to one of them";
        }
        try {
            Picture picture = Photograph.read(file, longerSide);
            return picture.height() < SMALLEST || picture.width() < SMALLEST
                    ? "as " + picture.height() + "x" + picture.width() + " pixels it is too small; models take "
                            + SMALLEST + "x" + SMALLEST + " and more"
                    : picture;
        } catch (IOException e) {
            return reason(e);
        }
    }

    private static String reason(IOException cause) {
        return switch (cause) {
            case NoSuchFileException missing -> "there is no such file";
            case AccessDeniedException denied -> "permission denied";
            default -> (cause.getMessage() == null ? cause.toString() : cause.getMessage()).replaceAll("\\R", " ");
        };
    }

    /** One line for each file that has the name of a picture and cannot be used: the file, and why. */
    public List<String> problems() {
        return problems;
    }

    /** The file of an image. */
    public Path file(int index) {
        return images.get(index).file();
    }

    @Override
    public String name() {
        return "images:" + folder;
    }

    @Override
    public int size() {
        return images.size();
    }

    @Override
    public Set<String> labelled() {
        return Set.of();
    }

    @Override
    public Sample sample(int index) {
        Found found = images.get(index);
        return new Sample(found.file().getFileName().toString(), found.picture().tensor(), Map.of());
    }
}
