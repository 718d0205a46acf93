// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.importer;

import dev.topple.engine.io.AtomicFiles;
import dev.topple.engine.io.FormatException;
import dev.topple.mtl.data.NyuV2;
import dev.topple.mtl.data.NyuV2Official;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Converts {@code nyu_depth_v2_labeled.mat} into a folder that Topple reads as NYUv2: pictures of 640x480 pixels
 * without loss, depth in 5000ths of a metre, and of the file's 894 classes the usual 40, by the table {@code mapClass} of
 * {@code classMapping40.mat} (Gupta, Arbeláez and Malik, CVPR 2013).
 */
public final class NyuV2Import {

    /** The usual name of the table of classes. */
    public static final String MAPPING = "classMapping40.mat";

    private static final double PARTS = 5000;
    private static final int DEEPEST = 65535;
    private static final int FINE = 40;

    /**
     * What came out.
     *
     * @param images how many were written
     * @param problems a line for each image that was left out
     */
    public record Result(int images, List<String> problems) {

        public Result {
            problems = List.copyOf(problems);
        }
    }

    /** Is told how far it is. */
    @FunctionalInterface
    public interface Progress {
        /** So many images of so many are done. */
        void at(int done, int of);
    }

    private NyuV2Import() {}

    /**
     * Converts a file. Images are written into a folder beside, {@code .part}, which gets its name when all is done.
     *
     * @param mat the file
     * @param mapping the table of classes
     * @param out the folder, which must not be there yet
     * @throws FormatException if a file is damaged or holds something else
     * @throws IllegalArgumentException if the folder is there, or no image can be used
     */
    public static Result run(Path mat, Path mapping, Path out, Progress progress) throws IOException {
        if (Files.exists(out)) {
            throw new IllegalArgumentException(out + " exists already; name another folder, or remove it");
        }
        int[] classes = classes(mapping);
        Path part = out.resolveSibling(out.getFileName() + ".part");
        for (String folder : List.of("rgb", "depth16", "seg40")) {
            Files.createDirectories(part.resolve(folder));
        }
        Set<String> written = new HashSet<>();
        List<String> problems = new ArrayList<>();
        try (NyuV2Mat file = new NyuV2Mat(mat)) {
            if (file.count() > NyuV2Official.IMAGES) {
                throw new FormatException(mat.toString(), "it has " + file.count() + " images; NYUv2 has "
                        + NyuV2Official.IMAGES);
            }
            int atOnce = file.atOnce();
            for (int first = 0; first < file.count(); first += atOnce) {
                NyuV2Mat.Image[] images = file.read(first, Math.min(atOnce, file.count() - first));
                for (int n = 0; n < images.length; n++) {
                    String id = String.format("%04d", first + n + 1);
                    try {
                        write(part, id, images[n], classes);
                        written.add(id);
                    } catch (UnusableException e) {
                        problems.add(mat + ": image " + id + ": " + e.getMessage());
                    }
                    progress.at(first + n + 1, file.count());
                }
            }
        }
        if (written.isEmpty()) {
            throw new IllegalArgumentException("no image can be used; the first problem is " + problems.getFirst());
        }
        lists(part, written);
        Files.move(part, out);
        return new Result(written.size(), problems);
    }

    /** An image that cannot be used, and why. */
    private static final class UnusableException extends Exception {

        private static final long serialVersionUID = 1;

        UnusableException(String problem) {
            super(problem);
        }
    }

    /** For each of the file's labels, from 0 on, the byte among 40 classes; 255 for none. */
    private static int[] classes(Path mapping) {
        double[] table = MatFile5.read(mapping).get("mapClass");
        if (table == null || table.length == 0 || table.length >= 65535) {
            throw new FormatException(mapping.toString(), "there is no table mapClass in it, which says for each class"
                    + " which of the 40 it is");
        }
        int[] classes = new int[table.length + 1];
        classes[0] = NyuV2Official.VOID;
        for (int label = 1; label < classes.length; label++) {
            double fine = table[label - 1];
            if (fine != Math.rint(fine) || fine < 1 || fine > FINE) {
                throw new FormatException(mapping.toString(), "mapClass has " + fine + " for class " + label
                        + ", not a class from 1 to 40");
            }
            classes[label] = (int) fine - 1;
        }
        return classes;
    }

    private static void write(Path folder, String id, NyuV2Mat.Image image, int[] classes)
            throws IOException, UnusableException {
        BufferedImage rgb = new BufferedImage(NyuV2Mat.WIDTH, NyuV2Mat.HEIGHT, BufferedImage.TYPE_INT_RGB);
        rgb.setRGB(0, 0, NyuV2Mat.WIDTH, NyuV2Mat.HEIGHT, image.rgb(), 0, NyuV2Mat.WIDTH);
        BufferedImage depth = new BufferedImage(NyuV2Mat.WIDTH, NyuV2Mat.HEIGHT, BufferedImage.TYPE_USHORT_GRAY);
        BufferedImage labels = new BufferedImage(NyuV2Mat.WIDTH, NyuV2Mat.HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
        int[] depths = new int[NyuV2Mat.AREA];
        int[] fine = new int[NyuV2Mat.AREA];
        for (int i = 0; i < NyuV2Mat.AREA; i++) {
            float metres = image.metres()[i];
            if (!(metres >= 0 && metres * PARTS <= DEEPEST)) {
                throw new UnusableException("a depth is " + metres + " m, not from 0 to 13");
            }
            // 0 means unknown, so a little is no less than a fifth of a millimetre.
            depths[i] = metres == 0 ? 0 : (int) Math.max(1, Math.round(metres * PARTS));
            int label = image.labels()[i];
            if (label >= classes.length) {
                throw new UnusableException("the label " + label + " is none of the " + (classes.length - 1)
                        + " classes");
            }
            fine[i] = classes[label];
        }
        depth.getRaster().setPixels(0, 0, NyuV2Mat.WIDTH, NyuV2Mat.HEIGHT, depths);
        labels.getRaster().setPixels(0, 0, NyuV2Mat.WIDTH, NyuV2Mat.HEIGHT, fine);
        png(folder.resolve("rgb").resolve(id + ".png"), rgb);
        png(folder.resolve("depth16").resolve(id + ".png"), depth);
        png(folder.resolve("seg40").resolve(id + ".png"), labels);
    }

    private static void png(Path file, BufferedImage image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (!ImageIO.write(image, "png", bytes)) {
            throw new IllegalStateException("Java writes no PNG");
        }
        AtomicFiles.write(file, bytes::writeTo);
    }

    private static void lists(Path folder, Set<String> written) throws IOException {
        for (NyuV2.Split split : NyuV2.Split.values()) {
            lines(folder.resolve(split.label() + ".txt"),
                    NyuV2Official.ids(split).stream().filter(written::contains));
        }
        for (int count : new int[] {FINE, 13}) {
            lines(folder.resolve("classes" + count + ".txt"), NyuV2Official.classes(count).stream());
        }
        int[] coarse = NyuV2Official.toCoarse();
        lines(folder.resolve("map40to13.txt"), IntStream.range(0, FINE).mapToObj(c -> c + " " + coarse[c]));
    }

    private static void lines(Path file, Stream<String> lines) throws IOException {
        Files.write(file, lines.toList(), StandardCharsets.UTF_8);
    }
}
