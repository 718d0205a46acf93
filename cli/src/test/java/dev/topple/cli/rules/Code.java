// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.rules;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the rules look at: the compiled main classes and the source files. */
final class Code {

    /** The modules in the order in which they are built. */
    static final List<String> MODULES = List.of("engine", "kernels", "mtl", "attacks", "cli", "benchmarks");

    private Code() {}

    /** All main classes but those of benchmarks. */
    static JavaClasses classes() {
        JavaClasses classes = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.topple");
        // A reader that does not know the class file version skips the file with no more than a log line.
        if (!classes.contain("dev.topple.engine.Device")) {
            throw new IllegalStateException("the engine's classes were not read: " + classes.size() + " classes");
        }
        return classes;
    }

    /** The root of the repository. */
    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("config/eclipse-formatter.xml"))) {
            folder = folder.getParent();
            if (folder == null) throw new IllegalStateException("run this inside the repository");
        }
        return folder;
    }

    /** The Java files under {@code src/KIND/java} of all modules, with paths relative to the root. */
    static List<Path> sources(String kind) {
        return MODULES.stream().flatMap(module -> sources(module, kind).stream()).toList();
    }

    /** The Java files under {@code src/KIND/java} of a module, with paths relative to the root. */
    static List<Path> sources(String module, String kind) {
        Path folder = root().resolve(module).resolve("src").resolve(kind).resolve("java");
        if (!Files.isDirectory(folder)) return List.of();
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).sorted().map(root()::relativize).toList();
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }

    /** The lines of a file given relative to the root. */
    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(root().resolve(file));
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
    }
}
