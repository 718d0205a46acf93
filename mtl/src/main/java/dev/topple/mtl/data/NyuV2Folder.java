// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * The files of NYUv2 in a plain folder: {@code rgb/NNNN.jpg}, {@code depth8/NNNN.png} and {@code seg40/NNNN.png}, all
 * 320x240, {@code train.txt} and {@code test.txt} with the numbers of the official split, {@code classes40.txt} and
 * {@code classes13.txt} with the names of the classes, and {@code map40to13.txt}, a line "class40 class13" for each.
 */
final class NyuV2Folder {

    static final int HEIGHT = 240;
    static final int WIDTH = 320;

    /** The label of pixels that nobody labelled. */
    static final int VOID = 255;

    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int FINE = 40;
    private static final int COARSE = 13;

    /** What one image is made of. */
    enum Part {
        RGB("rgb", ".jpg"),
        DEPTH("depth8", ".png"),
        SEGMENTATION("seg40", ".png");

        private final String folder;
        private final String ending;

        Part(String folder, String ending) {
            this.folder = folder;
            this.ending = ending;
        }
    }

    private final Path folder;

    NyuV2Folder(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException(folder + ": "
                    + (Files.exists(folder) ? "this is no folder; name the folder that holds NYUv2"
                            : "there is no such folder"));
        }
        for (String needed : List.of("rgb", "depth8", "seg40", "train.txt", "test.txt")) {
            if (!Files.exists(folder.resolve(needed))) {
                throw new IllegalArgumentException(folder + ": there is no " + needed + " here; a folder of NYUv2 has"
                        + " rgb, depth8, seg40, train.txt and test.txt");
            }
        }
        this.folder = folder;
    }

    Path path() {
        return folder;
    }

    Path file(Part part, String id) {
        return folder.resolve(part.folder).resolve(id + part.ending);
    }

    /** The numbers of a split's images, as written there. */
    List<String> ids(String split) {
        Path file = folder.resolve(split + ".txt");
        List<String> ids = lines(file);
        for (String id : ids) {
            if (!id.matches("[0-9]{4}")) {
                throw new IllegalArgumentException(file + ": a line must be the number of an image, 0001 say, but one"
                        + " is '" + id + "'");
            }
        }
        if (ids.isEmpty() || ids.stream().distinct().count() != ids.size()) {
            throw new IllegalArgumentException(file + ": it must name images, each once");
        }
        return ids;
    }

    /** The names of 13 or 40 classes. */
    List<String> classes(int count) {
        Path file = folder.resolve("classes" + count + ".txt");
        List<String> names = lines(file);
        if (names.size() != count || names.stream().distinct().count() != count) {
            throw new IllegalArgumentException(file + ": it must hold the names of " + count + " classes, one a line,"
                    + " but has " + names.size() + " lines");
        }
        return names;
    }

    /** For each label byte of the files the label among 13 or 40 classes; -1 for bytes that no file may have. */
    int[] labels(int count) {
        int[] labels = new int[256];
        Arrays.fill(labels, -1);
        labels[VOID] = VOID;
        if (count == FINE) {
            for (int c = 0; c < FINE; c++) {
                labels[c] = c;
            }
            return labels;
        }
        Path file = folder.resolve("map40to13.txt");
        for (String line : lines(file)) {
            int[] pair = line.matches("\\d{1,2} \\d{1,2}")
                    ? Arrays.stream(line.split(" ")).mapToInt(Integer::parseInt).toArray()
                    : new int[] {FINE, COARSE};
            if (pair[0] >= FINE || pair[1] >= COARSE || labels[pair[0]] >= 0) {
                throw new IllegalArgumentException(file + ": a line must be a class below " + FINE + ", each once, and"
                        + " one below " + COARSE + ", but one is '" + line + "'");
            }
            labels[pair[0]] = pair[1];
        }
        for (int c = 0; c < FINE; c++) {
            if (labels[c] < 0) {
                throw new IllegalArgumentException(file + ": there is no line for class " + c);
            }
        }
        return labels;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream().map(String::strip).filter(line -> !line.isEmpty()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + reason(e), e);
        }
    }

    /** Why an image cannot be used, by a look at its files that does not decode them; empty if it seems whole. */
    Optional<String> problem(String id) {
        for (Part part : Part.values()) {
            Path file = file(part, id);
            try {
                byte[] bytes = Files.readAllBytes(file);
                if (part == Part.RGB) {
                    requireWholeJpeg(bytes);
                } else {
                    requireWholePng(bytes);
                }
            } catch (IOException e) {
                return Optional.of(file + ": " + reason(e));
            }
        }
        return Optional.empty();
    }

    private static void requireWholeJpeg(byte[] bytes) throws IOException {
        int n = bytes.length;
        if (n < 4 || (bytes[0] & 255) != 0xFF || (bytes[1] & 255) != 0xD8) {
            throw new IOException(n == 0 ? "the file is empty" : "it is no JPEG file");
        }
        if ((bytes[n - 2] & 255) != 0xFF || (bytes[n - 1] & 255) != 0xD9) {
            throw new IOException("the file is damaged or cut off: it does not end as a JPEG file does");
        }
    }

    /** Checks the checksum of each chunk. */
    private static void requireWholePng(byte[] bytes) throws IOException {
        if (bytes.length < PNG.length || !Arrays.equals(bytes, 0, PNG.length, PNG, 0, PNG.length)) {
            throw new IOException(bytes.length == 0 ? "the file is empty" : "it is no PNG file");
        }
        ByteBuffer file = ByteBuffer.wrap(bytes);
        int at = PNG.length;
        while (at + 12 <= bytes.length) {
            int length = file.getInt(at);
            if (length < 0 || length > bytes.length - at - 12) {
                break;
            }
            CRC32 crc = new CRC32();
            crc.update(bytes, at + 4, length + 4);
            if ((int) crc.getValue() != file.getInt(at + 8 + length)) {
                throw new IOException("the file is damaged: a checksum inside is wrong");
            }
            if (file.getInt(at + 4) == 0x49454E44) {
                return;
            }
            at += 12 + length;
        }
        throw new IOException("the file is cut off");
    }

    /** The picture of an image. */
    Picture picture(String id) {
        Path file = file(Part.RGB, id);
        try {
            Picture picture = Photograph.read(file, Math.max(HEIGHT, WIDTH));
            requireSize(picture.height(), picture.width());
            return picture;
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    /** The bytes of a depth or segmentation map, row by row. */
    byte[] map(Part part, String id) {
        return map(part, id, bytes(part, id));
    }

    /** The bytes of a map whose file was read already. */
    byte[] map(Part part, String id, byte[] content) {
        Path file = file(part, id);
        try {
            BufferedImage image = Photograph.decode(content);
            requireSize(image.getHeight(), image.getWidth());
            if (image.getRaster().getNumBands() != 1 || image.getSampleModel().getSampleSize(0) > 8) {
                throw new IOException("it must be grey, of 8 bits, for its bytes are depths or classes");
            }
            int[] samples = image.getRaster().getSamples(0, 0, WIDTH, HEIGHT, 0, (int[]) null);
            byte[] map = new byte[samples.length];
            for (int i = 0; i < map.length; i++) {
                map[i] = (byte) samples[i];
            }
            return map;
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    /** The content of a file. */
    byte[] bytes(Part part, String id) {
        Path file = file(part, id);
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    private static void requireSize(int height, int width) throws IOException {
        if (height != HEIGHT || width != WIDTH) {
            throw new IOException("it has " + width + "x" + height + " pixels, not " + WIDTH + "x" + HEIGHT);
        }
    }

    static UncheckedIOException unusable(Path file, IOException cause) {
        return new UncheckedIOException(file + ": " + reason(cause), cause);
    }

    private static String reason(IOException cause) {
        return switch (cause) {
            case NoSuchFileException missing -> "there is no such file";
            case AccessDeniedException denied -> "permission denied";
            case CharacterCodingException binary -> "it is no text";
            default -> (cause.getMessage() == null ? cause.toString() : cause.getMessage()).replaceAll("\\R", " ");
        };
    }
}
