// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files of a folder by their names without ending; folders inside are not entered. */
final class FolderFiles {

    private final Path folder;
    private final Set<String> endings;
    private final Map<String, Path> files = new TreeMap<>();

    /**
     * Lists a folder.
     *
     * @param endings of the files to find, in lower case
     * @throws IllegalArgumentException if two files have the same name but for their endings
     */
    FolderFiles(Path folder, Set<String> endings) {
        this.folder = folder;
        this.endings = endings;
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException(folder + ": this is no folder");
        }
        try (Stream<Path> all = Files.list(folder)) {
            all.forEach(this::add);
        } catch (IOException e) {
            throw LabelFiles.unusable(folder, e);
        }
    }

    private void add(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        if (dot <= 0 || !endings.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT))) {
            return;
        }
        Path other = files.put(name.substring(0, dot), file);
        if (other != null) {
            throw new IllegalArgumentException(file + ": there is " + other.getFileName()
                    + ", too; which of them is meant?");
        }
    }

    /** The names without endings, sorted. */
    Set<String> names() {
        return files.keySet();
    }

    boolean has(String name) {
        return files.containsKey(name);
    }

    /** The file of a name; one that does not exist if there is none. */
    Path file(String name) {
        return files.getOrDefault(name,
                folder.resolve(name + "." + String.join("|", endings.stream().sorted().toList())));
    }
}
