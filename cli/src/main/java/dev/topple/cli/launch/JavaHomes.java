// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.launch;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the folders of installed Javas, by reading their {@code release} files; none is started. For Java 8. */
final class JavaHomes {

    /** The oldest Java that the program runs on. */
    static final int NEEDED = 25;

    private static final String VECTOR = "jdk.incubator.vector";

    private final Map<String, String> environment;
    private final Path running;
    private final Path user;

    /**
     * A search.
     *
     * @param environment environment variables: JAVA_HOME and PATH are looked at
     * @param running the home of the Java that runs this
     * @param user the home folder of the person
     */
    JavaHomes(Map<String, String> environment, Path running, Path user) {
        this.environment = environment;
        this.running = running;
        this.user = user;
    }

    /** The first Java that is new enough: JAVA_HOME, the running one, PATH, then the folders where Javas are installed. */
    Optional<Path> find() {
        return candidates().stream().filter(JavaHomes::suits).findFirst();
    }

    /** Whether the folder holds a Java that is new enough and has the Vector API. */
    static boolean suits(Path home) {
        return version(home) >= NEEDED && Files.isExecutable(executable(home)) && hasVectors(home);
    }

    /** The feature number (17, 25 …) of the Java in a folder, or 0 where there is none. */
    static int version(Path home) {
        // Java 8 says 1.8.0_402, later ones 17.0.15, 25, 26-ea.
        String text = entry(home, "JAVA_VERSION");
        String[] parts = text.split("[^0-9]+", 3);
        String first = parts.length > 1 && parts[0].equals("1") ? parts[1] : parts[0];
        return first.isEmpty() || first.length() > 4 ? 0 : Integer.parseInt(first);
    }

    static Path executable(Path home) {
        return home.resolve("bin").resolve(File.separatorChar == '\\' ? "java.exe" : "java");
    }

    private static boolean hasVectors(Path home) {
        // Only an image made by jlink lacks modules, and jlink lists those that it put in.
        String modules = entry(home, "MODULES");
        return modules.isEmpty() || (" " + modules + " ").contains(" " + VECTOR + " ");
    }

    private static String entry(Path home, String key) {
        Path release = home.resolve("release");
        if (!Files.isRegularFile(release)) return "";
        try {
            for (String line : Files.readAllLines(release, StandardCharsets.ISO_8859_1)) {
                if (line.startsWith(key + "=")) return line.substring(key.length() + 1).replace("\"", "").trim();
            }
        } catch (IOException unreadable) {
            // A folder that cannot be read holds no Java for us.
        }
        return "";
    }

    private List<Path> candidates() {
        List<Path> homes = new ArrayList<>();
        String javaHome = environment.getOrDefault("JAVA_HOME", "");
        if (!javaHome.isEmpty()) homes.add(Paths.get(javaHome));
        homes.add(running);
        for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator)) {
            if (!folder.isEmpty()) homeOf(Paths.get(folder)).ifPresent(homes::add);
        }
        for (String folder : new String[] {"/usr/lib/jvm", "/usr/lib64/jvm", "/usr/java", "/opt", "/opt/java"}) {
            homes.addAll(inside(Paths.get(folder)));
        }
        homes.addAll(inside(user.resolve(".sdkman/candidates/java")));
        homes.addAll(inside(user.resolve(".jdks")));
        for (Path bundle : inside(Paths.get("/Library/Java/JavaVirtualMachines"))) {
            homes.add(bundle.resolve("Contents/Home"));
        }
        String programs = environment.getOrDefault("ProgramFiles", "");
        if (!programs.isEmpty()) {
            homes.addAll(inside(Paths.get(programs, "Java")));
            homes.addAll(inside(Paths.get(programs, "Eclipse Adoptium")));
        }
        return homes;
    }

    /** The home of the {@code java} in a folder of PATH, through links. */
    private static Optional<Path> homeOf(Path bin) {
        Path java = bin.resolve(File.separatorChar == '\\' ? "java.exe" : "java");
        if (!Files.isExecutable(java)) return Optional.empty();
        try {
            return Optional.ofNullable(java.toRealPath().getParent()).map(Path::getParent);
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** The folders in a folder, oldest Java first: the one that the program was made for comes before newer ones. */
    private static List<Path> inside(Path folder) {
        if (!Files.isDirectory(folder)) return Collections.emptyList();
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted(Comparator.comparingInt(JavaHomes::version).thenComparing(Comparator.naturalOrder()))
                    .collect(Collectors.toList());
        } catch (IOException unreadable) {
            return Collections.emptyList();
        }
    }
}
