// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.ImageFolder;
import dev.topple.mtl.data.RoomsDataset;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The options that choose images. */
final class DataOption {

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

    /** The images; what could not be read of a folder is named on standard error. */
    Dataset open(PrintWriter err) {
        if (limit < 1) {
            throw new IllegalArgumentException("--limit must be at least 1, but is " + limit);
        }
        if (data.equals("rooms")) {
            int[] hw = size();
            return RoomsDataset.heldOut(limit, hw[0], hw[1]);
        }
        if (data.startsWith("images:") && data.length() > "images:".length()) {
            ImageFolder folder = ImageFolder.read(Path.of(data.substring("images:".length())), longerSide, limit);
            folder.problems().forEach(problem -> err.println("topple: skipped " + problem));
            return folder;
        }
        throw new IllegalArgumentException(
                "--data must be rooms or images:FOLDER, but is '" + data + "'; did you mean images:" + data + "?");
    }

    /** Height and width of rendered scenes. */
    int[] size() {
        Matcher matcher = SIZE.matcher(size);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("--size must be HEIGHTxWIDTH, 96x128 say, but is '" + size + "'");
        }
        return new int[] {Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))};
    }
}
