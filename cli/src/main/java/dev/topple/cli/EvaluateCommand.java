// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.engine.Device;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.model.ConstantPredictor;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.train.Evaluation;
import dev.topple.mtl.train.ModelEvaluation;
import dev.topple.mtl.train.TaskEvaluation;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topple evaluate}. */
@Command(name = "evaluate", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Prints the metrics of a model on images that nobody attacked, beside those of the best constant"
                + " prediction.")
final class EvaluateCommand implements Callable<Integer> {

    /** From how many scenes the constants are taken. */
    private static final int CONSTANT_SCENES = 64;

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
        Model judged = model.load().model();
        Dataset images = data.open(err);
        if (!images.labelled().containsAll(judged.tasks().stream().map(task -> task.name()).toList())) {
            throw new IllegalArgumentException(images.name()
                    + " has no labels to compare predictions with; evaluate on rooms, or attack these images instead");
        }
        int[] size = data.size();
        Model constant = ConstantPredictor.fit(judged.tasks(),
                RoomsDataset.training(CONSTANT_SCENES, size[0], size[1]), CONSTANT_SCENES);
        try (Device opened = device.open();
                Progress progress = new Progress(err, "evaluating", "images", 2L * images.size())) {
            var result = ModelEvaluation.evaluate(opened, judged, images, batch, done -> progress.at(done, ""));
            var baseline = ModelEvaluation.evaluate(opened, constant, images, batch,
                    done -> progress.at((long) images.size() + done, "constant"));
            progress.close();
            if (json) {
                out.println(Json.pretty(document(judged, images, result, baseline)).stripTrailing());
            } else {
                table(result, baseline).lines().forEach(out::println);
            }
        }
        return 0;
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

    static Table table(Evaluation result, Evaluation baseline) {
        Table table = new Table().row("", "model", "constant").rule();
        for (TaskEvaluation task : result.tasks()) {
            TaskEvaluation constant = baseline.task(task.task().name());
            for (Metric metric : task.task().metrics().list()) {
                table.row(task.task().name() + " " + metric.name() + (metric.higherIsBetter() ? " (high is good)" : ""),
                        AttackTable.value(task.metrics().get(metric.name())),
                        AttackTable.value(constant.metrics().get(metric.name())));
            }
            table.row(task.task().name() + " loss, " + task.task().lossUnit(), AttackTable.value(task.loss()),
                    AttackTable.value(constant.loss()));
            table.rule();
        }
        return table;
    }
}
