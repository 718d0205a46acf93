// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.Npy;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * NYUv2 as the authors of MTAN (Liu et al., CVPR 2019) distribute it, which LibMTL uses: {@code train} and {@code val}
 * (the test images), in each {@code image/N.npy} {@code [H, W, 3]} from 0 to 1, {@code label/N.npy} {@code [H, W]} of
 * 13 classes, -1 where void, {@code depth/N.npy} {@code [H, W, 1]} in metres, and {@code normal/N.npy} {@code [H, W, 3]},
 * which may lack. Images are rounded to 8 bits.
 *
 * <p>The axes of the normals are found by holding them against normals derived from depth ({@link NormalAxes}).
 */
final class NyuV2Mtan implements NyuV2Form {

    private static final String NORMAL = "normal";
    private static final float STEP = 0.02f;
    private static final int WITNESSES = 6;
    private static final int SMALLEST = 16;
    private static final int LARGEST = 4096;

    private final Path folder;
    private final Map<NyuV2.Split, List<String>> ids = new EnumMap<>(NyuV2.Split.class);
    private final int height;
    private final int width;
    private final boolean withNormals;
    private final NormalAxes axes;

    /** Whether a folder has this layout. */
    static boolean describes(Path folder) {
        return Files.isDirectory(folder.resolve("train/image")) && Files.isDirectory(folder.resolve("val/image"));
    }

    NyuV2Mtan(Path folder) {
        this.folder = folder;
        for (NyuV2.Split split : NyuV2.Split.values()) {
            ids.put(split, numbers(split));
        }
        this.withNormals = Stream.of("train", "val").allMatch(half -> Files.isDirectory(folder.resolve(half)
                .resolve(NORMAL)));
        Shape shape = size();
        this.height = shape.dim(0);
        this.width = shape.dim(1);
        this.axes = withNormals ? axes() : NormalAxes.OWN;
    }

    /** The size of the first label that has one. */
    private Shape size() {
        for (NyuV2.Split split : NyuV2.Split.values()) {
            for (String id : ids.get(split)) {
                try {
                    Shape shape = Npy.shape(classFile(id));
                    if (shape.rank() == 2 && Math.min(shape.dim(0), shape.dim(1)) >= SMALLEST
                            && Math.max(shape.dim(0), shape.dim(1)) <= LARGEST) {
                        return shape;
                    }
                } catch (FormatException | UncheckedIOException e) {
                    // It is named where images are looked at.
                    continue;
                }
            }
        }
        throw new IllegalArgumentException(folder + ": no label here has a shape of [H, W], [288, 384] say");
    }

