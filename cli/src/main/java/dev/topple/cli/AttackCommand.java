// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.evaluate.Evaluation;
import dev.topple.attacks.evaluate.EvaluationResult;
import dev.topple.attacks.evaluate.Plan;
import dev.topple.attacks.evaluate.Protocol;
import dev.topple.attacks.evaluate.ResultSink;
import dev.topple.attacks.step.StepRule;
import dev.topple.attacks.step.StepRules;
import dev.topple.engine.Device;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.ImageFolder;
import dev.topple.mtl.model.Model;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topple attack}. */
@Command(name = "attack", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Attacks a model on images with each chosen balancer, and prints every task's metrics, clean and"
                + " attacked, the average relative performance drop (ARP), and an audit. Writes results.json and"
                + " preview.png."})
final class AttackCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOption model;

    @Mixin
    private DataOption data;

    @Option(names = "--attack", paramLabel = "NAME", split = ",", defaultValue = "pgd",
            description = "fgsm, ifgsm or pgd, or several with commas. Default: ${DEFAULT-VALUE}.")
    private List<String> attacks;

    @Option(names = "--balance", paramLabel = "NAME", defaultValue = "single,total,signsum,dgba",
            description = "How the tasks become one direction: single (one attack per task), single:TASK, total,"
                    + " signsum, dgba. Default: ${DEFAULT-VALUE}.")
    private String balance;

    @Option(names = "--norm", paramLabel = "NAME", defaultValue = "linf",
            description = "The norm of the perturbation: linf. Default: ${DEFAULT-VALUE}.")
    private String norm;

    @Option(names = "--eps", paramLabel = "EPS", defaultValue = "8/255",
            description = "The largest perturbation, of pixels in [0, 1]. Default: ${DEFAULT-VALUE}.")
    private String eps;

    @Option(names = "--alpha", paramLabel = "ALPHA",
            description = "The step size of PGD, of pixels in [0, 1]. Default: eps/4.")
    private Optional<String> alpha = Optional.empty();

    @Option(names = "--steps", paramLabel = "N", description = "Steps of IFGSM and PGD. Default: 10.")
    private Optional<Integer> steps = Optional.empty();

    @Option(names = "--restarts", paramLabel = "N", description = "How often PGD starts anew. Default: 1.")
    private Optional<Integer> restarts = Optional.empty();

    @Option(names = "--random-start", arity = "1", paramLabel = "true|false",
            description = "Whether PGD starts at a random point of the budget. Default: true.")
    private Optional<Boolean> randomStart = Optional.empty();

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0",
            description = "Whatever is random follows from it. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "8",
            description = "Images at a time; results do not depend on it. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Mixin
    private DeviceOption device;

    @Option(names = "--out", paramLabel = "FOLDER", defaultValue = "topple-results",
            description = "Where results.json and preview.png go. Default: ${DEFAULT-VALUE}.")
    private Path out;

    @Option(names = "--json", description = "Print results.json instead of tables.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        Budget budget = Budgets.parse(norm, eps);
        Model target = model.load().model();
        List<Plan> plans = plans(target);
        Dataset images = data.open(err);
        List<String> skipped = images instanceof ImageFolder folder ? folder.problems() : List.of();
        Files.createDirectories(out);
        try (Device opened = device.open()) {
            err.println("attacking " + target.name() + " on " + images.size() + " images of " + images.name() + ", "
                    + budget.text() + ", " + plans.size() + " attacks, " + opened.description());
            Evaluation evaluation = new Evaluation(target, images, opened,
                    new Protocol(budget, seed, batch, images.size()), plans);
            EvaluationResult result;
            try (Progress progress = new Progress(err, "topple", "images", (long) images.size() * (plans.size() + 1))) {
                result = evaluation.run((stage, index, stages, done, count) -> progress
                        .at((long) index * count + done, stage), new ResultSink() {});
            }
            JsonValue document = ResultsDocument.of(result, skipped);
            Json.write(out.resolve("results.json"), document);
            Plan shown = plans.get(plans.size() - 1);
            Preview.write(out.resolve("preview.png"), opened, target, images, budget, shown, seed);
            report(result, document, target);
        }
        return 0;
    }

    private List<Plan> plans(Model target) {
        OptionalDouble stepSize = alpha.isPresent()
                ? OptionalDouble.of(Budgets.number(alpha.get(), "--alpha"))
                : OptionalDouble.empty();
        OptionalInt stepCount = steps.map(OptionalInt::of).orElseGet(OptionalInt::empty);
        OptionalInt restartCount = restarts.map(OptionalInt::of).orElseGet(OptionalInt::empty);
        List<Plan> plans = new ArrayList<>();
        for (String attack : attacks) {
            StepRule rule = StepRules.of(attack, stepCount, stepSize, restartCount, randomStart);
            for (Balancer balancer : Balancers.parse(balance, target.tasks())) {
                plans.add(new Plan(rule, balancer));
            }
        }
        return plans;
    }

    private void report(EvaluationResult result, JsonValue document, Model target) {
        PrintWriter printer = spec.commandLine().getOut();
        if (json) {
            printer.println(Json.pretty(document).stripTrailing());
            return;
        }
        printer.println();
        AttackTable.of(result).forEach(printer::println);
        printer.println();
        printer.println("ARP: the mean over tasks of the mean over metrics of the relative change, positive = damage.");
        target.tasks().forEach(task -> printer.println("loss of " + task.name() + " in " + task.lossUnit()));
        if (!result.labels().equals("data")) {
            printer.println("The images have no labels of their own: the labels are the model's clean predictions.");
        }
        printer.println("Written: " + out.resolve("results.json") + ", " + out.resolve("preview.png"));
        printer.flush();
    }
}
