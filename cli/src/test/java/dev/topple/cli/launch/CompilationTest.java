// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The options that make Java compile kernels early: they know all kernels, and both launchers say the same. */
class CompilationTest {

    private static final Path ENGINE = Path.of("engine", "src", "main", "java");
    /** These name the module alone, to say which vectors there are. */
    private static final List<String> NO_KERNELS = List.of("dev.topple.engine.cpu.kernel.Simd");
    private static final Pattern METHODS =
            Pattern.compile("-XX:CompileCommand=CompileThresholdScaling,(.*)\\*::\\*,.*");

    @Test
    void everyClassThatComputesWithVectorsIsCompiledEarly() throws IOException {
        List<String> beginnings = Launcher.compilation().stream().map(METHODS::matcher).filter(Matcher::matches)
                .map(matcher -> matcher.group(1)).toList();
        List<String> forgotten = new ArrayList<>(vectorClasses());
        assertFalse(forgotten.isEmpty());
        forgotten.removeIf(name -> NO_KERNELS.contains(name) || beginnings.stream().anyMatch(name::startsWith));
        assertEquals(List.of(), forgotten, "vector kernels that no beginning in Launcher.KERNELS matches");
    }

    @Test
    void theScriptSaysTheSame() throws IOException {
        String script = Files.readString(Path.of("topple"));
        Matcher loop = Pattern.compile("for kernels in ([^;]*); do").matcher(script);
        List<String> said = new ArrayList<>();
        if (loop.find()) {
            for (String kernels : loop.group(1).split("[\\s\\\\]+")) {
                Matcher command = Pattern.compile("\"(-XX:CompileCommand=[^\"]*)\"").matcher(script);
                while (command.find()) {
                    said.add(command.group(1).replace("$kernels", kernels));
                }
            }
        }
        Matcher global = Pattern.compile("-XX:(CompileCommand=quiet|Tier\\dBackEdgeThreshold=\\d+)").matcher(script);
        for (int at = 0; global.find(); at++) {
            said.add(at, global.group());
        }
        assertEquals(Launcher.compilation(), said);
    }

    private static List<String> vectorClasses() throws IOException {
        try (Stream<Path> files = Files.walk(ENGINE)) {
            return files.filter(file -> file.toString().endsWith(".java")).filter(CompilationTest::importsVectors)
                    .map(file -> ENGINE.relativize(file).toString().replace(".java", "").replaceAll("[/\\\\]", "."))
                    .toList();
        }
    }

    private static boolean importsVectors(Path file) {
        try {
            return Files.readString(file).contains("import jdk.incubator.vector.");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
