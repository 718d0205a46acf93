// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.cli.report.TrainingPage;
import dev.topple.engine.Device;
import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.Safetensors;
import dev.topple.engine.io.SafetensorsFile;
import dev.topple.engine.io.StoredType;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.InMemory;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.model.ModelFile;
import dev.topple.mtl.model.MultiTaskModel;
import dev.topple.mtl.model.Provenance;
import dev.topple.mtl.train.DefaultRecipe;
import dev.topple.mtl.train.Evaluation;
import dev.topple.mtl.train.ModelEvaluation;
import dev.topple.mtl.train.Trainer;
import dev.topple.mtl.train.TrainingConfiguration;
import dev.topple.mtl.train.TrainingCurve;
import dev.topple.mtl.train.TrainingListener;
import dev.topple.mtl.train.TrainingProgress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code topple train}. */
@Command(name = "train", mixinStandardHelpOptions = true, sortOptions = false, abbreviateSynopsis = true,
        description = {"Trains a model for segmentation, depth and surface normals, or other tasks, on rendered rooms"
                + " or NYUv2."
                + " Without options it trains the model that comes with Topple. A training that was killed goes on"
                + " where its last checkpoint was, and ends with the same bits."})
final class TrainCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--out", paramLabel = "FILE", defaultValue = "model.safetensors",
            description = "The model to write; it must not exist yet. Default: ${DEFAULT-VALUE}.")
    private Path out;

    @Mixin
    private TrainDataOptions dataOptions;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "" + DefaultRecipe.BATCH,
            description = "Images per step. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "" + DefaultRecipe.SEED,
            description = "Of the first weights and of the order of images. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Mixin
    private TrainModelOptions modelOptions;

    @Mixin
    private TrainScheduleOptions scheduleOptions;

    @Option(names = "--float32", description = "Store the weights in 32 bits instead of 16.")
    private boolean float32;

    @Option(names = "--curve", paramLabel = "FILE",
            description = "Draw how the losses went, as a page (HTML). The model's file has the numbers in any case.")
    private Optional<Path> curvePage;

    @Option(names = "--config", paramLabel = "FILE", description = "Read options from a file, JSON with their names"
            + " without dashes: {\"data\": \"rooms\", \"steps\": 100}. Options of the command line count more.")
    private Optional<Path> config;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        return config.isPresent() ? configured(config.get()).call() : train();
    }

    /** The command of a file's options and of those of the command line. */
    private TrainCommand configured(Path file) {
        ParseResult parsed = spec.commandLine().getParseResult();
        List<String> arguments = ConfigurationFile.read(file).arguments(spec, parsed);
        TrainCommand command = new TrainCommand();
        CommandLine line = new CommandLine(command);
        line.setOut(spec.commandLine().getOut());
        line.setErr(spec.commandLine().getErr());
        try {
            line.parseArgs(arguments.toArray(String[]::new));
        } catch (ParameterException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage() + " (see topple train --help)", e);
        }
        return command;
    }

    private int train() throws IOException {
        requireNew();
        Output.requireFile(out);
        curvePage.ifPresent(Output::requireFile);
        Figures.requirePositive("--batch", batch);
        PrintWriter err = spec.commandLine().getErr();
        Path checkpoint = out.resolveSibling(out.getFileName() + ".checkpoint");
        Lesson lesson = dataOptions.lesson(new TrainDataOptions.Rest(modelOptions, scheduleOptions, seed, batch), err);
        MultiTaskModel model = modelOptions.untrained(lesson.description(), seed, err);
        try (Device opened = device.open()) {
            TrainingConfiguration configuration = lesson.configuration();
            try {
                // Before all scenes are rendered.
                trainer(opened, model, lesson, lesson.images(), checkpoint, TrainingListener.silent())
                        .requireResumable();
            } catch (FormatException e) {
                throw withAdvice(e, checkpoint);
            }
            err.println("training " + model.parameterCount() + " parameters on " + lesson.images().name() + "; "
                    + opened.description());
            Dataset images = read(err, lesson.images());
            TrainingCurve curve;
            try (Progress progress = new Progress(err, "training", configuration.steps())) {
                curve = trainer(opened, model, lesson, images, checkpoint, new Listener(err, progress)).run();
            }
            // Hours may have gone by since the first look.
            requireNew();
            save(err, opened, model, lesson, curve);
        }
        Files.deleteIfExists(checkpoint);
        spec.commandLine().getOut().println("Written: " + out);
        return 0;
    }

    private static Trainer trainer(Device opened, MultiTaskModel model, Lesson lesson, Dataset images, Path checkpoint,
            TrainingListener listener) {
        return new Trainer(opened, model, images, lesson.configuration(), lesson.validation(), checkpoint, listener);
    }

    private void requireNew() {
        if (Files.exists(out)) {
            throw new IllegalArgumentException(out + " exists already; name another file with --out, or remove it");
        }
    }

    private static IllegalArgumentException withAdvice(FormatException problem, Path checkpoint) {
        return new IllegalArgumentException("cannot go on with an earlier training: " + problem.getMessage()
                + " (to start anew, remove " + checkpoint + ")", problem);
    }

    private static Dataset read(PrintWriter err, Dataset source) {
        String work = source instanceof RoomsDataset ? "rendering" : "reading";
        try (Progress progress = new Progress(err, work, source.size())) {
            return InMemory.of(source, Runtime.getRuntime().availableProcessors(), done -> progress.at(done, ""));
        }
    }

    private void save(PrintWriter err, Device opened, MultiTaskModel model, Lesson lesson, TrainingCurve curve) {
        Dataset judges = lesson.judges();
        StoredType stored = float32 ? StoredType.F32 : StoredType.F16;
        // What is judged is what is stored: the weights are rounded first.
        byte[] bytes = Safetensors.encode(ModelFile.values(opened, model), Map.of(), stored);
        try (SafetensorsFile rounded = SafetensorsFile.of(bytes, "the weights")) {
            model.variables().forEach((name, variable) -> opened.write(variable, rounded.read(name)));
        }
        Model predictor = Constants.of(model.tasks(), lesson.constants(), err);
        Evaluation result;
        Evaluation constant;
        try (Progress progress = new Progress(err, "evaluating", 2L * judges.size())) {
            result = ModelEvaluation.evaluate(opened, model, judges, batch, done -> progress.at(done, ""));
            constant = ModelEvaluation.evaluate(opened, predictor, judges, batch,
                    done -> progress.at((long) judges.size() + done, ""));
        }
        JsonObject metrics = JsonValue.object()
                .put("data", judges.name())
                .put("model", result.toJson())
                .put("constant", constant.toJson())
                .build();
        String command = lesson.command() + (float32 ? " --float32" : "");
        ModelFile.save(out, model, ModelFile.values(opened, model),
                new Provenance(seed, command, metrics, training(lesson, curve)), stored);
        curvePage.ifPresent(page -> new TrainingPage(out.getFileName().toString(), command, curve, model.tasks())
                .write(page));
        EvaluateCommand.table(result, constant, Look.ofOutput()).forEach(spec.commandLine().getOut()::println);
    }

    /** Everything about the training that is not the weights: its configuration, data and curve. */
    private JsonObject training(Lesson lesson, TrainingCurve curve) {
        JsonValue.Builder json = JsonValue.object()
                .put("configuration", lesson.configuration().toJson())
                .put("data", data(lesson.images()))
                .put("judges", data(lesson.judges()));
        lesson.validation().ifPresent(judges -> json.put("validation", data(judges.images())));
        modelOptions.origins().forEach((option, sum) -> json.put(option, JsonValue.object()
                .put("name", sum.name()).put("sha256", sum.sha256()).build()));
        return json.put("curve", curve.toJson()).build();
    }

    private static JsonObject data(Dataset images) {
        JsonValue.Builder json = JsonValue.object().put("name", images.name()).put("images", images.size());
        images.checksum().ifPresent(sum -> json.put("sha256", sum));
        return json.build();
    }

    /** Shows a training as it goes. */
    private record Listener(PrintWriter err, Progress progress) implements TrainingListener {

        @Override
        public void resumed(int step) {
            err.println("going on after step " + step);
        }

        @Override
        public void step(TrainingProgress at) {
            progress.at(at.step(), String.format(Locale.ROOT, "step %d of %d, %s, %.1f images/s", at.step(), at.steps(),
                    words(at.losses()), at.imagesPerSecond()));
        }

        @Override
        public void validated(int step, Map<String, Double> losses, boolean best) {
            err.println("step " + step + " judged: " + words(losses) + (best ? "; the best so far" : ""));
        }

        private static String words(Map<String, Double> losses) {
            return losses.entrySet().stream()
                    .map(e -> String.format(Locale.ROOT, "%s %.3f", e.getKey(), e.getValue()))
                    .collect(Collectors.joining(", "));
        }
    }
}
