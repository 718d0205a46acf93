// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.DerivedCache;
import dev.topple.mtl.data.LabelledDataset;
import dev.topple.mtl.data.NyuV2;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.data.Split;
import dev.topple.mtl.data.Taskonomy;
import dev.topple.mtl.model.ModelDescription;
import dev.topple.mtl.task.Task;
import dev.topple.mtl.task.Tasks;
import dev.topple.mtl.train.DefaultRecipe;
import dev.topple.mtl.train.NyuV2Recipe;
import dev.topple.mtl.train.SmallPicturesRecipe;
import dev.topple.mtl.train.TrainingConfiguration;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say what a model learns from and what judges it. */
final class TrainDataOptions {

    /** All of its 300 000 images fit into no memory. */
    private static final int TASKONOMY = 2048;

    @Option(names = "--data", paramLabel = "DATA", defaultValue = "rooms",
            description = "What to train on: 'rooms' (rendered indoor scenes), 'nyuv2:FOLDER[,classes=13|40]' (the"
                    + " training images of NYUv2; its test images judge), 'taskonomy:FOLDER[,labels=released]' (some"
                    + " of Tiny-Taskonomy), 'multimnist:FOLDER', 'multifashion:FOLDER',"
                    + " 'mnist+fashion:FOLDER,FOLDER', 'cifar100:FOLDER' or 'folder:FOLDER' (your own, see"
                    + " docs/data.md). Default: ${DEFAULT-VALUE}.")
    private String data;

    @Option(names = "--classes", paramLabel = "N", description = "How many classes the segmentation of NYUv2 has, 13 or"
            + " 40. Default: 13.")
    private Optional<Integer> classes;

    @Option(names = "--scenes", paramLabel = "N", description = "How many scenes or images to train on, of NYUv2"
            + " and Taskonomy evenly spread. Default: " + DefaultRecipe.SCENES + " scenes, " + TASKONOMY
            + " images of Taskonomy, or all images.")
    private Optional<Integer> scenes;

    @Option(names = "--tasks", paramLabel = "NAMES", description = "What the model learns, with commas:"
            + " segmentation, depth, normals, keypoints, edges, or what the data have. Default: the first three, or all"
            + " that pictures and folders have.")
    private Optional<String> tasks;

    @Option(names = "--size", paramLabel = "HxW", description = "The size of images, height x width. Default: "
            + DataOption.ROOMS_SIZE + " for rooms, " + DataOption.NYUV2_SIZE + " for NYUv2, " + TaskonomyOption.SIZE
            + " for Taskonomy.")
    private Optional<String> size;

    @Option(names = "--held-out", paramLabel = "N", description = "How many other scenes or images judge the model in"
            + " the end. Default: " + DefaultRecipe.HELD_OUT + " scenes, or all test images.")
    private Optional<Integer> heldOut;

    @Mixin
    private CacheOption cache;

    /** What else a lesson takes: the other options. */
    record Rest(TrainModelOptions model, TrainScheduleOptions schedule, long seed, int batch) {

        Lesson lesson(ModelDescription usual, TrainingConfiguration usually, Dataset images, Dataset judges,
                Dataset constants, String command) {
            TrainingConfiguration configuration = schedule.configuration(usually);
            TrainScheduleOptions.Divided divided = schedule.divide(images);
            return new Lesson(model.description(usual), configuration, divided.images(), divided.validation(), judges,
                    constants, command);
        }
    }

    /** The lesson that is asked for; what cannot be used of the data is said on standard error. */
    Lesson lesson(Rest rest, PrintWriter err) {
        heldOut.ifPresent(count -> Figures.requirePositive("--held-out", count));
        return NyuV2Option.parse(data).map(choice -> nyuV2(choice, rest, err))
                .or(() -> TaskonomyOption.parse(data).map(choice -> taskonomy(choice, rest, err)))
                .or(() -> DataChoice.parse(data).map(choice -> files(choice, rest, err)))
                .orElseGet(() -> rooms(rest));
    }

    private Lesson rooms(Rest rest) {
        if (!data.equals("rooms")) {
            throw new IllegalArgumentException("--data must be rooms, nyuv2:FOLDER, taskonomy:FOLDER,"
                    + " multimnist:FOLDER, multifashion:FOLDER, mnist+fashion:FOLDER,FOLDER, cifar100:FOLDER or"
                    + " folder:FOLDER, but is '"
                    + data + "'");
        }
        int count = scenes.orElse(DefaultRecipe.SCENES);
        int judges = heldOut.orElse(DefaultRecipe.HELD_OUT);
        int length = rest.schedule().steps(DefaultRecipe.STEPS);
        requireBatch(count, rest.batch());
        int[] hw = DataOption.parseSize(size.orElse(DataOption.ROOMS_SIZE));
        List<Task> learnt = learnt(RoomsDataset.allTasks(), RoomsDataset.tasks());
        return rest.lesson(DefaultRecipe.description(learnt),
                DefaultRecipe.configuration(rest.seed(), length, rest.batch()),
                RoomsDataset.training(count, hw[0], hw[1]).withTasks(learnt),
                RoomsDataset.heldOut(judges, hw[0], hw[1]).withTasks(learnt),
                RoomsDataset.training(Constants.IMAGES, hw[0], hw[1]).withTasks(learnt),
                command("", " --scenes " + count, length, Optional.of(hw), " --held-out " + judges, rest));
    }

