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
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.Variable;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.DerivedCache;
import dev.topple.mtl.data.InMemory;
import dev.topple.mtl.data.NyuV2;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.model.ModelDescription;
import dev.topple.mtl.model.ModelFile;
import dev.topple.mtl.model.MultiTaskModel;
import dev.topple.mtl.model.Provenance;
import dev.topple.mtl.task.Task;
import dev.topple.mtl.task.Tasks;
import dev.topple.mtl.train.DefaultRecipe;
import dev.topple.mtl.train.Evaluation;
import dev.topple.mtl.train.ModelEvaluation;
import dev.topple.mtl.train.NyuV2Recipe;
import dev.topple.mtl.train.Trainer;
import dev.topple.mtl.train.TrainingConfiguration;
import dev.topple.mtl.train.TrainingListener;
import dev.topple.mtl.train.TrainingProgress;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

    @Option(names = "--data", paramLabel = "DATA", defaultValue = "rooms",
            description = "What to train on: 'rooms' (rendered indoor scenes) or 'nyuv2:FOLDER[,classes=13|40]' (the"
                    + " training images of NYUv2; its test images judge). Default: ${DEFAULT-VALUE}.")
    private String data;

    @Option(names = "--scenes", paramLabel = "N", description = "How many scenes or images to train on, of NYUv2"
            + " evenly spread. Default: " + DefaultRecipe.SCENES + " scenes, or all images of NYUv2.")
    private Optional<Integer> scenes;

    @Option(names = "--steps", paramLabel = "N", description = "How many steps. Default: " + DefaultRecipe.STEPS
            + " for rooms, " + NyuV2Recipe.STEPS + " for NYUv2.")
    private Optional<Integer> steps;

    @Option(names = "--tasks", paramLabel = "NAMES", description = "What the model learns, with commas:"
            + " segmentation, depth, normals, keypoints, edges. Default: the first three.")
    private Optional<String> tasks;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "" + DefaultRecipe.BATCH,
            description = "Images per step. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "" + DefaultRecipe.SEED,
            description = "Of the first weights and of the order of images. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--size", paramLabel = "HxW", description = "The size of images, height x width. Default: "
            + DataOption.ROOMS_SIZE + " for rooms, " + DataOption.NYUV2_SIZE + " for NYUv2.")
    private Optional<String> size;

    @Option(names = "--held-out", paramLabel = "N", description = "How many other scenes or images judge the model in"
            + " the end. Default: " + DefaultRecipe.HELD_OUT + " scenes, or all test images of NYUv2.")
    private Optional<Integer> heldOut;

    @Option(names = "--start", paramLabel = "MODEL", description = "Start with the weights of another model, a file or"
            + " 'default', wherever it has one of the same name and shape, instead of random ones.")
    private Optional<String> start;

    @Mixin
    private CacheOption cache;

    @Option(names = "--float32", description = "Store the weights in 32 bits instead of 16.")
    private boolean float32;

    @Mixin
    private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        requireNew();
        Output.requireFile(out);
        Figures.requirePositive("--batch", batch);
        heldOut.ifPresent(count -> Figures.requirePositive("--held-out", count));
        PrintWriter err = spec.commandLine().getErr();
        Path checkpoint = out.resolveSibling(out.getFileName() + ".checkpoint");
        Lesson lesson = NyuV2Option.parse(data).map(choice -> nyuV2(choice, err)).orElseGet(this::rooms);
        MultiTaskModel model = untrained(lesson, err);
        try (Device opened = device.open()) {
            TrainingConfiguration configuration = lesson.configuration();
            try {
                // Before all scenes are rendered.
                new Trainer(opened, model, lesson.images(), configuration, checkpoint, TrainingListener.silent())
                        .requireResumable();
            } catch (FormatException e) {
                throw withAdvice(e, checkpoint);
            }
            err.println("training " + model.parameterCount() + " parameters on " + lesson.images().name() + "; "
                    + opened.description());
            Dataset images = read(err, lesson.images());
            try (Progress progress = new Progress(err, "training", configuration.steps())) {
                new Trainer(opened, model, images, configuration, checkpoint, new Listener(err, progress)).run();
            }
            // Hours may have gone by since the first look.
            requireNew();
            save(err, opened, model, lesson);
        }
        Files.deleteIfExists(checkpoint);
        spec.commandLine().getOut().println("Written: " + out);
        return 0;
    }

    /**
     * What is trained, how and on what.
     *
     * @param judges what judges the model in the end
     * @param constants what the best constants are taken from
     * @param command what to type for all of it, but the name of the file
     */
    private record Lesson(ModelDescription description, TrainingConfiguration configuration, Dataset images,
            Dataset judges, Dataset constants, String command) {}

    private Lesson rooms() {
        if (!data.equals("rooms")) {
            throw new IllegalArgumentException("--data must be rooms or nyuv2:FOLDER, but is '" + data + "'");
        }
        int count = scenes.orElse(DefaultRecipe.SCENES);
        int judges = heldOut.orElse(DefaultRecipe.HELD_OUT);
        int length = steps(DefaultRecipe.STEPS);
        requireBatch(count);
        int[] hw = DataOption.parseSize(size.orElse(DataOption.ROOMS_SIZE));
        List<Task> learnt = learnt(RoomsDataset.allTasks(), RoomsDataset.tasks());
        return new Lesson(DefaultRecipe.description(learnt), DefaultRecipe.configuration(seed, length, batch),
                RoomsDataset.training(count, hw[0], hw[1]).withTasks(learnt),
                RoomsDataset.heldOut(judges, hw[0], hw[1]).withTasks(learnt),
                RoomsDataset.training(Constants.IMAGES, hw[0], hw[1]).withTasks(learnt),
                command("", " --scenes " + count, length, hw, " --held-out " + judges));
    }

    private Lesson nyuV2(NyuV2Option choice, PrintWriter err) {
        if (choice.split().isPresent()) {
            throw new IllegalArgumentException("training takes the training images of NYUv2 and is judged by its test"
                    + " images; leave the split out of --data");
        }
        int length = steps(NyuV2Recipe.STEPS);
        scenes.ifPresent(this::requireBatch);
        int[] hw = DataOption.parseSize(size.orElse(DataOption.NYUV2_SIZE));
        DerivedCache derived = cache.open(err);
        NyuV2 images = choice.open(NyuV2.Split.TRAIN, hw, scenes.orElse(Integer.MAX_VALUE), derived, err);
        requireBatch(images.size());
        NyuV2 judges = choice.open(NyuV2.Split.TEST, hw, heldOut.orElse(Integer.MAX_VALUE), derived, err);
        // What could not be used has been said.
        NyuV2 constants = choice.open(NyuV2.Split.TRAIN, hw, Constants.IMAGES, derived,
                new PrintWriter(Writer.nullWriter()));
        List<Task> learnt = learnt(images.allTasks(), images.tasks());
        return new Lesson(NyuV2Recipe.description(learnt), NyuV2Recipe.configuration(seed, length, batch, learnt),
                images.withTasks(learnt), judges.withTasks(learnt), constants.withTasks(learnt),
                command(" --data " + choice.command(), scenes.map(count -> " --scenes " + count).orElse(""), length, hw,
                        heldOut.map(count -> " --held-out " + count).orElse("")));
    }

    /**
     * The tasks that are asked for, in the order that data sets have them.
     *
     * @param usual those where nobody asks
     */
    private List<Task> learnt(List<Task> all, List<Task> usual) {
        if (tasks.isEmpty()) {
            return usual;
        }
        List<String> wanted = Arrays.stream(tasks.get().split(",", -1))
                .map(each -> each.strip().toLowerCase(Locale.ROOT)).toList();
        wanted.stream().filter(name -> !Tasks.names(all).contains(name)).findFirst().ifPresent(name -> {
            throw new IllegalArgumentException("--tasks: there are no labels for the task '" + name
                    + "'; choose from " + String.join(", ", Tasks.names(all)));
        });
        return all.stream().filter(task -> wanted.contains(task.name())).toList();
    }

    private int steps(int usual) {
        int length = steps.orElse(usual);
        Figures.requirePositive("--steps", length);
        return length;
    }

    private void requireBatch(int count) {
        if (count < batch) {
            throw new IllegalArgumentException(scenes.isPresent()
                    ? "--scenes " + count + " is fewer than a batch; take at least --batch, which is " + batch
                    : "there are " + count + " images to train on, fewer than a batch of " + batch);
        }
    }

    /** A model with random weights, or with those of another where they fit. */
    private MultiTaskModel untrained(Lesson lesson, PrintWriter err) {
        MultiTaskModel random = MultiTaskModel.create("trained", lesson.description(), seed);
        if (start.isEmpty()) {
            return random;
        }
        MultiTaskModel other = ModelOption.load(start.get()).model();
        Map<String, Tensor> values = new LinkedHashMap<>();
        random.variables().forEach((name, variable) -> values.put(name, variable.initial()));
        int taken = 0;
        for (Variable variable : other.variables().values()) {
            Tensor mine = values.get(variable.name());
            if (mine != null && mine.type().equals(variable.type())) {
                values.put(variable.name(), variable.initial());
                taken++;
            }
        }
        if (taken == 0) {
            throw new IllegalArgumentException("--start " + start.get() + ": no weight of this model fits the one that"
                    + " is trained");
        }
        err.println("starting with " + taken + " of " + values.size() + " weights from " + start.get());
        return MultiTaskModel.of("trained", lesson.description(), values, start.get());
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

    private void save(PrintWriter err, Device opened, MultiTaskModel model, Lesson lesson) {
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
        ModelFile.save(out, model, ModelFile.values(opened, model), new Provenance(seed, lesson.command(), metrics),
                stored);
        EvaluateCommand.table(result, constant, Look.ofOutput()).forEach(spec.commandLine().getOut()::println);
    }

    /** What to type to train the same model again. */
    private String command(String from, String count, int length, int[] hw, String judged) {
        return "topple train" + from + count + " --steps " + length + " --batch " + batch + " --seed " + seed
                + " --size " + hw[0] + "x" + hw[1] + judged + start.map(name -> " --start " + name).orElse("")
                + tasks.map(names -> " --tasks " + names.replaceAll("\\s", "")).orElse("")
                + (float32 ? " --float32" : "");
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
