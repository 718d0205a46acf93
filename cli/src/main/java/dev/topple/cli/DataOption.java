// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.ImageFolder;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.model.MultiTaskModel;
import dev.topple.mtl.task.Task;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The options that choose images. */
final class DataOption {

    private static final String IMAGES = "images:";
    private static final int SMALLEST = MultiTaskModel.SMALLEST;
    private static final int LARGEST = 4096;
    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");

    @Option(names = "--data", paramLabel = "DATA", defaultValue = "rooms",
            description = {"The images: 'rooms' (rendered indoor scenes that no model was trained on) or"
                    + " 'images:FOLDER' (photographs, JPEG or PNG, of any size). Default: ${DEFAULT-VALUE}."})
    private String data;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "64",
            description = "At most so many images. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(names = "--size", paramLabel = "HxW", defaultValue = "96x128",
            description = "The size of rendered scenes, height x width. Default: ${DEFAULT-VALUE}.")
    private String size;

    @Option(names = "--longer-side", paramLabel = "PIXELS", defaultValue = "320",
            description = "Photographs with a longer side than this are scaled down to it. Default: ${DEFAULT-VALUE}.")
    private int longerSide;

    /** The images for a model, whose labels mean what its predictions mean. */
    Dataset open(Model model, PrintWriter err) {
        Dataset images = open(err);
        for (Task task : model.tasks()) {
            if (images.labelled().contains(task.name()) && !RoomsDataset.tasks().contains(task)) {
                throw new IllegalArgumentException("the model " + model.name() + " predicts another " + task.name()
                        + " than " + images.name() + " has labels for (other classes); attack images:FOLDER instead");
            }
        }
        return images;
    }

    /** The images; what could not be read of a folder is named on standard error. */
    Dataset open(PrintWriter err) {
        Figures.requirePositive("--limit", limit);
        if (data.equals("rooms")) {
            int[] hw = size();
            return RoomsDataset.heldOut(limit, hw[0], hw[1]);
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
        throw new IllegalArgumentException("--data must be rooms or images:FOLDER, but is '" + data + "'"
                + (Files.isDirectory(Path.of(data)) ? "; did you mean images:" + data + "?" : ""));
    }

    /** Shells leave the ~ of {@code images:~/photos} as it is. */
    private static Path folder(String name) {
        Path folder = Path.of(name);
        return name.startsWith("~/") && !Files.exists(folder)
                ? Path.of(System.getProperty("user.home"), name.substring(2))
                : folder;
    }

    /** Height and width of rendered scenes. */
    int[] size() {
        return parseSize(size);
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
