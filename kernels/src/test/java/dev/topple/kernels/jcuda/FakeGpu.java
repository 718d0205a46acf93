// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Compiles the libraries of a GPU that is not there, from the C files beside this class. */
final class FakeGpu {

    private FakeGpu() {}

    /** Skips the test where there is no C compiler or no Linux on x86-64. */
    static void assumeCompiler() {
        assumeTrue(System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64"),
                "the fake GPU needs Linux on x86-64");
        boolean present = Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "cc")));
        assumeTrue(present, "the fake GPU needs a C compiler, and there is no cc on the PATH");
    }

    static void buildDriver(Path folder) throws IOException, InterruptedException {
        build(folder, "fake-libcuda.c", "libcuda.so.1", List.of());
    }

    /** With the version of symbols that the real one has. */
    static void buildCublas(Path folder, int major) throws IOException, InterruptedException {
        String name = "libcublas.so." + major;
        Path script = Files.writeString(folder.resolve("versions" + major), name + " { global: *; };\n");
        build(folder, "fake-libcublas.c", name, List.of("-DMAJOR=" + major, "-Wl,--version-script=" + script));
    }

    private static void build(Path folder, String source, String library, List<String> options)
            throws IOException, InterruptedException {
        Path file = folder.resolve(source);
        try (InputStream in = Objects.requireNonNull(FakeGpu.class.getResourceAsStream(source), source)) {
            Files.write(file, in.readAllBytes());
        }
        List<String> command = Stream.concat(
                Stream.of("cc", "-shared", "-fPIC", "-O1", "-w", "-Wl,-soname," + library, "-o",
                        folder.resolve(library).toString(), file.toString()),
                options.stream()).toList();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
    }
}
