// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs a JMH benchmark in this process and reads its {@link Clock}. */
final class Jmh {

    private static final List<String> UNNAMED = List.of("threads", "steps", "folder");

    private final Class<?> type;
    private final Map<String, String[]> parameters = new LinkedHashMap<>();

    Jmh(Class<?> type, int threads) {
        this.type = type;
        param("threads", Integer.toString(threads));
    }

    /** Gives a parameter its values. */
    Jmh param(String name, String... values) {
        parameters.put(name, values);
        return this;
    }

    /**
     * Runs all combinations of parameters. For each, {@code wall_ms} and {@code cpu_ms} of one run or step are the
     * medians over the iterations; they are filed under the parameters' values, joined by blanks, but for how many
     * threads and steps.
     *
     * @param each how long an iteration lasts; {@link TimeValue#NONE} for benchmarks that are run once an iteration
     */
    void run(int warmUps, int iterations, TimeValue each, Readings into) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder().include("^" + type.getName() + "\\.").forks(0)
                .verbosity(VerboseMode.SILENT).shouldFailOnError(true).warmupIterations(warmUps)
                .measurementIterations(iterations);
        if (!each.equals(TimeValue.NONE)) {
            options.warmupTime(each).measurementTime(each);
        }
        parameters.forEach(options::param);
        for (RunResult result : new Runner(options.build()).run()) {
            String name = parameters.keySet().stream().filter(p -> !UNNAMED.contains(p))
                    .map(p -> result.getParams().getParam(p)).collect(Collectors.joining(" "));
            into.put(name, "wall_ms", median(result, "wallNanos"));
            into.put(name, "cpu_ms", median(result, "cpuNanos"));
        }
    }

    private static double median(RunResult result, String counter) {
        List<Double> values = new ArrayList<>();
        for (BenchmarkResult benchmark : result.getBenchmarkResults()) {
            for (IterationResult iteration : benchmark.getIterationResults()) {
                Map<String, Result> counters = iteration.getSecondaryResults();
                values.add(counters.get(counter).getScore() / counters.get("runs").getScore() * 1e-6);
            }
        }
        return Statistics.median(values);
    }
}
