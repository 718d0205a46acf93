// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import dev.topple.benchmarks.peers.Processes.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;

/** Lets the two sides take turns, round by round, and pairs what they measured. */
final class Measurements {

    private static final String STRONG = "libtorch, strong";
    private static final String RELEASED = "libtorch, as released";
    private static final int FRESH = 10;
    private static final int FRESH_STEPS = 10;
    private static final String FRESH_CASE = "resnet34-light 4x144x192";
    private static final String MEMORY_CASE = "resnet34-light 1x288x384";
    /** Until the compilers have seen every kernel. */
    private static final int MEMORY_STEPS = 14;
    private static final int PEER_MEMORY_STEPS = 4;
    private static final List<String> ACCURACY_CASES =
            List.of("resnet34-light 1x288x384", "resnet34-light 8x144x192", "mobilenetv2-light 8x224x224");

    private final Processes processes;
    private final int rounds;
    private final String match;
    private final DoubleSupplier load;
    private final Consumer<String> progress;
    private double highestLoad;

    Measurements(Processes processes, int rounds, String match, DoubleSupplier load, Consumer<String> progress) {
        this.processes = processes;
        this.rounds = rounds;
        this.match = match;
        this.load = load;
        this.progress = progress;
    }

    /** The rows of a part. */
    List<Row> of(Part part, int threads) {
        highestLoad = 0;
        return switch (part) {
            case CONV -> convolutions(threads);
            case ATTACK_STEP -> attacks(threads);
            case TRAINING_STEP -> trainings(threads);
            case MEMORY -> memory(threads);
            case START -> start(threads);
            case FRESH -> fresh();
            case ACCURACY -> accuracy(threads);
        };
    }

    private Outcome run(Side side, int threads, Part part, String... details) {
        highestLoad = Math.max(highestLoad, load.getAsDouble());
        Outcome outcome = processes.run(side, threads, part, details);
        highestLoad = Math.max(highestLoad, load.getAsDouble());
        return outcome;
    }

    /** With one thread the caller does all the work, and its own running time is disturbed least. */
    private static String clock(int threads) {
        return threads == 1 ? "cpu_ms" : "wall_ms";
    }

    private static List<Double> each(List<Outcome> outcomes, String of, String what) {
        return outcomes.stream().map(outcome -> outcome.readings().get(of, what)).toList();
    }

    private void say(Part part, String name, int threads, int round, String text) {
        progress.accept(String.format(Locale.ROOT, "%s %s, %d thread%s, round %d of %d%s", part.text(), name, threads,
                threads == 1 ? "" : "s", round + 1, rounds, text));
    }

