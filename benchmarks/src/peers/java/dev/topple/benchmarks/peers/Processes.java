// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Starts {@link Fork}s, one at a time. */
final class Processes {

    private static final int MOST_MINUTES = 10;

    private final Path folder;
    private final List<String> toppleOptions;
    private int count;

    /**
     * @param folder for what the processes write
     * @param toppleOptions for the JVMs that run Topple
     */
    Processes(Path folder, List<String> toppleOptions) {
        this.folder = folder;
        this.toppleOptions = List.copyOf(toppleOptions);
    }

    /** What came of a process, and when it was started, milliseconds since 1970. */
    record Outcome(Readings readings, Path folder, double started) {}

    /** Runs one to its end. */
    Outcome run(Side side, int threads, Part part, String... details) {
        try {
            Path own = Files.createDirectories(folder.resolve("fork" + count++));
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-Dai.djl.offline=true", "-Dai.djl.pytorch.num_threads=" + threads,
                    "-cp", System.getProperty("java.class.path")));
            if (side == Side.TOPPLE) {
                command.addAll(toppleOptions);
            }
            command.addAll(List.of(Fork.class.getName(), own.toString(), side.name(), Integer.toString(threads),
                    part.text()));
            command.addAll(List.of(details));
            File log = own.resolve("log.txt").toFile();
            double started = System.currentTimeMillis();
            Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
            boolean ended = process.waitFor(MOST_MINUTES, TimeUnit.MINUTES);
            if (!ended) {
                process.destroyForcibly();
            }
            if (!ended || process.exitValue() != 0) {
                throw new IllegalStateException(String.join(" ", details) + ": the process of " + side
                        + (ended ? " failed" : " took too long") + "; it wrote:\n" + Files.readString(log.toPath()));
            }
            return new Outcome(Readings.read(own.resolve("readings.json")), own, started);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a process: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
