// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.mtl.data.DerivedCache;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option that says where derived labels are kept. */
final class CacheOption {

    private static final String NONE = "none";

    @Option(names = "--cache", paramLabel = "FOLDER",
            description = "Where what is slow to derive from a data set is kept (normals of NYUv2), or 'none'."
                    + " Default: topple in $XDG_CACHE_HOME, or in ~/.cache.")
    private Optional<String> folder;

    DerivedCache open(PrintWriter err) {
        if (folder.filter(NONE::equals).isPresent()) {
            return DerivedCache.none();
        }
        Path path = folder.map(DataOption::folder).orElseGet(() -> usual(System.getenv()));
        return DerivedCache.in(path, remark -> err.println("topple: " + Complaint.line(remark)));
    }

    private static Path usual(Map<String, String> environment) {
        Path home = Path.of(System.getProperty("user.home"));
        String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
        // The XDG base directory specification has relative paths ignored.
        Path folder = Path.of(caches).isAbsolute() ? Path.of(caches) : home.resolve(".cache");
        return folder.resolve("topple");
    }
}