    private List<String> numbers(NyuV2.Split split) {
        String half = split == NyuV2.Split.TRAIN ? "train" : "val";
        Path images = folder.resolve(half).resolve("image");
        try (Stream<Path> files = Files.list(images)) {
            List<String> found = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("\\d{1,6}\\.npy"))
                    .map(name -> Integer.valueOf(name.substring(0, name.indexOf('.')))).sorted().distinct()
                    .map(number -> half + "-" + number).toList();
            if (found.isEmpty()) {
                throw new IllegalArgumentException(images + ": there is no image here; they are called 0.npy, 1.npy …");
            }
            return found;
        } catch (IOException e) {
            throw LabelFiles.unusable(images, e);
        }
    }

    /** The axes that most of some images' normals agree with. */
    private NormalAxes axes() {
        List<NormalAxes.Witness> witnesses = new ArrayList<>();
        for (String id : ids.get(NyuV2.Split.TEST)) {
            if (witnesses.size() < WITNESSES && problem(id).isEmpty()) {
                witnesses.add(new NormalAxes.Witness(vectors(id),
                        planes().planes().of(depths(id).metres(), height, width)));
            }
        }
        return NormalAxes.find(witnesses, folder);
    }

    @Override
    public Path path() {
        return folder;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public List<String> ids(NyuV2.Split split) {
        return ids.get(split);
    }

    @Override
    public List<String> classes(int count) {
        if (count != NyuV2Official.COARSE) {
            throw new IllegalArgumentException(folder + ": this form of NYUv2 has 13 classes, not " + count
                    + "; ask for classes=13, or take the images from another form");
        }
        return NyuV2Official.classes(count);
    }

    @Override
    public int[] labels(int count) {
        classes(count);
        int[] labels = NyuV2Official.labels(NyuV2Official.FINE);
        Arrays.fill(labels, NyuV2Official.COARSE, NyuV2Official.FINE, -1);
        return labels;
    }

    private Path file(String id, String part) {
        int dash = id.indexOf('-');
        return folder.resolve(id.substring(0, dash)).resolve(part).resolve(id.substring(dash + 1) + ".npy");
    }

    @Override
    public Optional<String> problem(String id) {
        List<Path> files = files(id);
        List<Integer> channels = List.of(3, 0, 1, 3);
        return LabelFiles.problem(files,
                file -> requireShape(Npy.shape(file), shape(channels.get(files.indexOf(file)))));
    }

    @Override
    public List<Path> files(String id) {
        Stream<String> parts = withNormals ? Stream.of("image", "label", "depth", NORMAL)
                : Stream.of("image", "label", "depth");
        return parts.map(part -> file(id, part)).toList();
    }

    /** The shape of an array with so many values a pixel, 0 for one without an axis of its own. */
    private Shape shape(int channels) {
        return channels == 0 ? Shape.of(height, width) : Shape.of(height, width, channels);
    }

    private static void requireShape(Shape shape, Shape expected) throws IOException {
        boolean flat = expected.rank() == 3 && expected.dim(2) == 1
                && shape.equals(Shape.of(expected.dim(0), expected.dim(1)));
        if (!shape.equals(expected) && !flat) {
            throw new IOException("its shape is " + shape + ", not " + expected);
        }
    }

    /** The floats of a file and its content. */
    private Depths floats(String id, String part, int channels) {
        Path file = file(id, part);
        return LabelFiles.read(file, bytes -> {
            Tensor tensor = Npy.parse(bytes, file.toString());
            requireShape(tensor.shape(), shape(channels));
            if (tensor.dtype() != DType.F32) {
                throw new IOException("it must hold floating-point numbers");
            }
            for (float value : tensor.floats()) {
                if (!Float.isFinite(value)) {
                    throw new IOException("it holds " + value + ", which is no value of an image or a label");
                }
            }
            return new Depths(tensor.floats(), bytes);
        });
    }

    @Override
    public Picture picture(String id) {
        float[] values = floats(id, "image", 3).metres();
        int area = height * width;
        byte[] planes = new byte[3 * area];
        for (int i = 0; i < values.length; i++) {
            if (values[i] < -1e-3 || values[i] > 1.001) {
                throw LabelFiles.unusable(file(id, "image"), new IOException("it holds " + values[i]
                        + "; the values of an image are from 0 to 1"));
            }
            planes[i % 3 * area + i / 3] = (byte) Math.clamp(Math.round(255 * values[i]), 0, 255);
        }
        return new Picture(height, width, planes);
    }

    @Override
    public Path classFile(String id) {
        return file(id, "label");
    }

    @Override
    public byte[] classes(String id) {
        Path file = classFile(id);
        return LabelFiles.read(file, bytes -> {
            Tensor tensor = Npy.parse(bytes, file.toString());
            requireShape(tensor.shape(), shape(0));
            byte[] classes = new byte[height * width];
            for (int i = 0; i < classes.length; i++) {
                double label = switch (tensor.dtype()) {
                    case F32 -> tensor.floats()[i];
                    case I32 -> tensor.ints()[i];
                    case BOOL -> Double.NaN;
                };
                if (label != Math.rint(label) || label < -1 || label >= NyuV2Official.COARSE) {
                    throw new IOException("the label " + label + " is no class from 0 to "
                            + (NyuV2Official.COARSE - 1) + " and not -1, which is void; the file is damaged");
                }
                classes[i] = (byte) (label < 0 ? NyuV2Official.VOID : label);
            }
            return classes;
        });
    }

    @Override
    public Depths depths(String id) {
        Depths read = floats(id, "depth", 1);
        try {
            return new Depths(LabelFiles.metres(read.metres()), read.source());
        } catch (IOException e) {
            throw LabelFiles.unusable(file(id, "depth"), e);
        }
    }

    /** The normals as they are in the file, by planes. */
    private float[] vectors(String id) {
        float[] values = floats(id, NORMAL, 3).metres();
        int area = height * width;
        float[] planes = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            planes[i % 3 * area + i / 3] = values[i];
        }
        return planes;
    }

    @Override
    public Optional<float[]> normals(String id) {
        return withNormals ? Optional.of(axes.turned(vectors(id))) : Optional.empty();
    }

    @Override
    public NyuV2Normals planes() {
        return NyuV2Normals.ofScaled("nyuv2-normals-mtan", height, width, STEP);
    }
}
