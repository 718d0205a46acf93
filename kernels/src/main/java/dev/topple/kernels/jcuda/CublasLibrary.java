// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where a cuBLAS lies.
 *
 * @param folder that holds it
 * @param major 12 or 13
 */
record CublasLibrary(Path folder, int major) {

    /** Names the folder, or the file, of the cuBLAS to use. */
    static final String PROPERTY = "topple.cublas";

    private static final List<Integer> MAJORS = List.of(13, 12);

    /** The name by which programs ask for it. */
    static String name(int major) {
        return "libcublas.so." + major;
    }

    /** The library itself. */
    Path file() {
        return folder.resolve(name(major));
    }

    /** The one of lightweight products, which it is built upon. */
    Path lightFile() {
        return folder.resolve("libcublasLt.so." + major);
    }

    /**
     * The first that is found.
     *
     * @param chosen the value of {@value #PROPERTY}, empty if it is not set
     * @param root the folder that usual places are looked for in, / but in tests
     * @param driver the newest CUDA version that the driver serves
     */
    static CublasLibrary find(String chosen, Map<String, String> environment, Path root, int driver)
            throws UnavailableException {
        List<String> tooNew = new ArrayList<>();
        for (Path folder : chosen.isEmpty() ? usualFolders(environment, root) : List.of(folderOf(chosen))) {
            for (int major : MAJORS) {
                CublasLibrary library = new CublasLibrary(folder.toAbsolutePath(), major);
                if (!Files.isRegularFile(library.file())) {
                    continue;
                }
                if (driver >= 1000 * major) {
                    return library;
                }
                tooNew.add(library.file().toString());
            }
        }
        if (!tooNew.isEmpty()) {
            throw new UnavailableException("the NVIDIA driver serves CUDA " + CudaProbe.version(driver)
                    + " and is too old for " + String.join(", ", tooNew));
        }
        throw new UnavailableException(chosen.isEmpty()
                ? "no cuBLAS 12 or 13 was found in the usual places; -D" + PROPERTY + "=FOLDER names another"
                : "-D" + PROPERTY + ": " + chosen + " holds neither libcublas.so.12 nor libcublas.so.13");
    }

    private static Path folderOf(String chosen) {
        Path path = Path.of(chosen).toAbsolutePath();
        return Files.isDirectory(path) || path.getParent() == null ? path : path.getParent();
    }

    private static Set<Path> usualFolders(Map<String, String> environment, Path root) {
        Set<Path> folders = new LinkedHashSet<>();
        for (String folder : environment.getOrDefault("LD_LIBRARY_PATH", "").split(":")) {
            if (!folder.isEmpty()) {
                folders.add(Path.of(folder));
            }
        }
        for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
            String home = environment.getOrDefault(variable, "");
            if (!home.isEmpty()) {
                folders.add(Path.of(home, "lib64"));
                folders.add(Path.of(home, "targets", "x86_64-linux", "lib"));
            }
        }
        // What Python packages install, as PyTorch does; the active environment first.
        for (String variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
            String home = environment.getOrDefault(variable, "");
            if (!home.isEmpty()) {
                folders.addAll(python(Path.of(home)));
                folders.add(Path.of(home, "lib"));
            }
        }
        for (String home : matches(root, "usr/local/cuda*")) {
            folders.add(Path.of(home, "lib64"));
            folders.add(Path.of(home, "targets", "x86_64-linux", "lib"));
        }
        folders.addAll(linkerFolders(root.resolve("etc/ld.so.cache")));
        folders.add(root.resolve("usr/lib/x86_64-linux-gnu"));
        folders.add(root.resolve("usr/lib64"));
        for (String prefix : List.of("usr/local", "usr", "opt/conda", "opt/venv", "venv", ".venv")) {
            folders.addAll(python(root.resolve(prefix)));
        }
        String home = environment.getOrDefault("HOME", "");
        if (!home.isEmpty()) {
            for (String prefix : List.of(".local", ".venv", "venv", "miniconda3")) {
                folders.addAll(python(Path.of(home, prefix)));
            }
        }
        return folders;
    }

    private static List<Path> python(Path prefix) {
        List<Path> folders = new ArrayList<>();
        for (String packages : List.of("site-packages", "dist-packages")) {
            for (String library : List.of("nvidia/cu13/lib", "nvidia/cublas/lib")) {
                matches(prefix, "lib/python3*/" + packages + "/" + library).forEach(
                        match -> folders.add(Path.of(match)));
            }
        }
        return folders;
    }

    /** Paths that match a pattern with wildcards in its parts, those with higher numbers first. */
    private static List<String> matches(Path base, String pattern) {
        List<Path> found = List.of(base);
        for (String part : pattern.split("/")) {
            List<Path> next = new ArrayList<>();
            for (Path folder : found) {
                if (!part.contains("*")) {
                    next.add(folder.resolve(part));
                } else if (Files.isDirectory(folder)) {
                    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, part)) {
                        entries.forEach(next::add);
                    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
                        // A folder that cannot be read holds nothing for us.
                    }
                }
            }
            found = next;
        }
        return found.stream().filter(Files::isDirectory).map(Path::toString).sorted(Comparator.reverseOrder()).toList();
    }

    /** The folders that the dynamic linker's cache names for cuBLAS; its strings are paths that end in a zero. */
    private static List<Path> linkerFolders(Path cache) {
        String content;
        try {
            content = Files.readString(cache, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return List.of();
        }
        List<Path> folders = new ArrayList<>();
        for (int major : MAJORS) {
            String ending = "/" + name(major) + "\0";
            for (int at = content.indexOf(ending); at >= 0; at = content.indexOf(ending, at + 1)) {
                folders.add(Path.of(content.substring(content.lastIndexOf('\0', at) + 1, at + 1)));
            }
        }
        return folders;
    }
}