    private List<Row> convolutions(int threads) {
        List<Outcome> topple = new ArrayList<>();
        List<Outcome> libtorch = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            say(Part.CONV, "all", threads, round, "");
            topple.add(run(Side.TOPPLE, threads, Part.CONV, match));
            libtorch.add(run(Side.LIBTORCH, threads, Part.CONV, match));
        }
        String clock = clock(threads);
        double peak = Statistics.median(each(topple, "peak", "gigaflops"));
        List<Row> rows = new ArrayList<>();
        for (String shape : ConvolutionCase.matching(match)) {
            for (Pass pass : Pass.values()) {
                ConvolutionPair pair = new ConvolutionPair(shape, pass, threads, peak, highestLoad);
                rows.addAll(pair.rows(each(topple, "1 " + shape + " " + pass, clock),
                        each(topple, ConvolutionPair.LAYERS + " " + shape + " " + pass, clock),
                        each(libtorch, shape + " " + pass, clock),
                        topple.get(0).readings().notes().get(shape + " " + pass)));
            }
        }
        return rows;
    }

    private List<Row> attacks(int threads) {
        List<Row> rows = new ArrayList<>();
        for (String attacked : AttackCase.ALL) {
            if (attacked.contains(match)) {
                // The exact mode has its own goal for the first case; a pass over all would cost too much time.
                rows.addAll(attacks(threads, attacked,
                        attacked.equals(AttackCase.ALL.get(0)) ? List.of("fast", "exact") : List.of("fast")));
            }
        }
        return rows;
    }

    private List<Row> attacks(int threads, String attacked, List<String> precisions) {
        Map<String, List<Outcome>> topple = new LinkedHashMap<>();
        precisions.forEach(precision -> topple.put(precision, new ArrayList<>()));
        List<Outcome> libtorch = new ArrayList<>();
        Map<String, Agreement> agreements = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (String precision : precisions) {
                topple.get(precision).add(run(Side.TOPPLE, threads, Part.ATTACK_STEP, attacked, precision));
            }
            libtorch.add(run(Side.LIBTORCH, threads, Part.ATTACK_STEP, attacked, "eager"));
            for (String precision : precisions) {
                Agreement agreement =
                        Agreement.of(topple.get(precision).get(round), libtorch.get(round)).check(attacked);
                agreements.put(precision, agreement);
                say(Part.ATTACK_STEP, attacked + " " + precision, threads, round, ": " + agreement.text());
            }
        }
        List<Row> rows = new ArrayList<>();
        String clock = clock(threads);
        for (String precision : precisions) {
            List<Double> mine = each(topple.get(precision), attacked + " " + precision, clock);
            String how =
                    DirectionFile.read(topple.get(precision).get(0).folder()).readings().notes().entrySet().stream()
                            .map(note -> note.getValue() + " " + note.getKey()).collect(Collectors.joining(", "));
            for (Way way : Way.values()) {
                rows.add(Row.of(Part.ATTACK_STEP, attacked + (precision.equals("fast") ? "" : " " + precision),
                        way == Way.STRONG ? STRONG : RELEASED, threads, "ms", mine,
                        each(libtorch, attacked + " " + way, clock), highestLoad).withAlgorithm(how, Double.NaN)
                        .withRemark(agreements.get(precision).text()));
            }
        }
        return rows;
    }

    private List<Row> trainings(int threads) {
        List<Row> rows = new ArrayList<>();
        for (String trained : TrainingCase.ALL) {
            List<Outcome> topple = new ArrayList<>();
            List<Outcome> libtorch = new ArrayList<>();
            String agreement = "";
            for (int round = 0; round < rounds; round++) {
                topple.add(run(Side.TOPPLE, threads, Part.TRAINING_STEP, trained));
                libtorch.add(run(Side.LIBTORCH, threads, Part.TRAINING_STEP, trained));
                agreement = TrainingCase.agreement(topple.get(round).readings(), libtorch.get(round).readings());
                say(Part.TRAINING_STEP, trained, threads, round, ": " + agreement);
            }
            rows.add(Row.of(Part.TRAINING_STEP, trained, "libtorch", threads, "ms",
                    each(topple, trained, clock(threads)), each(libtorch, trained, clock(threads)), highestLoad)
                    .withRemark(agreement));
        }
        return rows;
    }

    private List<Row> memory(int threads) {
        List<Row> rows = new ArrayList<>();
        List<Outcome> libtorch = new ArrayList<>();
        Map<String, List<Outcome>> topple = new LinkedHashMap<>();
        for (int round = 0; round < Math.min(rounds, 3); round++) {
            for (String precision : List.of("fast", "exact", "direct")) {
                topple.computeIfAbsent(precision, p -> new ArrayList<>()).add(
                        run(Side.TOPPLE, threads, Part.MEMORY, MEMORY_CASE, precision, Integer.toString(MEMORY_STEPS)));
            }
            libtorch.add(run(Side.LIBTORCH, threads, Part.MEMORY, MEMORY_CASE, "strong",
                    Integer.toString(PEER_MEMORY_STEPS)));
            say(Part.MEMORY, MEMORY_CASE, threads, round, "");
        }
        topple.forEach((precision, outcomes) -> {
            double bytes = outcomes.get(0).readings().get("step" + MEMORY_STEPS, "allocated");
            double peak = Statistics.median(each(outcomes, "process", "peak_mib"));
            double theirs = Statistics.median(each(libtorch, "process", "peak_mib"));
            double prepared = outcomes.get(0).readings().get("process", "prepared_mib");
            rows.add(Row.of(Part.MEMORY, MEMORY_CASE + " " + precision, STRONG, threads, "MiB",
                    each(outcomes, "process", "peak_mib"), each(libtorch, "process", "peak_mib"), highestLoad)
                    .withRemark(String.format(Locale.ROOT, "Topple takes %.2f times libtorch's, %.2f times without its"
                            + " %.0f MiB of prepared weights; %.0f bytes allocated in step %d", peak / theirs,
                            (peak - prepared) / theirs, prepared, bytes, MEMORY_STEPS)));
        });
        return rows;
    }

    private List<Row> start(int threads) {
        List<Outcome> topple = new ArrayList<>();
        List<Outcome> libtorch = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            topple.add(run(Side.TOPPLE, threads, Part.START, MEMORY_CASE, "fast", "1"));
            libtorch.add(run(Side.LIBTORCH, threads, Part.START, MEMORY_CASE, "strong", "1"));
            say(Part.START, MEMORY_CASE, threads, round, "");
        }
        return List.of(Row.of(Part.START, MEMORY_CASE + ", by the clock", STRONG, threads, "ms",
                topple.stream().map(Measurements::firstStep).toList(),
                libtorch.stream().map(Measurements::firstStep).toList(), highestLoad)
                .withRemark("from the start of the process to the end of the first step"),
                Row.of(Part.START, MEMORY_CASE + ", processor time", STRONG, threads, "ms",
                        each(topple, "process", "processor_ms"), each(libtorch, "process", "processor_ms"), highestLoad)
                        .withRemark("of all threads of the process, compilers included"));
    }

    private static double firstStep(Outcome outcome) {
        return outcome.readings().get("process", "first_step_epoch_ms") - outcome.started();
    }

    /** By the caller's running time, hence with one thread. */
    private List<Row> fresh() {
        List<Double> steady = new ArrayList<>();
        int latest = 0;
        for (int i = 0; i < FRESH; i++) {
            Readings readings = run(Side.TOPPLE, 1, Part.FRESH, FRESH_CASE, "fast", Integer.toString(FRESH_STEPS))
                    .readings();
            List<Double> last = new ArrayList<>();
            for (int step = FRESH_STEPS / 2 + 1; step <= FRESH_STEPS; step++) {
                last.add(readings.get("step" + step, "cpu_ms"));
            }
            double own = Statistics.median(last);
            steady.add(own);
            int first = 1;
            while (readings.get("step" + first, "cpu_ms") > own / 0.9) {
                first++;
            }
            latest = Math.max(latest, first);
            progress.accept(String.format(Locale.ROOT, "fresh process %d of %d: %.0f ms a step from step %d on", i + 1,
                    FRESH, own, first));
        }
        Row.Spread spread = Row.Spread.of(steady);
        double slowest = spread.high() / spread.low();
        return List.of(new Row(Part.FRESH, FRESH_CASE, "the fastest of " + FRESH + " processes", 1, "ms", spread,
                new Row.Spread(spread.low(), spread.low(), spread.low()),
                Row.Spread.of(steady.stream().map(own -> spread.low() / own).toList()), highestLoad, "", Double.NaN,
                String.format(Locale.ROOT, "the slowest takes %.2f times the fastest; 90 %% of the steady speed from"
                        + " step %d at the latest", slowest, latest)));
    }

    private List<Row> accuracy(int threads) {
        List<Row> rows = new ArrayList<>();
        for (String attacked : ACCURACY_CASES) {
            if (attacked.contains(match)) {
                Outcome truth = run(Side.LIBTORCH, threads, Part.ACCURACY, attacked, "float64");
                Agreement theirs = Agreement.of(run(Side.LIBTORCH, threads, Part.ACCURACY, attacked, "float32"), truth);
                for (String precision : List.of("fast", "exact")) {
                    Agreement mine = Agreement.of(run(Side.TOPPLE, threads, Part.ACCURACY, attacked, precision), truth);
                    rows.add(Row.of(Part.ACCURACY, attacked + " " + precision, "libtorch, float32", threads, "rel_L2",
                            mine.images(), theirs.images(), highestLoad).withRemark(
                                    String.format(Locale.ROOT,
                                            "images against libtorch in float64; equal signs %.4f %%, libtorch %.4f %%",
                                            100 * mine.signs(), 100 * theirs.signs())));
                }
            }
        }
        return rows;
    }
}
