// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.Attack;
import dev.topple.attacks.AttackResult;
import dev.topple.attacks.ImageKeys;
import dev.topple.attacks.budget.Norm;
import dev.topple.attacks.evaluate.Labels;
import dev.topple.attacks.trace.Sight;
import dev.topple.attacks.trace.TraceSink;
import dev.topple.attacks.trace.TracedStep;
import dev.topple.attacks.trace.Tracer;
import dev.topple.cli.picture.Films;
import dev.topple.cli.report.TracePage;
import dev.topple.engine.Device;
import dev.topple.engine.io.Json;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.Batch;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.Sample;
import dev.topple.mtl.model.MultiTaskModel;
import dev.topple.mtl.task.Task;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topple trace}. */
@Command(name = "trace", mixinStandardHelpOptions = true, sortOptions = false, abbreviateSynopsis = true,
        defaultValueProvider = TraceCommand.Defaults.class,
        description = {"Looks into an attack: for every image and step the losses, the tasks' weights, the lengths of"
                + " their gradients and the angles between them, how much of the step goes each task's way, and how"
                + " much of the budget is used. Writes trace.json and report.html, a page with a slider over the steps. The"
                + " attack is the same as without, bit for bit."},
        footer = {"", "Examples:",
            "  topple trace",
            "  topple trace --balance total --steps 40 --limit 4",
            "  topple trace --attack square --queries 500 --data images:photos"})
final class TraceCommand implements Callable<Integer> {

    private static final String DOCUMENT = "trace.json";
    private static final String PAGE = "report.html";

    private static final String LIMIT = "--limit";
    private static final int IMAGES = 8;
    /** So many images have pictures on the page, and so many of the steps of each. */
    private static final int SHOWN = 16;
    private static final int SHOWN_STEPS = 41;
    private static final double MEGABYTE = 1e6;

    /** What differs from the defaults of the options that other commands have, too. */
    static final class Defaults implements IDefaultValueProvider {

        @Override
        public String defaultValue(ArgSpec argument) {
            boolean limit = argument instanceof OptionSpec option && option.longestName().equals(LIMIT);
            return limit ? Integer.toString(IMAGES) : argument.defaultValue();
        }
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOption model;

    @Mixin
    private DataOption data;

    @Mixin
    private TraceOptions traced;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0",
            description = "Whatever is random follows from it. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Mixin
    private DeviceOption device;

    @Option(names = "--out", paramLabel = "FOLDER", defaultValue = "topple-trace",
            description = "Where trace.json and report.html go. Default: ${DEFAULT-VALUE}.")
    private Path out;

    @Override
    public Integer call() throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        MultiTaskModel target = model.load().model();
        Attack attack = traced.on(target);
        Dataset images = data.open(target, err);
        try (Device opened = device.open(); Labels labels = new Labels(target, images.labelled(), opened);
                Tracer tracer = new Tracer(attack, opened)) {
            Output.requireFolder(out, DOCUMENT, PAGE);
            err.println("tracing " + attack.name() + " with " + attack.balancer().name() + ", "
                    + attack.budget().text() + ", on " + Complaint.line(target.name()));
            err.println("on " + Figures.count(images.size(), "image") + " of " + Complaint.line(images.name()) + "; "
                    + opened.description());
            if (attack.balancer().couplesImages()) {
                err.println(attack.balancer().name() + " lets images of a batch influence each other; here each is"
                        + " attacked alone");
            }
            TracePage.Setting setting = new TracePage.Setting(Main.version(), AttackCommand.typed(spec), target.name(),
                    images.name(), labels.source(), opened.description(), opened.precision().label(), seed);
            TraceDocument document = new TraceDocument(attack, setting);
            TracePage page = new TracePage(attack, setting, List.copyOf(shownSteps(attack.rule().steps())),
                    Math.min(SHOWN, images.size()));
            trace(attack, images, labels, tracer, document, page, err);
            Json.write(out.resolve(DOCUMENT), document.build());
            page.write(out.resolve(PAGE));
        }
        spec.commandLine().getOut().println(String.format(Locale.ROOT, "Written: %s, %s (%.1f MB)",
                out.resolve(DOCUMENT), out.resolve(PAGE), Files.size(out.resolve(PAGE)) / MEGABYTE));
        return 0;
    }

