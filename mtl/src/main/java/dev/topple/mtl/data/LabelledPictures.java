// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * MNIST, or what has its form: grey pictures of 28x28 pixels in ten classes, in four idx files,
 * {@code train-images-idx3-ubyte} and so on, plain or packed ({@code .gz}).
 *
 * @param pixels of the pictures, one after the other
 * @param labels of the pictures, from 0 to 9
 * @param checksum of both, unpacked
 */
record LabelledPictures(byte[] pixels, byte[] labels, String checksum) {

    static final int SIDE = 28;
    static final int CLASSES = 10;

    /**
     * Reads a split.
     *
     * @throws IllegalArgumentException if there is no such folder, or it lacks files
     * @throws FormatException naming the file, if one is damaged or they do not belong together
     */
    static LabelledPictures read(Path folder, Split split) {
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException(folder + ": " + (Files.exists(folder)
                    ? "this is no folder; name the folder that holds MNIST's files" : "there is no such folder"));
        }
        String prefix = split == Split.TRAIN ? "train" : "t10k";
        Path imageFile = file(folder, prefix + "-images", "idx3-ubyte");
        Path labelFile = file(folder, prefix + "-labels", "idx1-ubyte");
        Idx images = Idx.read(imageFile, 3);
        Idx labels = Idx.read(labelFile, 1);
        if (images.dims()[1] != SIDE || images.dims()[2] != SIDE) {
            throw new FormatException(imageFile.toString(), "its pictures have " + images.dims()[1] + "x"
                    + images.dims()[2] + " pixels, not " + SIDE + "x" + SIDE);
        }
        if (images.dims()[0] != labels.dims()[0]) {
            throw new FormatException(labelFile.toString(), "it has " + labels.dims()[0] + " labels for the "
                    + images.dims()[0] + " pictures of " + imageFile.getFileName());
        }
        for (int i = 0; i < labels.elements().length; i++) {
            if ((labels.elements()[i] & 255) >= CLASSES) {
                throw new FormatException(labelFile.toString(), "label " + i + " is " + (labels.elements()[i] & 255)
                        + ", not from 0 to 9; the file is damaged");
            }
        }
        MessageDigest digest = Sha256.digest();
        digest.update(images.elements());
        digest.update(labels.elements());
        return new LabelledPictures(images.elements(), labels.elements(), Sha256.digits(digest));
    }

    private static Path file(Path folder, String name, String kind) {
        // Unpacked by some programs, the last dash becomes a dot.
        Optional<Path> found = Stream.of("-", ".")
                .flatMap(joint -> Stream.of("", ".gz").map(ending -> folder.resolve(name + joint + kind + ending)))
                .filter(Files::exists).findFirst();
        return found.orElseThrow(() -> new IllegalArgumentException(folder + ": there is no " + name + "-" + kind
                + " or " + name + "-" + kind + ".gz here; a folder of MNIST has images and labels of train and t10k: "
                + List.of("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                        "t10k-labels-idx1-ubyte")));
    }

    int count() {
        return labels.length;
    }

    /** A level from 0 (background) to 255. */
    int level(int picture, int row, int column) {
        return pixels[(picture * SIDE + row) * SIDE + column] & 255;
    }
}