    private Lesson nyuV2(NyuV2Option asked, Rest rest, PrintWriter err) {
        NyuV2Option choice = classes.map(asked::withClasses).orElse(asked);
        if (choice.split().isPresent()) {
            throw new IllegalArgumentException("training takes the training images of NYUv2 and is judged by its test"
                    + " images; leave the split out of --data");
        }
        int length = rest.schedule().steps(NyuV2Recipe.STEPS);
        scenes.ifPresent(count -> requireBatch(count, rest.batch()));
        int[] hw = DataOption.parseSize(size.orElse(DataOption.NYUV2_SIZE));
        DerivedCache derived = cache.open(err);
        NyuV2 images = choice.open(NyuV2.Split.TRAIN, hw, scenes.orElse(Integer.MAX_VALUE), derived, err);
        requireBatch(images.size(), rest.batch());
        NyuV2 judges = choice.open(NyuV2.Split.TEST, hw, heldOut.orElse(Integer.MAX_VALUE), derived, err);
        // What could not be used has been said.
        NyuV2 constants = choice.open(NyuV2.Split.TRAIN, hw, Constants.IMAGES, derived,
                new PrintWriter(Writer.nullWriter()));
        List<Task> learnt = learnt(images.allTasks(), images.tasks());
        return rest.lesson(NyuV2Recipe.description(learnt),
                NyuV2Recipe.configuration(rest.seed(), length, rest.batch(), learnt),
                images.withTasks(learnt), judges.withTasks(learnt), constants.withTasks(learnt),
                command(" --data " + choice.command(), scenes.map(count -> " --scenes " + count).orElse(""), length,
                        Optional.of(hw), heldOut.map(count -> " --held-out " + count).orElse(""), rest));
    }

    private Lesson taskonomy(TaskonomyOption choice, Rest rest, PrintWriter err) {
        if (choice.split().isPresent()) {
            throw new IllegalArgumentException("training takes the training images of Taskonomy and is judged by its"
                    + " test images; leave the split out of --data");
        }
        int length = rest.schedule().steps(NyuV2Recipe.STEPS);
        int count = scenes.orElse(TASKONOMY);
        requireBatch(count, rest.batch());
        int judged = heldOut.orElse(TASKONOMY);
        int[] hw = DataOption.parseSize(size.orElse(TaskonomyOption.SIZE));
        DerivedCache derived = cache.open(err);
        Taskonomy images = choice.open(Taskonomy.Split.TRAIN, hw, count, derived, err);
        requireBatch(images.size(), rest.batch());
        Taskonomy judges = choice.open(Taskonomy.Split.TEST, hw, judged, derived, err);
        // What could not be used has been said.
        Taskonomy constants = choice.open(Taskonomy.Split.TRAIN, hw, Constants.IMAGES, derived,
                new PrintWriter(Writer.nullWriter()));
        List<Task> learnt = learnt(images.available(), images.available());
        return rest.lesson(NyuV2Recipe.description(learnt),
                NyuV2Recipe.configuration(rest.seed(), length, rest.batch(), learnt),
                images.withTasks(learnt), judges.withTasks(learnt), constants.withTasks(learnt),
                command(" --data " + choice.command(), " --scenes " + count, length, Optional.of(hw),
                        " --held-out " + judged, rest));
    }

    /** Pairs of pictures, CIFAR-100, or somebody's own folder. */
    private Lesson files(DataChoice choice, Rest rest, PrintWriter err) {
        if (choice.split().isPresent()) {
            throw new IllegalArgumentException("training takes the images for training and is judged by the test"
                    + " images; leave the split out of --data");
        }
        int length = rest.schedule().steps(SmallPicturesRecipe.STEPS);
        scenes.ifPresent(count -> requireBatch(count, rest.batch()));
        Optional<int[]> hw = size.map(DataOption::parseSize);
        LabelledDataset images = choice.open(Split.TRAIN, hw, scenes.orElse(Integer.MAX_VALUE), err);
        requireBatch(images.size(), rest.batch());
        LabelledDataset judges = choice.open(Split.TEST, hw, heldOut.orElse(Integer.MAX_VALUE), err);
        // What could not be used has been said.
        LabelledDataset constants = choice.open(Split.TRAIN, hw, Constants.IMAGES,
                new PrintWriter(Writer.nullWriter()));
        List<Task> learnt = learnt(images.available(), images.available());
        boolean small = choice.kind() != DataChoice.Kind.FOLDER;
        return rest.lesson(
                small ? SmallPicturesRecipe.description(learnt) : DefaultRecipe.description(learnt),
                SmallPicturesRecipe.configuration(rest.seed(), length, rest.batch(),
                        choice.kind() == DataChoice.Kind.CIFAR100),
                images.withTasks(learnt), judges.withTasks(learnt), constants.withTasks(learnt),
                command(" --data " + choice.command(), scenes.map(count -> " --scenes " + count).orElse(""), length,
                        hw, heldOut.map(count -> " --held-out " + count).orElse(""), rest));
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

    private void requireBatch(int count, int batch) {
        if (count < batch) {
            throw new IllegalArgumentException(scenes.isPresent()
                    ? "--scenes " + count + " is fewer than a batch; take at least --batch, which is " + batch
                    : "there are " + count + " images to train on, fewer than a batch of " + batch);
        }
    }

    /** What to type to train the same model again. */
    private String command(String from, String count, int length, Optional<int[]> hw, String judged, Rest rest) {
        return "topple train" + from + count + " --steps " + length + " --batch " + rest.batch() + " --seed "
                + rest.seed() + hw.map(each -> " --size " + each[0] + "x" + each[1]).orElse("") + judged
                + rest.model().command() + rest.schedule().command()
                + tasks.map(names -> " --tasks " + names.replaceAll("\\s", "")).orElse("");
    }
}
