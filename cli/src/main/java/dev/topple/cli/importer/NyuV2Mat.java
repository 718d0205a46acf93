// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.importer;

import dev.topple.engine.io.FormatException;
import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import io.jhdf.api.dataset.ChunkedDataset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * {@code nyu_depth_v2_labeled.mat}, the labelled part of NYUv2 as its authors distribute it: a MAT-file of version 7.3,
 * which is HDF5. Seen from HDF5, whose last axis is the fastest, {@code images} is uint8 {@code [N, 3, 640, 480]},
 * {@code depths} float {@code [N, 640, 480]} in metres, filled in, and {@code labels} uint16 {@code [N, 640, 480]}: all
 * column after column.
 */
final class NyuV2Mat implements AutoCloseable {

    static final int HEIGHT = 480;
    static final int WIDTH = 640;
    static final int AREA = HEIGHT * WIDTH;

    /** More images at once would take too much memory. */
    private static final int MOST_AT_ONCE = 16;

    /**
     * One image, row by row.
     *
     * @param rgb {@code 0xRRGGBB}
     * @param metres of depth
     * @param labels among the 894 classes of the file, 0 where there is none
     */
    record Image(int[] rgb, float[] metres, int[] labels) {}

    private final String source;
    private final HdfFile file;
    private final Dataset images;
    private final Dataset depths;
    private final Dataset labels;
    private final int count;

    /**
     * Opens a file.
     *
     * @throws FormatException if it is no HDF5 file, or lacks what NYUv2 has
     */
    NyuV2Mat(Path path) {
        this.source = path.toString();
        if (!Files.isRegularFile(path)) {
            throw new IllegalArgumentException(path + ": there is no such file; NYUv2's is nyu_depth_v2_labeled.mat");
        }
        this.file = guarded(() -> new HdfFile(path));
        boolean opened = false;
        try {
            this.images = dataset("images");
            this.depths = dataset("depths");
            this.labels = dataset("labels");
            this.count = guarded(() -> images.getDimensions()[0]);
            require(images, byte.class, int.class, count, 3, WIDTH, HEIGHT);
            require(depths, float.class, float.class, count, WIDTH, HEIGHT);
            require(labels, short.class, int.class, count, WIDTH, HEIGHT);
            opened = true;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    private Dataset dataset(String name) {
        return guarded(() -> {
            if (!(file.getChild(name) instanceof Dataset dataset)) {
                throw new FormatException(source, "there is no array " + name + " in it; NYUv2's file has images,"
                        + " depths and labels");
            }
            return dataset;
        });
    }

    private void require(Dataset dataset, Class<?> type, Class<?> wider, int... dims) {
        int[] found = guarded(dataset::getDimensions);
        Class<?> java = guarded(dataset::getJavaType);
        if (!Arrays.equals(found, dims) || java != type && java != wider || dims[0] < 1) {
            throw new FormatException(source, "the array " + dataset.getName() + " is " + java.getSimpleName() + " "
                    + Arrays.toString(found) + ", not " + wider.getSimpleName() + " " + Arrays.toString(dims));
        }
    }

    /** How many images there are. */
    int count() {
        return count;
    }

    /** How many images to read at once, so that what is compressed together is unpacked once. */
    int atOnce() {
        int most = 1;
        for (Dataset dataset : new Dataset[] {images, depths, labels}) {
            if (dataset instanceof ChunkedDataset chunked) {
                most = Math.max(most, guarded(() -> chunked.getChunkDimensions()[0]));
            }
        }
        return Math.min(most, MOST_AT_ONCE);
    }

    /**
     * Reads images.
     *
     * @throws FormatException if the file is damaged there
     */
    Image[] read(int first, int images) {
        long[] from = {first, 0, 0};
        int[] size = {images, WIDTH, HEIGHT};
        Object colours = guarded(() -> this.images.getData(new long[] {first, 0, 0, 0},
                new int[] {images, 3, WIDTH, HEIGHT}));
        Object metres = guarded(() -> depths.getData(from, size));
        Object classes = guarded(() -> labels.getData(from, size));
        Image[] read = new Image[images];
        for (int n = 0; n < images; n++) {
            int[] rgb = new int[AREA];
            float[] depth = new float[AREA];
            int[] label = new int[AREA];
            for (int x = 0; x < WIDTH; x++) {
                for (int y = 0; y < HEIGHT; y++) {
                    int i = y * WIDTH + x;
                    for (int band = 0; band < 3; band++) {
                        rgb[i] = rgb[i] << 8 | (colours instanceof int[][][][] wide ? wide[n][band][x][y]
                                : ((byte[][][][]) colours)[n][band][x][y]) & 0xFF;
                    }
                    depth[i] = ((float[][][]) metres)[n][x][y];
                    label[i] = (classes instanceof int[][][] wide ? wide[n][x][y] : ((short[][][]) classes)[n][x][y])
                            & 0xFFFF;
                }
            }
            read[n] = new Image(rgb, depth, label);
        }
        return read;
    }

    /** The library meets damaged files with unchecked exceptions and errors of many kinds. */
    private <T> T guarded(Supplier<T> reading) {
        try {
            return reading.get();
        } catch (FormatException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError | LinkageError e) {
            // Lengths that make no sense end in memory; filters that nobody packed, in classes.
            throw new FormatException(source, "it is no HDF5 file, which MAT-files of version 7.3 are, or damaged: "
                    + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
