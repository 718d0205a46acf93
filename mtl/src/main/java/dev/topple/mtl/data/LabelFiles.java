// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.io.Sha256;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.zip.CRC32;

/** Files of pictures and labels: whether they are whole, what stands in them, and what is said where they are not. */
final class LabelFiles {

    /** Larger files are no labels of an image. */
    private static final long MOST_BYTES = 256L << 20;

    /** Metres; no depth camera sees so far. */
    private static final float DEEPEST = 1000;

    private static final int MOST_PIXELS = 16_000_000;

    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int HEADER = 0x49484452;
    private static final int END = 0x49454E44;

    private LabelFiles() {}

    /**
     * The samples of a PNG file as they stand in it: no colour space, no rounding; of 16 bits, too.
     *
     * @param bits of a sample
     * @param samples the bands of a pixel after each other, row by row
     */
    record Samples(int height, int width, int bands, int bits, int[] samples) {

        /** The largest value of a sample. */
        int most() {
            return (1 << bits) - 1;
        }

        /** Sample {@code band} of pixel {@code i}. */
        int at(int i, int band) {
            return samples[i * bands + band];
        }
    }

    /** The content of a file. */
    static byte[] bytes(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException("the file has more than " + (MOST_BYTES >> 20) + " MiB");
        }
        return Files.readAllBytes(file);
    }

    /** Checks without decoding that a picture is there to its end: of a PNG file the checksum of every chunk. */
    static void requireWhole(byte[] bytes) throws IOException {
        if (bytes.length > 1 && (bytes[0] & 255) == 0xFF && (bytes[1] & 255) == 0xD8) {
            requireWholeJpeg(bytes);
        } else {
            requireWholePng(bytes);
        }
    }

    private static void requireWholeJpeg(byte[] bytes) throws IOException {
        int n = bytes.length;
        if (n < 4 || (bytes[n - 2] & 255) != 0xFF || (bytes[n - 1] & 255) != 0xD9) {
            throw new IOException("the file is damaged or cut off: it does not end as a JPEG file does");
        }
    }

    private static void requireWholePng(byte[] bytes) throws IOException {
        if (bytes.length < PNG.length || !Arrays.equals(bytes, 0, PNG.length, PNG, 0, PNG.length)) {
            throw new IOException(bytes.length == 0 ? "the file is empty" : "it is neither JPEG nor PNG");
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
            int kind = file.getInt(at + 4);
            if (at == PNG.length && (kind != HEADER || length != 13)) {
                break;
            }
            if (kind == END) {
                return;
            }
            at += 12 + length;
        }
        throw new IOException("the file is cut off");
    }

    /** Height and width that a whole PNG file says that it has. */
    static int[] pngSize(byte[] bytes) throws IOException {
        requireWholePng(bytes);
        ByteBuffer file = ByteBuffer.wrap(bytes);
        return new int[] {file.getInt(PNG.length + 12), file.getInt(PNG.length + 8)};
    }

    /**
     * The samples of a whole PNG file.
     *
     * @throws IOException with a reason for people if it is damaged or of another size
     */
    static Samples png(byte[] bytes, int height, int width) throws IOException {
        int[] size = pngSize(bytes);
        requireSize(size[0], size[1], height, width);
        return png(bytes);
    }

    /** The samples of a whole PNG file of any size. */
    static Samples png(byte[] bytes) throws IOException {
        int[] size = pngSize(bytes);
        if (size[0] < 1 || size[1] < 1 || (long) size[0] * size[1] > MOST_PIXELS) {
            throw new IOException("a label of " + size[1] + "x" + size[0] + " pixels is not read");
        }
        BufferedImage image = Photograph.decode(bytes);
        int height = image.getHeight();
        int width = image.getWidth();
        int bands = image.getRaster().getNumBands();
        int[] samples = image.getRaster().getPixels(0, 0, width, height, (int[]) null);
        return new Samples(height, width, bands, image.getSampleModel().getSampleSize(0), samples);
    }

    /** The samples of a grey picture of 8 bits at most, as bytes: classes. */
    static byte[] classes(Samples samples) throws IOException {
        if (samples.bands() != 1 || samples.bits() > 8) {
            throw new IOException("it must be grey, of 8 bits, for its bytes are depths or classes");
        }
        byte[] classes = new byte[samples.samples().length];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = (byte) samples.samples()[i];
        }
        return classes;
    }

    /** Depths themselves, if all are. */
    static float[] metres(float[] depths) throws IOException {
        for (float depth : depths) {
            if (!(depth >= 0 && depth <= DEEPEST)) {
                throw new IOException("it holds " + depth + ", which is no depth in metres; the file is damaged");
            }
        }
        return depths;
    }

    /**
     * The file that a list names, beneath a folder.
     *
     * @throws FormatException if it is elsewhere
     */
    static Path inside(Path folder, JsonView name) {
        String text = name.asString();
        try {
            Path file = Path.of(text);
            if (!text.isEmpty() && !file.isAbsolute() && !file.normalize().startsWith("..")) {
                return folder.resolve(file);
            }
        } catch (InvalidPathException e) {
            throw name.fail("this is no name of a file");
        }
        throw name.fail("a file must be named by its path beneath " + folder + ", not '" + text + "'");
    }

    static void requireSize(int height, int width, int expectedHeight, int expectedWidth) throws IOException {
        if (height != expectedHeight || width != expectedWidth) {
            throw new IOException("it has " + width + "x" + height + " pixels, not " + expectedWidth + "x"
                    + expectedHeight);
        }
    }

    /** The lines of a text that say something. */
    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream().map(String::strip).filter(line -> !line.isEmpty()).toList();
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    /** Reads something of a file. */
    @FunctionalInterface
    interface Reading<T> {
        T of(byte[] bytes) throws IOException;
    }

    /**
     * What a file holds.
     *
     * @throws UncheckedIOException naming the file, if it cannot be read or is damaged
     */
    static <T> T read(Path file, Reading<T> reading) {
        try {
            return reading.of(bytes(file));
        } catch (IOException e) {
            throw unusable(file, e);
        }
    }

    /**
     * The SHA-256 of the content of images' files, in hexadecimal digits.
     *
     * @throws UncheckedIOException naming the file, if one cannot be read
     */
    static String checksum(List<String> ids, Function<String, List<Path>> files) {
        String[] each = new String[ids.size()];
        AtomicInteger next = new AtomicInteger();
        Parallel.run(Math.clamp(Runtime.getRuntime().availableProcessors(), 1, Math.max(1, each.length)), () -> {
            for (int i = next.getAndIncrement(); i < each.length; i = next.getAndIncrement()) {
                MessageDigest digest = Sha256.digest();
                for (Path file : files.apply(ids.get(i))) {
                    byte[] content = read(file, bytes -> Sha256.digest().digest(bytes));
                    digest.update(content);
                }
                each[i] = ids.get(i) + " " + Sha256.digits(digest);
            }
        });
        return Sha256.of(String.join("\n", each));
    }

    /** Looks at a file. */
    @FunctionalInterface
    interface Look {
        void at(Path file) throws IOException;
    }

    /** What is wrong with the first of some files that cannot be used: the file, and why; empty if all seem whole. */
    static Optional<String> problem(List<Path> files, Look look) {
        for (Path file : files) {
            try {
                look.at(file);
            } catch (IOException e) {
                return Optional.of(file + ": " + reason(e));
            } catch (UncheckedIOException | FormatException e) {
                // These name the file themselves.
                return Optional.of(String.valueOf(e.getMessage()));
            }
        }
        return Optional.empty();
    }

    /** What is wrong with each of some images, looked at by all cores; empty where nothing is. */
    static List<Optional<String>> problems(List<String> ids, Function<String, Optional<String>> problem) {
        List<Optional<String>> found = new ArrayList<>(Collections.nCopies(ids.size(), Optional.empty()));
        AtomicInteger next = new AtomicInteger();
        Parallel.run(Math.clamp(Runtime.getRuntime().availableProcessors(), 1, Math.max(1, ids.size())), () -> {
            for (int i = next.getAndIncrement(); i < ids.size(); i = next.getAndIncrement()) {
                found.set(i, problem.apply(ids.get(i)));
            }
        });
        return found;
    }

    /** Looks whether a picture is whole, or just whether it begins as one. */
    static void look(Path file, boolean wholly) throws IOException {
        if (wholly) {
            requireWhole(bytes(file));
            return;
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(PNG.length);
            boolean jpeg = start.length > 1 && (start[0] & 255) == 0xFF && (start[1] & 255) == 0xD8;
            if (!jpeg && !Arrays.equals(start, PNG)) {
                throw new IOException(start.length == 0 ? "the file is empty" : "it is neither JPEG nor PNG");
            }
        }
    }

    static UncheckedIOException unusable(Path file, IOException cause) {
        return new UncheckedIOException(file + ": " + reason(cause), cause);
    }

    static String reason(IOException cause) {
        return switch (cause) {
            case NoSuchFileException missing -> "there is no such file";
            case AccessDeniedException denied -> "permission denied";
            case CharacterCodingException binary -> "it is no text";
            default -> (cause.getMessage() == null ? cause.toString() : cause.getMessage()).replaceAll("\\R", " ");
        };
    }
}
