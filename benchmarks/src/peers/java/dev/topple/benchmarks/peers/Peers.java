// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** {@code benchmarks/run peers}: measures Topple and libtorch in turns and writes the table. */
public final class Peers {

    private static final int ROUNDS = 5;

    private Peers() {}

    /** The options with which the script {@code topple} starts its JVM. */
    private static final String LAUNCHER_OPTIONS = "topple.peers.options";

    private static List<String> words(String text) {
        return Arrays.stream(text.split("\\s+")).filter(word -> !word.isEmpty()).toList();
    }

    /** What is asked for. */
    private record Options(List<Part> parts, List<Integer> threads, int rounds, String match, Path results,
            List<String> toppleOptions) {

        static Options parse(String[] args) {
            List<Part> parts = List.of(Part.CONV, Part.ATTACK_STEP, Part.TRAINING_STEP, Part.MEMORY, Part.START,
                    Part.FRESH, Part.ACCURACY);
            List<Integer> threads = List.of(1, 2);
            int rounds = ROUNDS;
            String match = "";
            Path results = Path.of("benchmarks", "results");
            List<String> toppleOptions = new ArrayList<>(words(System.getProperty(LAUNCHER_OPTIONS, "")));
            for (int i = 0; i < args.length; i += 2) {
                if (i + 1 == args.length) {
                    throw new IllegalArgumentException(args[i] + " needs a value");
                }
                String value = args[i + 1];
                switch (args[i]) {
                    case "--only" -> parts = Arrays.stream(value.split(",")).map(Part::of).toList();
                    case "--threads" -> threads = Arrays.stream(value.split(",")).map(Integer::valueOf).toList();
                    case "--rounds" -> rounds = Integer.parseInt(value);
                    case "--case" -> match = value;
                    case "--results" -> results = Path.of(value);
                    case "--topple-options" -> toppleOptions.addAll(words(value));
                    default -> throw new IllegalArgumentException("there is no option " + args[i] + "; there are"
                            + " --only, --threads, --rounds, --case, --results and --topple-options");
                }
            }
            return new Options(parts, threads, rounds, match, results, toppleOptions);
        }
    }

    /**
     * Measures.
     *
     * @param args {@code --only PART,…} of {@link Part}, {@code --threads 1,2}, {@code --rounds 5}, {@code --case TEXT}
     *     for
     *     the cases whose names hold the text, {@code --results FOLDER}, {@code --topple-options "-D…"} for the JVMs of
     *     Topple, after those that the script {@code topple} gives them
     */
    public static void main(String[] args) throws IOException {
        Options options;
        try {
            options = Options.parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println("benchmarks/run peers: " + e.getMessage());
            System.exit(2);
            return;
        }
        Path work = Files.createTempDirectory("topple-peers");
        Results results = new Results(Files.createDirectories(options.results()));
        Measurements measurements = new Measurements(new Processes(work, options.toppleOptions()), options.rounds(),
                options.match(), Peers::load, line -> System.err.println(line));
        for (Part part : options.parts()) {
            for (int threads : part.once() ? options.threads().subList(0, 1) : options.threads()) {
                long start = System.nanoTime();
                results.replace(part, threads, measurements.of(part, threads));
                System.err.printf("%s with %d thread%s took %.0f s%n", part.text(), threads, threads == 1 ? "" : "s",
                        (System.nanoTime() - start) * 1e-9);
            }
        }
        delete(work);
        System.out.print(Files.readString(options.results().resolve("peers.md")));
    }

    /** What processes wrote is kept only where one of them failed. */
    private static void delete(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }
}
