// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.Npy;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.TensorType;
import dev.topple.mtl.task.Classification;
import dev.topple.mtl.task.Segmentation;
import dev.topple.mtl.task.Task;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The labels of one task in a described folder: a PNG or npy file for each image, or of a task of the whole image a
 * text file with a line for each, its name, a comma or tab, and the label.
 */
final class FolderLabels {

    private final FolderDescription.Labels description;
    private final Task task;
    /** The files of the folder; of a task of the whole image none. */
    private final Optional<FolderFiles> files;
    /** The lines of the file; of other tasks none. */
    private final Map<String, String> lines;

    /**
     * Looks what there is.
     *
     * @throws IllegalArgumentException if labels of the task cannot be kept in files
     */
    FolderLabels(FolderDescription.Labels description) {
        this.description = description;
        this.task = description.task();
        TensorType type = task.labelType(1, 16, 16);
        int rank = type.shape().rank();
        boolean readable = task.wholeImage() ? rank == 1 && type.dtype() != DType.BOOL
                : rank == 3 && type.dtype() == DType.I32 || rank == 4 && type.dtype() == DType.F32;
        if (!readable) {
            throw new IllegalArgumentException("labels of the task " + task.name() + " are " + type
                    + ", which no folder can hold");
        }
        this.files = task.wholeImage() ? Optional.empty()
                : Optional.of(new FolderFiles(description.place(), Set.of("png", "npy")));
        this.lines = task.wholeImage() ? lines(description.place()) : Map.of();
    }

    private static Map<String, String> lines(Path file) {
        Map<String, String> lines = new LinkedHashMap<>();
        for (String line : LabelFiles.lines(file)) {
            String[] pair = line.split(line.contains("\t") ? "\t" : ",", 2);
            if (pair.length < 2) {
                throw new FormatException(file.toString(), "a line must be the name of an image, a comma and its label,"
                        + " but one is '" + line + "'");
            }
            if (lines.put(pair[0].strip(), pair[1].strip()) != null) {
                throw new FormatException(file.toString(), "two lines are for '" + pair[0].strip() + "'");
            }
        }
        return lines;
    }

    Task task() {
        return task;
    }

    /** The names that lines are for. */
    Set<String> named() {
        return lines.keySet();
    }

    /** Where the label of an image stands. */
    Path file(String id) {
        return files.map(folder -> folder.file(id)).orElse(description.place());
    }

    /**
     * The content that a label is read from.
     *
     * @throws IOException with a reason for people if there is none
     */
    byte[] source(String id) throws IOException {
        if (!task.wholeImage()) {
            return LabelFiles.bytes(file(id));
        }
        String line = lines.get(id);
        if (line == null) {
            throw new IOException("there is no line for the image '" + id + "'");
        }
        return line.getBytes(StandardCharsets.UTF_8);
    }

    /** Checks a source as far as that takes no decoding of pictures. */
    void require(String id, byte[] source, int height, int width) throws IOException {
        if (task.wholeImage() || isNpy(id)) {
            label(id, source, Cut.of(height, width, 0, 0, height, width), height, width);
            return;
        }
        int[] size = LabelFiles.pngSize(source);
        LabelFiles.requireSize(size[0], size[1], height, width);
    }

    private boolean isNpy(String id) {
        return file(id).toString().toLowerCase(Locale.ROOT).endsWith(".npy");
    }

    /**
     * The label of an image.
     *
     * @param source of the label
     * @param cut the part of the image that is used
     * @param height of the whole image
     * @param width of the whole image
     * @throws IOException with a reason for people if it is damaged, of another size or no label of the task
     */
    Tensor label(String id, byte[] source, Cut cut, int height, int width) throws IOException {
        if (task.wholeImage()) {
            return whole(new String(source, StandardCharsets.UTF_8));
        }
        TensorType type = task.labelType(1, height, width);
        int channels = type.dtype() == DType.I32 ? 1 : type.shape().dim(1);
        Values values = isNpy(id) ? npy(Npy.parse(source, file(id).toString()), channels, height, width)
                : png(LabelFiles.png(source, height, width), channels);
        return type.dtype() == DType.I32 ? classes(values, cut) : floats(values, channels, cut);
    }

    /** What stands at a pixel of the whole image, in a channel. */
    private interface Values {
        double at(int pixel, int channel);
    }

