// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.mtl.data.DerivedCache;
import dev.topple.mtl.data.NyuV2;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Segmentation;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code nyuv2:FOLDER[,classes=13|40][,split=train|test]} says.
 *
 * @param folder where the files are
 * @param classes 13 or 40, if it is said
 * @param split the half of the official split, if it is said
 */
record NyuV2Option(Path folder, Optional<Integer> classes, Optional<NyuV2.Split> split) {

    private static final String PREFIX = "nyuv2:";

    /** The choice of NYUv2; empty if the data are something else. */
    static Optional<NyuV2Option> parse(String data) {
        if (!data.startsWith(PREFIX)) {
            return Optional.empty();
        }
        String rest = data.substring(PREFIX.length());
        Optional<Integer> classes = Optional.empty();
        Optional<NyuV2.Split> split = Optional.empty();
        // From the end, for the folder's name may hold commas.
        for (int comma = rest.lastIndexOf(','); comma >= 0; comma = rest.lastIndexOf(',')) {
            String[] pair = rest.substring(comma + 1).split("=", 2);
            if (pair.length < 2) {
                break;
            }
            switch (pair[0]) {
                case "classes" -> classes = Optional.of(classes(pair[1]));
                case "split" -> split = Optional.of(split(pair[1]));
                default -> throw new IllegalArgumentException("--data " + PREFIX + "FOLDER takes ,classes=13 or"
                        + " ,classes=40 and ,split=train or ,split=test behind the folder, but not '" + pair[0] + "'");
            }
            rest = rest.substring(0, comma);
        }
        if (rest.isEmpty()) {
            throw new IllegalArgumentException("--data " + PREFIX + "FOLDER needs the folder that holds NYUv2");
        }
        return Optional.of(new NyuV2Option(DataOption.folder(rest), classes, split));
    }

    private static int classes(String value) {
        return switch (value) {
            case "13" -> 13;
            case "40" -> 40;
            default -> throw new IllegalArgumentException("NYUv2 has classes=13 or classes=40, not '" + value + "'");
        };
    }

    private static NyuV2.Split split(String value) {
        return switch (value) {
            case "train" -> NyuV2.Split.TRAIN;
            case "test" -> NyuV2.Split.TEST;
            default -> throw new IllegalArgumentException("NYUv2 has split=train and split=test, not '" + value + "'");
        };
    }

    /** The images; those that cannot be used are named and counted on standard error. */
    NyuV2 open(NyuV2.Split half, int[] size, int limit, DerivedCache cache, PrintWriter err) {
        NyuV2 images = NyuV2.open(folder, classes.orElse(NyuV2.CLASSES), half, size[0], size[1], limit, cache);
        images.problems().forEach(problem -> err.println("topple: skipped " + Complaint.line(problem)));
        if (!images.problems().isEmpty()) {
            err.println("topple: " + Figures.count(images.problems().size(), "image") + " of the split " + half.label()
                    + " left out, " + images.size() + " used");
        }
        return images;
    }

    /**
     * The choice with the model's classes, where none are asked for.
     *
     * @throws IllegalArgumentException if the model predicts other classes than the data have
     */
    NyuV2Option forModel(Model model) {
        Optional<Segmentation> predicted = model.tasks().stream().filter(Segmentation.class::isInstance)
                .map(Segmentation.class::cast).findFirst();
        if (predicted.isEmpty()) {
            return this;
        }
        int count = predicted.get().classes().size();
        NyuV2Option choice = classes.isEmpty() && (count == 13 || count == 40) ? withClasses(count) : this;
        List<String> names = NyuV2.classNames(folder, choice.classes.orElse(NyuV2.CLASSES));
        if (!predicted.get().equals(new Segmentation(names))) {
            throw new IllegalArgumentException("the model " + model.name() + " predicts " + count + " classes"
                    + (count == names.size() ? " of other names" : "") + " (" + first(predicted.get().classes())
                    + "), but " + choice.command() + " has " + names.size() + " (" + first(names) + "); "
                    + (count == 13 || count == 40 ? "ask for classes=" + count + " or take another model"
                            : "take a model that 'topple train --data nyuv2:FOLDER' made"));
        }
        return choice;
    }

    private static String first(List<String> names) {
        return String.join(", ", names.subList(0, 3)) + " …";
    }

    /** The choice with so many classes. */
    NyuV2Option withClasses(int count) {
        return new NyuV2Option(folder, Optional.of(count), split);
    }

    /** What to type for the same choice. */
    String command() {
        return PREFIX + folder + classes.map(count -> ",classes=" + count).orElse("")
                + split.map(half -> ",split=" + half.label()).orElse("");
    }
}
