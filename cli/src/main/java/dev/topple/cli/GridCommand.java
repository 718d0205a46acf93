// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.evaluate.Interval;
import dev.topple.attacks.evaluate.Protocol;
import dev.topple.attacks.step.Pgd;
import dev.topple.attacks.study.WeightGrid;
import dev.topple.engine.io.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topple study grid}. */
@Command(name = "grid", mixinStandardHelpOptions = true, sortOptions = false, abbreviateSynopsis = true,
        description = {"Searches a grid of weights for the tasks' losses, for all images and for each image, with PGD,"
                + " and compares what it finds and what it costs with one attack with DGBA. Writes grid.json."})
final class GridCommand implements Callable<Integer> {

    private static final String FILE = "grid.json";

    @Spec
    private CommandSpec spec;

    @Option(names = "--parts", paramLabel = "N", defaultValue = "5",
            description = "Weights are multiples of 1/N and add up to 1; 5 gives 21 points for three tasks."
                    + " Default: ${DEFAULT-VALUE}.")
    private int parts;

    @Option(names = "--eps", paramLabel = "EPS", defaultValue = "8/255",
            description = "The L-infinity budget. Default: ${DEFAULT-VALUE}.")
    private String eps;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "10",
            description = "Steps of PGD. Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Mixin
    private StudyOptions options;

    @Override
    public Integer call() {
        Figures.requirePositive("--parts", parts);
        Figures.requirePositive("--steps", steps);
        Budget budget = Budgets.parse("linf", eps);
        try (StudyOptions.Subject subject = options.open("grid", FILE, spec.commandLine().getErr())) {
            int images = subject.images().size();
            int tasks = subject.model().tasks().size();
            long points = WeightGrid.points(IntStream.range(0, tasks).mapToObj(Integer::toString).toList(), parts)
                    .size();
            WeightGrid.Result result;
            try (Progress progress = new Progress(subject.err(), "searching", (points + 2) * images)) {
                result = WeightGrid.run(subject.model(), subject.images(), subject.device(),
                        new Protocol(subject.seed(), subject.batch(), images), budget, Pgd.steps(steps), parts,
                        (stage, index, stages, done, all) -> progress.at((long) index * images + done, stage));
            }
            JsonValue document = subject.document("grid").put("eps", budget.epsilon()).put("steps", steps)
                    .put("parts", parts).put("dgba", json(result.dgba()))
                    .put("bestForAll", json(result.bestForAll())).put("bestPerImage", json(result.bestPerImage()))
                    .put("lead", result.lead()).put("leadInterval", interval(result.leadInterval()))
                    .put("bytes", result.bytes())
                    .put("grid", IntStream.range(0, result.grid().size())
                            .mapToObj(point -> json(result.grid().get(point), result.choices().get(point))).toList())
                    .build();
            options.report(document, FILE, table(result, Look.ofOutput()), spec.commandLine().getOut());
        }
        return 0;
    }

    private static JsonValue json(WeightGrid.Entry entry, int images) {
        return builder(entry).put("bestForImages", images).build();
    }

    private static JsonValue json(WeightGrid.Entry entry) {
        return builder(entry).build();
    }

    private static JsonValue.Builder builder(WeightGrid.Entry entry) {
        return JsonValue.object().put("name", entry.name()).put("arp", entry.arp())
                .put("arpInterval", interval(entry.interval())).put("meanLogLoss", entry.meanLogLoss())
                .put("forwards", entry.passes().forwards()).put("backwards", entry.passes().backwards())
                .put("seconds", entry.seconds());
    }

    static JsonValue interval(Interval interval) {
        return interval.defined() ? JsonValue.array(List.of(JsonValue.of(interval.low()),
                JsonValue.of(interval.high()))) : new JsonValue.JsonNull();
    }

    /** For people: {@code 12.3 to 45.6}. */
    static String text(Interval interval) {
        return interval.defined() ? Figures.decimal(interval.low(), 1) + " to " + Figures.decimal(interval.high(), 1)
                : Figures.UNDEFINED;
    }

    static List<String> table(WeightGrid.Result result, Look look) {
        Table table = new Table(1)
                .row("", "ARP (%)", "95 % interval", "sum log L", "forwards", "backwards", "s", "best for").rule();
        for (int i = 0; i < result.grid().size(); i++) {
            row(table, result.grid().get(i), result, Integer.toString(result.choices().get(i)));
        }
        table.rule();
        row(table, result.bestForAll(), result, "");
        row(table, result.bestPerImage(), result, "");
        row(table, result.dgba(), result, "");
        List<String> lines = new ArrayList<>(table.rule().lines(look));
        lines.add("DGBA less the best weights of each image: " + Figures.decimal(result.lead(), 1)
                + " (95 % interval " + text(result.leadInterval()) + ").");
        lines.add("Passes and seconds per image; best for so many images. Memory of one attack on a batch: "
                + Figures.decimal(result.bytes() / (double) (1 << 20), 1)
                + " MiB, with every balancer here; " + Figures.count(result.images(), "image") + ".");
        return lines;
    }

    private static void row(Table table, WeightGrid.Entry entry, WeightGrid.Result result, String best) {
        table.row(entry.name().replace("weighted:", ""), Figures.decimal(entry.arp(), 1), text(entry.interval()),
                Figures.decimal(entry.meanLogLoss(), 2),
                Integer.toString(entry.passes().forwards()), Integer.toString(entry.passes().backwards()),
                Figures.decimal(entry.seconds() / result.images(), 3), best);
    }
}
