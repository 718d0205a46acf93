// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.Mask;
import dev.topple.attacks.Passes;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.evaluate.CleanOutcome;
import dev.topple.attacks.evaluate.Evaluation;
import dev.topple.attacks.evaluate.EvaluationResult;
import dev.topple.attacks.evaluate.Plan;
import dev.topple.attacks.evaluate.ProgressStore;
import dev.topple.attacks.evaluate.Protocol;
import dev.topple.attacks.evaluate.ResultSink;
import dev.topple.cli.picture.Exhibits;
import dev.topple.engine.Device;
import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.Batch;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.DescribedFolder;
import dev.topple.mtl.data.ImageFolder;
import dev.topple.mtl.data.NyuV2;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.model.MultiTaskModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
            "  topple attack --eps 1/255,2/255,4/255,8/255",
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

    @Mixin
    private PlanOptions planned;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0",
            description = "Whatever is random follows from it. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "8",
            description = "Images at a time; results do not depend on it, but for the released metrics and"
                    + " total:released. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Mixin
    private DeviceOption device;

    @Option(names = "--out", paramLabel = "FOLDER", defaultValue = "topple-results",
            description = "Where results.json, preview.png and report.html go. Default: ${DEFAULT-VALUE}.")
    private Path out;

    @Option(names = "--pictures", paramLabel = "N", defaultValue = "16",
            description = "How many images report.html shows. Default: ${DEFAULT-VALUE}.")
    private int pictures;

    @Option(names = "--save", paramLabel = "KIND", description = "Save the attacked images, in the folder "
            + SavedImages.FOLDER + " beside the results: png, with --quantize, which it implies; npy or safetensors.")
    private Optional<String> save = Optional.empty();

    @Option(names = "--released", description = "Print a second table, with the metrics and ARP as the authors'"
            + " released code counts them. results.json and report.html always have both.")
    private boolean released;

    @Option(names = "--json", description = "Print results.json instead of tables.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        List<Budget> budgets = planned.budgets();
        Figures.requirePositive("--batch", batch);
        Showcase.requirePictures(pictures);
        Optional<SavedImages> saved = save.map(kind -> SavedImages.of(kind, out));
        if (saved.isPresent() && saved.get().eightBits()) {
            planned.requireEightBits();
        }
        Optional<Mask> mask = planned.mask();
        MultiTaskModel target = model.load().model();
        List<Plan> plans = planned.plans(target, budgets);
        List<String> leftOut = planned.leftOut(target, budgets);
        if (!leftOut.isEmpty()) {
            err.println("Left out, because attacks that see losses alone have no gradients to balance: "
                    + String.join(", ", leftOut) + ".");
        }
        Dataset images = data.open(target, err);
        List<String> skipped = switch (images) {
            case ImageFolder folder -> folder.problems();
            case DescribedFolder folder -> folder.problems();
            case NyuV2 nyuV2 -> nyuV2.problems();
            default -> List.of();
        };
        try (Device opened = device.open()) {
            Evaluation evaluation = new Evaluation(target, images, opened,
                    new Protocol(seed, batch, images.size()), plans, mask);
            Output.requireFolder(out, RESULTS, Showcase.PREVIEW, Showcase.REPORT);
            PartialResults partial = new PartialResults(out, target, images, opened, seed, batch, plans,
                    save.orElse("") + mask.map(each -> " mask " + each.checksum()).orElse(""), err);
            err.println("attacking " + Complaint.line(target.name()) + " with "
                    + Figures.count(plans.size(), "attack") + ", " + PlanOptions.text(budgets));
            err.println("on " + Figures.count(images.size(), "image") + " of " + Complaint.line(images.name()) + "; "
                    + opened.description());
            partial.remark();
            EvaluationResult result = run(evaluation, images.size(), target, plans, new Sanity(saved), partial, err);
            JsonValue document = ResultsDocument.of(result, opened.precision(), command(), images.checksum(),
                    skipped);
            Json.write(out.resolve(RESULTS), document);
            partial.remove();
            Exhibits exhibits = new Exhibits(opened, target, images, Showcase.shown(plans), seed, mask);
            Showcase.write(out, document, exhibits, pictures, model, err);
            report(result, document);
            return verdict(result, err);
        }
    }

    /** Passes through the model take about the same time each, so they are what progress counts. */
    private static EvaluationResult run(Evaluation evaluation, int images, Model target, List<Plan> plans,
            ResultSink sink, ProgressStore partial, PrintWriter err) {
        long[] before = new long[plans.size() + 2];
        before[1] = 1 + Evaluation.controlled(plans).size();
        for (int i = 0; i < plans.size(); i++) {
            Plan plan = plans.get(i);
            Passes passes = plan.on(target).passes();
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
            }, sink, partial);
        }
    }

    /** An attack on a model that predicts nothing would give a table of numbers that mean nothing. */
    private record Sanity(Optional<SavedImages> saved) implements ResultSink {

        @Override
        public void images(Plan plan, Batch batch, Tensor adversarial) {
            saved.ifPresent(each -> each.save(plan, batch, adversarial));
        }

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
        return typed(spec);
    }

    /** The command line that a command was given. */
    static String typed(CommandSpec spec) {
        return spec.root().commandLine().getParseResult().originalArgs().stream()
                .map(word -> word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" ", "topple ", ""));
    }

    private void report(EvaluationResult result, JsonValue document) {
        PrintWriter printer = spec.commandLine().getOut();
        if (json) {
            printer.println(Json.pretty(document).stripTrailing());
            return;
        }
        printer.println();
        AttackTable.of(result, Look.ofOutput()).forEach(printer::println);
        if (released) {
            printer.println();
            AttackTable.released(result, Look.ofOutput()).forEach(printer::println);
        }
        printer.println("Written: " + out.resolve(RESULTS) + ", " + out.resolve(Showcase.PREVIEW) + ", "
                + out.resolve(Showcase.REPORT)
                + save.map(kind -> ", " + out.resolve(SavedImages.FOLDER)).orElse(""));
    }
}
