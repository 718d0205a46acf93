// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.ImageFolder;
import dev.topple.mtl.data.LabelledDataset;
import dev.topple.mtl.data.NyuV2;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.data.Split;
import dev.topple.mtl.data.Taskonomy;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.model.MultiTaskModel;
import dev.topple.mtl.task.Task;
import dev.topple.mtl.task.Tasks;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that choose images. */
final class DataOption {

    static final String ROOMS_SIZE = RoomsDataset.HEIGHT + "x" + RoomsDataset.WIDTH;
    static final String NYUV2_SIZE = NyuV2.HEIGHT + "x" + NyuV2.WIDTH;

    private static final String IMAGES = "images:";
    private static final int SMALLEST = MultiTaskModel.SMALLEST;
    private static final int LARGEST = 4096;
    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");

    @Option(names = "--data", paramLabel = "DATA", defaultValue = "rooms",
            description = {"The images: 'rooms' (rendered indoor scenes that no model was trained on),"
                    + " 'images:FOLDER' (photographs, JPEG or PNG, of any size),"
                    + " 'nyuv2:FOLDER[,classes=13|40]' (NYUv2; usually 13 classes or those of the model),"
                    + " 'taskonomy:FOLDER[,labels=corrected|released]' (Tiny-Taskonomy),"
                    + " 'multimnist:FOLDER', 'multifashion:FOLDER', 'mnist+fashion:FOLDER,FOLDER' (pairs of pictures),"
                    + " 'cifar100:FOLDER' or 'folder:FOLDER' (your own, described by topple-data.json);"
                    + " ',split=train' takes images for training instead of test images. Default: ${DEFAULT-VALUE}."})
    private String data;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "64",
            description = "At most so many images: of NYUv2 evenly spread over its split, as neighbours show the same"
                    + " room; of scenes and photographs the first ones. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(names = "--size", paramLabel = "HxW", description = "The size of rendered scenes and of images of NYUv2"
            + " and Taskonomy, height x width. Default: " + ROOMS_SIZE + " for rooms, " + NYUV2_SIZE + " for NYUv2, "
            + TaskonomyOption.SIZE + " for Taskonomy.")
    private Optional<String> size;

    @Option(names = "--longer-side", paramLabel = "PIXELS", defaultValue = "320",
            description = "Photographs with a longer side than this are scaled down to it. Default: ${DEFAULT-VALUE}.")
    private int longerSide;

    @Mixin
    private CacheOption cache;

    /**
     * The images for a model, with labels for all of its tasks that mean what its predictions mean; photographs have
     * none.
     *
     * @throws IllegalArgumentException in one line, if the images can have no labels for one of its tasks
     */
    Dataset open(Model model, PrintWriter err) {
        Optional<NyuV2Option> nyuV2 = NyuV2Option.parse(data);
        return withTasks(nyuV2.isPresent() ? nyuV2(nyuV2.get().forModel(model), err) : open(err), model);
    }

    /** The same images with labels for a model's tasks, beside those that they usually have. */
    private static Dataset withTasks(Dataset images, Model model) {
        List<Task> all = allTasks(images);
        if (all.isEmpty()) {
            return images;
        }
        for (Task task : model.tasks()) {
            if (!Tasks.names(all).contains(task.name())) {
                throw new IllegalArgumentException("the model " + model.name() + " has the task " + task.name()
                        + ", for which " + images.name() + " has no labels; it has them for "
                        + String.join(", ", Tasks.names(all)) + "; attack images:FOLDER instead");
            }
            if (!all.contains(task)) {
                throw new IllegalArgumentException("the model " + model.name() + " predicts another " + task.name()
                        + " than " + images.name() + " has labels for (other classes); attack images:FOLDER instead");
            }
        }
        return choose(images, all.stream()
                .filter(task -> images.labelled().contains(task.name()) || model.tasks().contains(task)).toList());
    }

    /** The same images with labels for some of {@link #allTasks}. */
    static Dataset choose(Dataset images, List<Task> tasks) {
        return switch (images) {
            case NyuV2 nyuV2 -> nyuV2.withTasks(tasks);
            case RoomsDataset rooms -> rooms.withTasks(tasks);
            case LabelledDataset labelled -> labelled.withTasks(tasks);
            default -> throw new IllegalArgumentException(images.name() + " has no labels");
        };
    }

    private NyuV2 nyuV2(NyuV2Option choice, PrintWriter err) {
        Figures.requirePositive("--limit", limit);
        return choice.open(choice.split().orElse(NyuV2.Split.TEST), size(), limit, cache.open(err), err);
    }

    /** The tasks that images can have labels for. */
    static List<Task> allTasks(Dataset images) {
        return switch (images) {
            case NyuV2 nyuV2 -> nyuV2.allTasks();
            case RoomsDataset rooms -> RoomsDataset.allTasks();
            case LabelledDataset labelled -> labelled.available();
            default -> List.of();
        };
    }

    /** Some images for training like these, from which the best constant predictions for a model's tasks are taken. */
    Dataset training(Model model, Dataset images, PrintWriter err) {
        int[] hw = size();
        return withTasks(switch (images) {
            case NyuV2 nyuV2 -> NyuV2Option.parse(data).orElseThrow().withClasses(nyuV2.classes())
                    .open(NyuV2.Split.TRAIN, hw, Constants.IMAGES, cache.open(err), err);
            case Taskonomy taskonomy -> TaskonomyOption.parse(data).orElseThrow().open(Taskonomy.Split.TRAIN, hw,
                    Constants.IMAGES, cache.open(err), err);
            case LabelledDataset labelled -> DataChoice.parse(data).orElseThrow().training(size.map(
                    DataOption::parseSize), Constants.IMAGES, err);
            default -> RoomsDataset.training(Constants.IMAGES, hw[0], hw[1]);
        }, model);
    }

    /** The images; what could not be read of a folder is named on standard error. */
    Dataset open(PrintWriter err) {
        Figures.requirePositive("--limit", limit);
        if (data.equals("rooms")) {
            int[] hw = size();
            return RoomsDataset.heldOut(limit, hw[0], hw[1]);
        }
        Optional<NyuV2Option> nyuV2 = NyuV2Option.parse(data);
        if (nyuV2.isPresent()) {
            return nyuV2(nyuV2.get(), err);
        }
        Optional<TaskonomyOption> taskonomy = TaskonomyOption.parse(data);
        if (taskonomy.isPresent()) {
            return taskonomy.get().open(taskonomy.get().split().orElse(Taskonomy.Split.TEST), size(), limit,
                    cache.open(err), err);
        }
        Optional<DataChoice> choice = DataChoice.parse(data);
        if (choice.isPresent()) {
            return choice.get().open(Split.TEST, size.map(DataOption::parseSize), limit, err);
        }
        if (data.startsWith(IMAGES) && data.length() > IMAGES.length()) {
            if (longerSide < SMALLEST || longerSide > LARGEST) {
                throw new IllegalArgumentException("--longer-side must be from " + SMALLEST + " to " + LARGEST
                        + " pixels, but is " + longerSide);
            }
            ImageFolder folder = ImageFolder.read(folder(data.substring(IMAGES.length())), longerSide, limit);
            folder.problems().forEach(problem -> err.println("topple: skipped " + Complaint.line(problem)));
            return folder;
        }
        throw new IllegalArgumentException("--data must be rooms, images:FOLDER, nyuv2:FOLDER, taskonomy:FOLDER,"
                + " multimnist:FOLDER,"
                + " multifashion:FOLDER, mnist+fashion:FOLDER,FOLDER, cifar100:FOLDER or folder:FOLDER, but is '" + data
                + "'" + (Files.isDirectory(Path.of(data)) ? "; did you mean images:" + data + "?" : ""));
    }

    /** Shells leave the ~ of {@code images:~/photos} as it is. */
    static Path folder(String name) {
        Path folder = Path.of(name);
        return name.startsWith("~/") && !Files.exists(folder)
                ? Path.of(System.getProperty("user.home"), name.substring(2))
                : folder;
    }

    /** Height and width of rendered scenes and of images of NYUv2 and Taskonomy. */
    int[] size() {
        return parseSize(size.orElse(NyuV2Option.parse(data).isPresent() ? NYUV2_SIZE
                : TaskonomyOption.parse(data).isPresent() ? TaskonomyOption.SIZE : ROOMS_SIZE));
    }

    /** Height and width from {@code 96x128}. */
    static int[] parseSize(String size) {
        Matcher matcher = SIZE.matcher(size);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("--size must be HEIGHTxWIDTH, 96x128 say, but is '" + size + "'");
        }
        int[] hw = {Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))};
        if (Math.min(hw[0], hw[1]) < SMALLEST || Math.max(hw[0], hw[1]) > LARGEST) {
            throw new IllegalArgumentException("--size must be from " + SMALLEST + "x" + SMALLEST + " to " + LARGEST
                    + "x" + LARGEST + " pixels, but is " + size);
        }
        return hw;
    }
}