    /** All steps, or where they are many some at even distances, the first and the last among them. */
    private static Set<Integer> shownSteps(int steps) {
        int count = Math.min(steps + 1, SHOWN_STEPS);
        Set<Integer> shown = new TreeSet<>();
        IntStream.range(0, count).forEach(i -> shown.add((int) Math.round((double) i * steps / (count - 1))));
        return shown;
    }

    private void trace(Attack attack, Dataset images, Labels labels, Tracer tracer, TraceDocument document,
            TracePage page, PrintWriter err) {
        int steps = attack.rule().steps() + 1;
        try (Progress progress = new Progress(err, "tracing", (long) images.size() * steps)) {
            for (int i = 0; i < images.size(); i++) {
                Sample sample = images.sample(i);
                Batch batch = Batch.of(List.of(i), List.of(sample), 1);
                Map<String, Tensor> label = labels.of(batch);
                Films films = new Films(attack.model().tasks(), batch.images(), drawn(attack, batch.images()),
                        page.pixelsOfPicture());
                Watch watch = new Watch(films, i < SHOWN ? page.shownSteps() : List.of(), progress, (long) i * steps);
                AttackResult result = tracer.run(batch.images(), label, ImageKeys.of(seed, i, 1), watch);
                requireFinite(result);
                for (Task task : attack.model().tasks()) {
                    if (!labels.fromPredictions(task)) {
                        films.addLabel(task, label.get(task.name()));
                    }
                }
                int resultStep = watch.iterates.indexOf(Arrays.hashCode(result.adversarial().floats()));
                document.add(i, sample.id(), result, resultStep, watch.records);
                if (i < SHOWN) {
                    page.add(i, sample.id(), result, resultStep, watch.records, films);
                }
            }
        }
    }

    /** A trace of a model that predicts nothing would mean nothing. */
    private static void requireFinite(AttackResult result) {
        result.cleanLosses().forEach((task, loss) -> {
            if (!Float.isFinite(loss[0])) {
                throw new IllegalArgumentException("on a clean image the model's loss of " + task + " is " + loss[0]
                        + "; its weights or these images are unusable");
            }
        });
    }

    /** What is black and white in pictures of a perturbation: of L2, which limits no pixel, four times the mean. */
    private static double drawn(Attack attack, Tensor image) {
        double epsilon = attack.budget().epsilon();
        return attack.budget().norm() == Norm.LINF ? epsilon : 4 * epsilon / Math.sqrt(image.shape().size());
    }

    /** Keeps what comes of one image. */
    private static final class Watch implements TraceSink {

        private final Films films;
        private final List<Integer> shown;
        private final Progress progress;
        private final long before;
        private final List<TracedStep> records = new ArrayList<>();
        /** A hash of the pixels of each iterate, by which the result is known among them. */
        private final List<Integer> iterates = new ArrayList<>();

        private Watch(Films films, List<Integer> shown, Progress progress, long before) {
            this.films = films;
            this.shown = shown;
            this.progress = progress;
            this.before = before;
        }

        @Override
        public void clean(Sight sight) {
            films.add(sight);
        }

        @Override
        public void see(Sight sight) {
            iterates.add(Arrays.hashCode(sight.images().floats()));
            if (shown.contains(sight.step())) {
                films.add(sight);
            }
            progress.at(before + sight.step() + 1, "step " + sight.step());
        }

        @Override
        public void record(List<TracedStep> images) {
            records.addAll(images);
        }
    }
}