    private static Values png(LabelFiles.Samples samples, int channels) throws IOException {
        if (samples.bands() != channels) {
            throw new IOException("it has " + samples.bands() + " bands, not " + channels);
        }
        return samples::at;
    }

    private static Values npy(Tensor tensor, int channels, int height, int width) throws IOException {
        Shape shape = tensor.shape();
        boolean first = shape.equals(Shape.of(channels, height, width))
                || channels == 1 && shape.equals(Shape.of(height, width));
        boolean last = shape.equals(Shape.of(height, width, channels));
        if (!first && !last) {
            throw new IOException("its array has the shape " + shape + ", not " + Shape.of(channels, height, width)
                    + " or " + Shape.of(height, width, channels));
        }
        int area = height * width;
        Values plain = switch (tensor.dtype()) {
            case F32 -> (i, c) -> tensor.floats()[i];
            case I32 -> (i, c) -> tensor.ints()[i];
            case BOOL -> (i, c) -> tensor.booleans()[i] ? 1 : 0;
        };
        return first ? (i, c) -> plain.at(c * area + i, 0) : (i, c) -> plain.at(i * channels + c, 0);
    }

    private Tensor classes(Values values, Cut cut) throws IOException {
        int[] labels = new int[cut.area()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = classOf(values.at(cut.from(i), 0));
        }
        return Tensor.of(Shape.of(cut.height(), cut.width()), labels);
    }

    private int classOf(double value) throws IOException {
        if (description.invalid().isPresent() && description.invalid().get() == value) {
            return (int) task.invalid();
        }
        OptionalInt label = (int) value != value ? OptionalInt.empty()
                : description.values().isEmpty() ? OptionalInt.of((int) value)
                : description.values().containsKey((int) value)
                        ? OptionalInt.of(description.values().get((int) value))
                : OptionalInt.empty();
        if (label.isEmpty() || !isLabel(label.getAsInt())) {
            throw new IOException("the value " + (label.isEmpty() && (int) value != value ? Double.toString(value)
                    : Integer.toString((int) value)) + " is no class of the task " + task.name());
        }
        return label.getAsInt();
    }

    private boolean isLabel(int label) {
        return label == (int) task.invalid() || switch (task) {
            case Segmentation segmentation -> label >= 0 && label < segmentation.channels();
            case Classification classification -> label >= 0 && label < classification.channels();
            default -> true;
        };
    }

    private Tensor floats(Values values, int channels, Cut cut) throws IOException {
        int area = cut.area();
        float[] labels = new float[channels * area];
        for (int i = 0; i < area; i++) {
            int from = cut.from(i);
            boolean valid = description.invalid().isEmpty();
            for (int c = 0; c < channels; c++) {
                double value = values.at(from, c);
                valid |= description.invalid().isPresent() && value != description.invalid().get();
                labels[c * area + i] = (float) (description.scale() * value + description.offset());
            }
            for (int c = 0; c < channels; c++) {
                valid &= !Float.isNaN(labels[c * area + i]);
                if (Float.isInfinite(labels[c * area + i])) {
                    throw new IOException("a label is infinite");
                }
            }
            for (int c = 0; c < channels && !valid; c++) {
                labels[c * area + i] = task.invalid();
            }
        }
        return Tensor.of(Shape.of(channels, cut.height(), cut.width()), labels);
    }

    private Tensor whole(String text) throws IOException {
        if (task.labelType(1, 16, 16).dtype() == DType.F32) {
            float value = text.isEmpty() ? task.invalid()
                    : (float) (description.scale() * number(text) + description.offset());
            return Tensor.of(Shape.scalar(), value);
        }
        if (text.isEmpty()) {
            return Tensor.of(Shape.scalar(), (int) task.invalid());
        }
        OptionalInt named = task instanceof Classification classes ? index(classes.classes(), text)
                : OptionalInt.empty();
        return Tensor.of(Shape.scalar(), named.isPresent() ? named.getAsInt() : classOf(number(text)));
    }

    private static OptionalInt index(List<String> names, String name) {
        int index = names.indexOf(name);
        return index < 0 ? OptionalInt.empty() : OptionalInt.of(index);
    }

    private double number(String text) throws IOException {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IOException("'" + text + "' is no label of the task " + task.name()
                    + (task instanceof Classification classes ? ", which has the classes "
                            + shortened(classes.classes()) : ""),
                    e);
        }
    }

    private static String shortened(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(5, names.size()))) + (names.size() > 5 ? " …" : "");
    }
}
