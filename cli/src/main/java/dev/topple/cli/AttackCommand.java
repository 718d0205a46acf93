// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.Attack;
import dev.topple.attacks.Passes;
import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.evaluate.CleanOutcome;
import dev.topple.attacks.evaluate.Evaluation;
import dev.topple.attacks.evaluate.EvaluationResult;
import dev.topple.attacks.evaluate.Plan;
import dev.topple.attacks.evaluate.ProgressStore;
import dev.topple.attacks.evaluate.Protocol;
import dev.topple.attacks.evaluate.ResultSink;
import dev.topple.attacks.step.StepRule;
import dev.topple.attacks.step.StepRules;
import dev.topple.cli.picture.Exhibits;
import dev.topple.engine.Device;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.ImageFolder;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.model.MultiTaskModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topple attack}. */
@Command(name = "attack", mixinStandardHelpOptions = true, sortOptions = false, abbreviateSynopsis = true,
        description = {"Attacks a model on images with each chosen balancer, and prints every task's metrics, clean and"
                + " attacked, the average relative performance drop (ARP), and an audit. Writes results.json,"
                + " preview.png and report.html. An attack that was killed goes on when the same command is given"
                + " again, and ends with the same bits."},
        footer = {"", "Examples:",
            "  topple attack",
            "  topple attack --balance dgba,total --eps 4/255 --steps 20 --restarts 3",
            "  topple attack --attack fgsm,pgd --balance dgba --json > results.json",
            "  topple attack --data images:photos --limit 32 --model model.safetensors"})
final class AttackCommand implements Callable<Integer> {

    private static final String RESULTS = "results.json";

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOption model;

    @Mixin
    private DataOption data;

