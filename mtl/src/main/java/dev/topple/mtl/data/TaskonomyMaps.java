// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.mtl.data.TaskonomyFolder.Part;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One image of Taskonomy and its labels at the size asked for, as the files have them: samples of 8 or 16 bits.
 *
 * @param labels by part, band after band
 */
record TaskonomyMaps(Picture image, Map<Part, int[]> labels) {

    private static int bands(Part part) {
        return part == Part.RGB || part == Part.NORMALS ? 3 : 1;
    }

    private static int bytes(Part part) {
        return switch (part) {
            case RGB, SEGMENTATION, NORMALS -> 1;
            case DEPTH, KEYPOINTS, EDGES -> 2;
        };
    }

    /** The label of a part, if the folder has it. */
    Optional<int[]> of(Part part) {
        return Optional.ofNullable(labels.get(part));
    }

    /**
     * Decodes the files of an image.
     *
     * @throws java.io.UncheckedIOException naming the file, if one is damaged, or of another kind or ratio of sides
     */
    static TaskonomyMaps decode(int height, int width, List<Part> parts, List<Path> files, List<byte[]> contents) {
        Map<Part, int[]> labels = new EnumMap<>(Part.class);
        Picture full = decoded(files.getFirst(), contents.getFirst(), bytes -> {
            LabelFiles.requireWhole(bytes);
            return Photograph.of(bytes);
        });
        Picture image = Cut.of(full.height(), full.width(), 0, 0, height, width).of(full);
        for (int i = 1; i < parts.size(); i++) {
            Part part = parts.get(i);
            LabelFiles.Samples samples = decoded(files.get(i), contents.get(i), LabelFiles::png);
            if (samples.bits() != 8 * bytes(part) || (bands(part) == 1) != (samples.bands() == 1)
                    || samples.bands() < bands(part)) {
                throw LabelFiles.unusable(files.get(i), new IOException("it must be a picture of " + 8 * bytes(part)
                        + " bits, " + (bands(part) == 1 ? "grey" : "RGB") + ", but has " + samples.bits() + " bits and "
                        + samples.bands() + " bands"));
            }
            if ((long) samples.height() * full.width() != (long) samples.width() * full.height()) {
                throw LabelFiles.unusable(files.get(i), new IOException("its " + samples.width() + "x"
                        + samples.height() + " pixels do not match the " + full.width() + "x" + full.height() + " of "
                        + files.getFirst()));
            }
            labels.put(part, cut(samples, bands(part), height, width));
        }
        return new TaskonomyMaps(image, labels);
    }

    private static <T> T decoded(Path file, byte[] content, LabelFiles.Reading<T> reading) {
        try {
            return reading.of(content);
        } catch (IOException e) {
            throw LabelFiles.unusable(file, e);
        }
    }

    private static int[] cut(LabelFiles.Samples samples, int bands, int height, int width) {
        Cut cut = Cut.of(samples.height(), samples.width(), 0, 0, height, width);
        int[] values = new int[bands * cut.area()];
        for (int i = 0; i < cut.area(); i++) {
            int from = cut.from(i);
            for (int band = 0; band < bands; band++) {
                values[band * cut.area() + i] = samples.at(from, band);
            }
        }
        return values;
    }

    /** How many bytes {@link #pack} gives. */
    static int length(int height, int width, List<Part> parts) {
        return parts.stream().mapToInt(part -> bands(part) * bytes(part)).sum() * height * width;
    }

    /** All samples, part after part. */
    byte[] pack() {
        List<Part> parts = List.of(Part.values()).stream().filter(part -> part == Part.RGB || labels.containsKey(part))
                .toList();
        ByteBuffer packed = ByteBuffer.allocate(length(image.height(), image.width(), parts)).put(image.planes());
        for (Part part : parts.subList(1, parts.size())) {
            for (int sample : labels.get(part)) {
                if (bytes(part) == 1) {
                    packed.put((byte) sample);
                } else {
                    packed.putShort((short) sample);
                }
            }
        }
        return packed.array();
    }

    /** What {@link #pack} packed. */
    static TaskonomyMaps unpack(byte[] packed, int height, int width, List<Part> parts) {
        ByteBuffer from = ByteBuffer.wrap(packed);
        byte[] planes = new byte[3 * height * width];
        from.get(planes);
        Map<Part, int[]> labels = new EnumMap<>(Part.class);
        for (Part part : parts.subList(1, parts.size())) {
            int[] samples = new int[bands(part) * height * width];
            for (int i = 0; i < samples.length; i++) {
                samples[i] = bytes(part) == 1 ? from.get() & 0xFF : from.getShort() & 0xFFFF;
            }
            labels.put(part, samples);
        }
        return new TaskonomyMaps(new Picture(height, width, planes), labels);
    }
}
