// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.study.DgbaExactness;
import dev.topple.attacks.study.ExactnessSummary;
import dev.topple.attacks.study.ImageExactness;
import dev.topple.engine.io.JsonValue;
import dev.topple.mtl.data.Batch;
import dev.topple.mtl.data.Batches;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topple study exactness}. */
@Command(name = "exactness", mixinStandardHelpOptions = true, sortOptions = false, abbreviateSynopsis = true,
        description = {"Compares one step of DGBA with the linear program that it is to solve: the largest averaged"
                + " relative loss change that the gradients promise within the budget, what the step reaches of it"
                + " (the gap is rounding), and what the losses really do. Writes exactness.json."})
final class ExactnessCommand implements Callable<Integer> {

    private static final String FILE = "exactness.json";

    @Spec
    private CommandSpec spec;

    @Option(names = "--eps", paramLabel = "EPS", defaultValue = "1/255,2/255,4/255,8/255",
            description = "The L-infinity budgets. Default: ${DEFAULT-VALUE}.")
    private String eps;

    @Mixin
    private StudyOptions options;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        List<Double> epsilons = Arrays.stream(eps.split(",", -1))
                .map(each -> Budgets.parse("linf", each).epsilon()).distinct().toList();
        try (StudyOptions.Subject subject = options.open("exactness", FILE, err)) {
            List<String> ids = new ArrayList<>();
            List<List<ImageExactness>> images = new ArrayList<>();
            study(subject, epsilons, ids, images);
            List<ExactnessSummary> summaries = new ArrayList<>();
            for (int i = 0; i < epsilons.size(); i++) {
                int at = i;
                summaries.add(ExactnessSummary.of(images.stream().map(image -> image.get(at)).toList()));
            }
            JsonValue document = subject.document("exactness")
                    .put("summary", summaries.stream().map(ExactnessCommand::json).toList())
                    .put("perImage", perImage(ids, images)).build();
            options.report(document, FILE, table(summaries, Look.ofOutput()), spec.commandLine().getOut());
        }
        return 0;
    }

    private static void study(StudyOptions.Subject subject, List<Double> epsilons, List<String> ids,
            List<List<ImageExactness>> images) {
        try (DgbaExactness exactness = new DgbaExactness(subject.model(), subject.device(), epsilons);
                Batches batches = Batches.of(subject.images(), subject.batch());
                Progress progress = new Progress(subject.err(), "studying", subject.images().size())) {
            for (Optional<Batch> batch = batches.next(); batch.isPresent(); batch = batches.next()) {
                List<List<ImageExactness>> found = exactness.of(batch.get().images(), batch.get().labels());
                for (int row = 0; row < batch.get().count(); row++) {
                    ids.add(batch.get().ids().get(row));
                    images.add(found.get(row));
                }
                progress.at(images.size(), "");
            }
        }
    }

    private static JsonValue json(ExactnessSummary summary) {
        return JsonValue.object().put("eps", summary.epsilon()).put("images", summary.images())
                .put("optimum", summary.optimum()).put("reached", summary.reached())
                .put("largestGap", summary.largestGap()).put("largestViolation", summary.largestViolation())
                .put("actual", summary.actual()).put("surplus", summary.surplus())
                .put("predictedOfTask", json(summary.predictedOf())).put("actualOfTask", json(summary.actualOf()))
                .build();
    }

    private static List<JsonValue> perImage(List<String> ids, List<List<ImageExactness>> images) {
        List<JsonValue> all = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            for (ImageExactness each : images.get(i)) {
                all.add(JsonValue.object().put("image", ids.get(i)).put("eps", each.epsilon())
                        .put("optimum", each.optimum()).put("dualBound", each.dualBound())
                        .put("reached", each.reached()).put("gap", each.gap()).put("violation", each.violation())
                        .put("predictedOfTask", json(each.predicted())).put("actualOfTask", json(each.actual()))
                        .build());
            }
        }
        return all;
    }

    private static JsonValue json(Map<String, Double> ofTasks) {
        var object = JsonValue.object();
        ofTasks.forEach(object::put);
        return object.build();
    }

    /** A column per epsilon. */
    static List<String> table(List<ExactnessSummary> summaries, Look look) {
        Table table = new Table(1);
        table.row(row("eps", summaries.stream().map(each -> Budgets.fraction(each.epsilon())).toList())).rule();
        table.row(row("largest predicted change (%)", percents(summaries.stream().map(ExactnessSummary::optimum))));
        table.row(row("reached by the step (%)", percents(summaries.stream().map(ExactnessSummary::reached))));
        table.row(row("largest gap of an image (ppm)", summaries.stream()
                .map(each -> String.format(Locale.ROOT, "%.2f", 1e6 * each.largestGap())).toList()));
        table.row(row("actual change (%)", percents(summaries.stream().map(ExactnessSummary::actual))));
        table.row(row("actual less predicted (%)", percents(summaries.stream().map(ExactnessSummary::surplus))));
        for (String task : summaries.getFirst().predictedOf().keySet()) {
            table.heading(task);
            table.row(row("  predicted (%)",
                    percents(summaries.stream().map(each -> each.predictedOf().get(task)))));
            table.row(row("  actual (%)", percents(summaries.stream().map(each -> each.actualOf().get(task)))));
        }
        List<String> lines = new ArrayList<>(table.rule().lines(look));
        lines.add("Relative changes of losses under one step of DGBA, averaged over the tasks; means over "
                + Figures.count(summaries.getFirst().images(), "image") + ".");
        return lines;
    }

    private static List<String> percents(Stream<Double> shares) {
        return shares.map(share -> Figures.decimal(100 * share, 2)).toList();
    }

    private static List<String> row(String name, List<String> cells) {
        List<String> row = new ArrayList<>(List.of(name));
        row.addAll(cells);
        return row;
    }
}
