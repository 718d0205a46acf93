// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A folder that holds NYUv2, whatever its layout. All pictures and labels of a folder have one size. Normals are in the
 * camera frame (x right, y down, z forward) and face the camera.
 */
sealed interface NyuV2Form permits NyuV2Folder, NyuV2AdaShare, NyuV2Mtan {

    /** Metres, row by row, 0 where unknown; and the content of the file that they were read from. */
    record Depths(float[] metres, byte[] source) {}

    /** Opens a folder in the layout that its files show. */
    static NyuV2Form open(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException(folder + ": " + (!Files.exists(folder) ? "there is no such folder"
                    : "this is no folder; " + (folder.toString().endsWith(".mat")
                            ? "convert the file into one with 'topple data import nyuv2 " + folder + "'"
                            : "name the folder that holds NYUv2")));
        }
        if (NyuV2AdaShare.describes(folder)) {
            return new NyuV2AdaShare(folder);
        }
        return NyuV2Mtan.describes(folder) ? new NyuV2Mtan(folder) : new NyuV2Folder(folder);
    }

    Path path();

    int height();

    int width();

    /** The images of a split that the folder should hold. */
    List<String> ids(NyuV2.Split split);

    /** The names of 13 or 40 classes; refuses where the folder's labels have no so many. */
    List<String> classes(int count);

    /** For each label byte of the files the label among 13 or 40 classes; -1 for bytes that no file may have. */
    int[] labels(int count);

    /** Why an image cannot be used, by a look at its files that does not decode them; empty if it seems whole. */
    Optional<String> problem(String id);

    /** All files of an image. */
    List<Path> files(String id);

    Picture picture(String id);

    /** The file of an image's classes. */
    Path classFile(String id);

    /** The label bytes of {@link #classFile}, row by row. */
    byte[] classes(String id);

    Depths depths(String id);

    /** The x of all pixels, then y, then z; zero vectors where unknown; empty where they are derived from depth. */
    Optional<float[]> normals(String id);

    /** How normals are derived from this folder's depth. */
    NyuV2Normals planes();
}
