// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

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
import dev.topple.mtl.model.ConstantPredictor;
import dev.topple.mtl.model.ModelFile;
import dev.topple.mtl.model.MultiTaskModel;
import dev.topple.mtl.model.Provenance;
import dev.topple.mtl.train.DefaultRecipe;
import dev.topple.mtl.train.Evaluation;
import dev.topple.mtl.train.ModelEvaluation;
import dev.topple.mtl.train.Trainer;
import dev.topple.mtl.train.TrainingConfiguration;
import dev.topple.mtl.train.TrainingListener;
import dev.topple.mtl.train.TrainingProgress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code topple train}. */
@Command(name = "train", mixinStandardHelpOptions = true, sortOptions = false, abbreviateSynopsis = true,
        description = {"Trains a model for segmentation, depth and surface normals on rendered rooms. Without options"
                + " it trains the model that comes with Topple. A training that was killed goes on where its last"
                + " checkpoint was, and ends with the same bits."})
final class TrainCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--out", paramLabel = "FILE", defaultValue = "model.safetensors",
            description = "The model to write; it must not exist yet. Default: ${DEFAULT-VALUE}.")
    private Path out;

    @Option(names = "--scenes", paramLabel = "N", defaultValue = "" + DefaultRecipe.SCENES,
            description = "How many scenes to train on. Default: ${DEFAULT-VALUE}.")
    private int scenes;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "" + DefaultRecipe.STEPS,
            description = "How many steps. Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "" + DefaultRecipe.BATCH,
            description = "Images per step. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "" + DefaultRecipe.SEED,
            description = "Of the first weights and of the order of images. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--size", paramLabel = "HxW", defaultValue = RoomsDataset.HEIGHT + "x" + RoomsDataset.WIDTH,
            description = "The size of scenes, height x width. Default: ${DEFAULT-VALUE}.")
    private String size;

    @Option(names = "--held-out", paramLabel = "N", defaultValue = "" + DefaultRecipe.HELD_OUT,
            description = "How many other scenes judge the model in the end. Default: ${DEFAULT-VALUE}.")
    private int heldOut;

    @Option(names = "--float32", description = "Store the weights in 32 bits instead of 16.")
    private boolean float32;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        requireNew();
        Output.requireFile(out);
        Figures.requirePositive("--steps", steps);
        Figures.requirePositive("--batch", batch);
        Figures.requirePositive("--held-out", heldOut);
        TrainingConfiguration configuration = DefaultRecipe.configuration(seed, steps, batch);
        if (scenes < batch) {
            throw new IllegalArgumentException(
                    "--scenes " + scenes + " is fewer than a batch; take at least --batch, which is " + batch);
        }
        int[] hw = DataOption.parseSize(size);
        PrintWriter err = spec.commandLine().getErr();
        Path checkpoint = out.resolveSibling(out.getFileName() + ".checkpoint");
        requireReadable(checkpoint);
        MultiTaskModel model = MultiTaskModel.create("trained", DefaultRecipe.description(), seed);
        Dataset source = RoomsDataset.training(scenes, hw[0], hw[1]);
        try (Device opened = device.open()) {
            err.println("training " + model.parameterCount() + " parameters on " + source.name() + "; "
                    + opened.description());
            Dataset images = render(err, source);
            try (Progress progress = new Progress(err, "training", steps)) {
                new Trainer(opened, model, images, configuration, checkpoint, new Listener(err, progress)).run();
            } catch (FormatException e) {
                throw withAdvice(e, checkpoint);
            }
            // Hours may have gone by since the first look.
            requireNew();
            save(err, opened, model, images, RoomsDataset.heldOut(heldOut, hw[0], hw[1]));
        }
        Files.deleteIfExists(checkpoint);
        spec.commandLine().getOut().println("Written: " + out);
        return 0;
    }

    private void requireNew() {
        if (Files.exists(out)) {
            throw new IllegalArgumentException(out + " exists already; name another file with --out, or remove it");
        }
    }

    /** A damaged checkpoint is better found before all scenes are rendered. */
    private static void requireReadable(Path checkpoint) {
        if (Files.exists(checkpoint)) {
            try {
                SafetensorsFile.open(checkpoint).close();
            } catch (FormatException e) {
                throw withAdvice(e, checkpoint);
            }
        }
    }

    private static IllegalArgumentException withAdvice(FormatException problem, Path checkpoint) {
        return new IllegalArgumentException("cannot go on with an earlier training: " + problem.getMessage()
                + " (to start anew, remove " + checkpoint + ")", problem);
    }

    private static Dataset render(PrintWriter err, Dataset source) {
        try (Progress progress = new Progress(err, "rendering", source.size())) {
            return InMemory.of(source, Runtime.getRuntime().availableProcessors(), done -> progress.at(done, ""));
        }
    }

    private void save(PrintWriter err, Device opened, MultiTaskModel model, Dataset training, Dataset judges) {
        StoredType stored = float32 ? StoredType.F32 : StoredType.F16;
        // What is judged is what is stored: the weights are rounded first.
        byte[] bytes = Safetensors.encode(ModelFile.values(opened, model), Map.of(), stored);
        try (SafetensorsFile rounded = SafetensorsFile.of(bytes, "the weights")) {
            model.variables().forEach((name, variable) -> opened.write(variable, rounded.read(name)));
        }
        Evaluation result;
        Evaluation constant;
        try (Progress progress = new Progress(err, "evaluating", 2L * judges.size())) {
            result = ModelEvaluation.evaluate(opened, model, judges, batch, done -> progress.at(done, ""));
            constant = ModelEvaluation.evaluate(opened, ConstantPredictor.fit(model.tasks(), training, 256), judges,
                    batch, done -> progress.at((long) judges.size() + done, ""));
        }
        JsonObject metrics = JsonValue.object()
                .put("data", judges.name())
                .put("model", result.toJson())
                .put("constant", constant.toJson())
                .build();
        ModelFile.save(out, model, ModelFile.values(opened, model), new Provenance(seed, command(), metrics), stored);
        EvaluateCommand.table(result, constant, Look.ofOutput()).forEach(spec.commandLine().getOut()::println);
    }

    /** What to type to train the same model again. */
    private String command() {
        return "topple train --scenes " + scenes + " --steps " + steps + " --batch " + batch + " --seed " + seed
                + " --size " + size + " --held-out " + heldOut + (float32 ? " --float32" : "");
    }

    /** Shows a training as it goes. */
    private record Listener(PrintWriter err, Progress progress) implements TrainingListener {

        @Override
        public void resumed(int step) {
            err.println("going on after step " + step);
        }

        @Override
        public void step(TrainingProgress at) {
            String losses = at.losses().entrySet().stream()
                    .map(e -> String.format(Locale.ROOT, "%s %.3f", e.getKey(), e.getValue()))
                    .collect(Collectors.joining(", "));
            progress.at(at.step(), String.format(Locale.ROOT, "step %d of %d, %s, %.1f images/s", at.step(), at.steps(),
                    losses, at.imagesPerSecond()));
        }

        @Override
        public void checkpoint(int step, Path file) {
            // Nothing to show: the file is beside the model that is being made.
        }
    }
}