    @Option(names = "--attack", paramLabel = "NAME", defaultValue = "pgd",
            description = "fgsm, ifgsm or pgd, or several with commas. Default: ${DEFAULT-VALUE}.")
    private String attacks;

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
            description = "Where results.json, preview.png and report.html go. Default: ${DEFAULT-VALUE}.")
    private Path out;

    @Option(names = "--pictures", paramLabel = "N", defaultValue = "16",
            description = "How many images report.html shows. Default: ${DEFAULT-VALUE}.")
    private int pictures;

    @Option(names = "--json", description = "Print results.json instead of tables.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        Budget budget = Budgets.parse(norm, eps);
        Figures.requirePositive("--batch", batch);
        Showcase.requirePictures(pictures);
        MultiTaskModel target = model.load().model();
        List<Plan> plans = plans(target);
        plans.forEach(plan -> plan.rule().check(budget));
        Dataset images = data.open(target, err);
        List<String> skipped = images instanceof ImageFolder folder ? folder.problems() : List.of();
        try (Device opened = device.open()) {
            Evaluation evaluation = new Evaluation(target, images, opened,
                    new Protocol(budget, seed, batch, images.size()), plans);
            Output.requireFolder(out, RESULTS, Showcase.PREVIEW, Showcase.REPORT);
            PartialResults partial = new PartialResults(out, target, images, opened, budget, seed, plans, err);
            err.println("attacking " + Complaint.line(target.name()) + " with "
                    + Figures.count(plans.size(), "attack") + ", " + budget.text());
            err.println("on " + Figures.count(images.size(), "image") + " of " + Complaint.line(images.name()) + "; "
                    + opened.description());
            partial.remark();
            EvaluationResult result = run(evaluation, images.size(), target, budget, plans, partial, err);
            JsonValue document = ResultsDocument.of(result, command(), skipped);
            Json.write(out.resolve(RESULTS), document);
            partial.remove();
            Exhibits exhibits = new Exhibits(opened, target, images, budget, Showcase.shown(plans), seed);
            Showcase.write(out, document, exhibits, pictures, model, err);
            report(result, document);
            return verdict(result, err);
        }
    }

    /** Passes through the model take about the same time each, so they are what progress counts. */
    private static EvaluationResult run(Evaluation evaluation, int images, Model target, Budget budget,
            List<Plan> plans, ProgressStore partial, PrintWriter err) {
        long[] before = new long[plans.size() + 2];
        before[1] = 1;
        for (int i = 0; i < plans.size(); i++) {
            Passes passes = Attack.of(target, budget, plans.get(i).rule(), plans.get(i).balancer()).passes();
            // A pass backwards takes about as long as one forwards; one more measures the result.
            before[i + 2] = before[i + 1] + passes.forwards() + passes.backwards() + 1;
        }
        int[] stage = {-1};
        try (Progress progress = new Progress(err, "attacking", before[plans.size() + 1] * images)) {
            return evaluation.run((name, index, stages, done, count) -> {
                long each = before[index + 1] - before[index];
                if (index != stage[0] && done > 0) {
                    err.println("going on with " + name + " after " + done + " of " + Figures.count(count, "image"));
                    progress.found(each * done);
                }
                stage[0] = index;
                progress.at(before[index] * count + each * done,
                        name + " (" + (index + 1) + " of " + stages + "), image " + done + " of " + count);
            }, new Sanity(), partial);
        }
    }

    /** An attack on a model that predicts nothing would give a table of numbers that mean nothing. */
    private static final class Sanity implements ResultSink {

        @Override
        public void clean(CleanOutcome outcome) {
            if (!Double.isFinite(outcome.meanLogLoss())) {
                throw new IllegalArgumentException("on the clean images some loss of the model is " + (Double.isNaN(
                        outcome.meanLogLoss()) ? "not a number" : "infinite")
                        + "; its weights or these images are unusable, and attacking it would mean nothing");
            }
        }
    }

    /** An attack that breaks its own rules must not look like a success. */
    private static int verdict(EvaluationResult result, PrintWriter err) {
        List<String> unsound = result.attacks().stream().filter(attack -> !attack.audit().sound())
                .map(attack -> attack.attack() + " " + attack.balancer()).toList();
        if (unsound.isEmpty()) {
            return 0;
        }
        err.println("topple: the audit failed: images outside of the budget or of [0, 1], or pixels that are not a"
                + " number, under " + String.join(", ", unsound) + "; this is a fault of Topple, please report it");
        return Main.FAILURE;
    }

    /** What a person typed, so that the results say how to get them again. */
    private String command() {
        return spec.root().commandLine().getParseResult().originalArgs().stream()
                .map(word -> word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" ", "topple ", ""));
    }

    private List<Plan> plans(Model target) {
        OptionalDouble stepSize = alpha.isPresent()
                ? OptionalDouble.of(Budgets.number(alpha.get(), "--alpha"))
                : OptionalDouble.empty();
        OptionalInt stepCount = steps.map(OptionalInt::of).orElseGet(OptionalInt::empty);
        OptionalInt restartCount = restarts.map(OptionalInt::of).orElseGet(OptionalInt::empty);
        List<String> names = Arrays.stream(attacks.split(",", -1)).map(name -> name.strip().toLowerCase(Locale.ROOT))
                .distinct().toList();
        List<Plan> plans = new ArrayList<>();
        for (String name : names) {
            // Of several attacks each takes the settings that it has; a setting that none has is refused.
            boolean walks = !name.equals("fgsm") || names.size() == 1;
            boolean starts = name.equals("pgd") || !names.contains("pgd");
            StepRule rule = StepRules.of(name, walks ? stepCount : OptionalInt.empty(),
                    starts ? stepSize : OptionalDouble.empty(), starts ? restartCount : OptionalInt.empty(),
                    starts ? randomStart : Optional.empty());
            for (Balancer balancer : Balancers.parse(balance, target.tasks())) {
                plans.add(new Plan(rule, balancer));
            }
        }
        return plans;
    }

    private void report(EvaluationResult result, JsonValue document) {
        PrintWriter printer = spec.commandLine().getOut();
        if (json) {
            printer.println(Json.pretty(document).stripTrailing());
            return;
        }
        printer.println();
        AttackTable.of(result, Look.ofOutput()).forEach(printer::println);
        printer.println("Written: " + out.resolve(RESULTS) + ", " + out.resolve(Showcase.PREVIEW) + ", "
                + out.resolve(Showcase.REPORT));
    }
}
