// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.engine.Device;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.train.Evaluation;
import dev.topple.mtl.train.ModelEvaluation;
import dev.topple.mtl.train.TaskEvaluation;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topple evaluate}. */
@Command(name = "evaluate", mixinStandardHelpOptions = true, sortOptions = false, abbreviateSynopsis = true,
        description = "Prints the metrics of a model on images that nobody attacked, beside those of the best constant"
                + " prediction.")
final class EvaluateCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOption model;

    @Mixin
    private DataOption data;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "8",
            description = "Images at a time; results do not depend on it. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Mixin
    private DeviceOption device;

    @Option(names = "--json", description = "Print JSON instead of a table.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter out = spec.commandLine().getOut();
        Figures.requirePositive("--batch", batch);
        Model judged = model.load().model();
        Dataset images = data.open(judged, err);
        if (!images.labelled().containsAll(judged.tasks().stream().map(task -> task.name()).toList())) {
            throw new IllegalArgumentException(images.name()
                    + " has no labels to compare predictions with; evaluate on rooms or nyuv2:FOLDER, or attack these"
                    + " images instead");
        }
        try (Device opened = device.open()) {
            err.println("evaluating " + Complaint.line(judged.name()) + " on "
                    + Figures.count(images.size(), "image") + " of " + images.name() + "; " + opened.description());
            Model constant = Constants.of(judged.tasks(), data.training(judged, images, err), err);
            Evaluation result;
            Evaluation baseline;
            int some = Math.min(batch, images.size());
            try (Progress progress = new Progress(err, "evaluating", 2L * images.size())) {
                result = ModelEvaluation.evaluate(opened, judged, images, some, done -> progress.at(done, ""));
                baseline = ModelEvaluation.evaluate(opened, constant, images, some,
                        done -> progress.at((long) images.size() + done, "constant"));
            }
            requireFinite(result);
            if (json) {
                out.println(Json.pretty(document(judged, images, result, baseline)).stripTrailing());
            } else {
                table(result, baseline, Look.ofOutput()).forEach(out::println);
            }
        }
        return 0;
    }

    /** Metrics of predictions that are no numbers would look like numbers all the same. */
    private static void requireFinite(Evaluation result) {
        for (TaskEvaluation task : result.tasks()) {
            if (!Double.isFinite(task.loss())) {
                throw new IllegalArgumentException("the model's loss of " + task.task().name() + " is " + task.loss()
                        + "; its weights are unusable");
            }
        }
    }

    private static JsonValue document(Model judged, Dataset images, Evaluation result,
            Evaluation baseline) {
        return JsonValue.object()
                .put("model", JsonValue.of(judged.name()))
                .put("data", JsonValue.of(images.name()))
                .put("images", JsonValue.of(images.size()))
                .put("metrics", result.toJson())
                .put("constant", baseline.toJson())
                .build();
    }

    /** A row per metric: the model's value and the constant's. */
    static List<String> table(Evaluation result, Evaluation baseline, Look look) {
        Table table = new Table(1).row("", "model", "constant").rule();
        for (TaskEvaluation task : result.tasks()) {
            TaskEvaluation constant = baseline.task(task.task().name());
            table.heading(task.task().name());
            for (Metric metric : task.task().metrics().list()) {
                row(table, Figures.name(metric, look), Figures.decimals(metric), task.metrics().get(metric.name()),
                        constant.metrics().get(metric.name()));
            }
            row(table, "loss (" + task.task().lossUnit() + ") " + look.direction(false), Figures.USUAL_DECIMALS,
                    task.loss(), constant.loss());
        }
        List<String> lines = new ArrayList<>(table.rule().lines(look));
        lines.add(look.directions() + "; " + Figures.count(result.images(), "image") + ".");
        return lines;
    }

    private static void row(Table table, String name, int decimals, double model, double constant) {
        table.row("  " + name, Figures.decimal(model, decimals), Figures.decimal(constant, decimals));
    }
}
