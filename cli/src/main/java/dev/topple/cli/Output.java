// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where results go. A long computation asks first whether it will be able to write, so that its result is not lost
 * after it.
 */
final class Output {

    private Output() {}

    /**
     * Makes sure that a folder is there and takes files of these names; creates it if need be.
     *
     * @throws IllegalArgumentException in one line if it cannot
     */
    static void requireFolder(Path folder, String... files) {
        try {
            if (Files.exists(folder) && !Files.isDirectory(folder)) {
                throw new IllegalArgumentException("--out " + folder + " is a file; name a folder for the results");
            }
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "cannot create the folder " + folder + ": " + Complaint.of(e) + "; name another with --out", e);
        }
        requireWritable(folder);
        for (String file : files) {
            requireNoFolder(folder.resolve(file));
        }
    }

    /**
     * Makes sure that a file can be written.
     *
     * @throws IllegalArgumentException in one line if it cannot
     */
    static void requireFile(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || file.getFileName() == null) {
            throw new IllegalArgumentException("--out " + file + " is a folder; name a file");
        }
        requireNoFolder(file);
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException((Files.exists(folder) ? folder + " is no folder" : "there is no folder "
                    + folder) + "; create it, or name another file with --out");
        }
        requireWritable(folder);
    }

    private static void requireNoFolder(Path file) {
        if (Files.isDirectory(file)) {
            throw new IllegalArgumentException(file + " is a folder, and a file of that name has to be written; move it"
                    + " away, or choose another place with --out");
        }
    }

    private static void requireWritable(Path folder) {
        if (!Files.isWritable(folder)) {
            throw new IllegalArgumentException(
                    "no permission to write into the folder " + folder + "; choose another with --out");
        }
    }
}
