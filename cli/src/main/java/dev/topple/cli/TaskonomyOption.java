// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.mtl.data.DerivedCache;
import dev.topple.mtl.data.Taskonomy;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What {@code taskonomy:FOLDER[,split=train|test|test_small][,labels=corrected|released]} says.
 *
 * @param folder where the files are
 * @param split which part, if it is said
 * @param labels what the files' numbers mean
 */
record TaskonomyOption(Path folder, Optional<Taskonomy.Split> split, Taskonomy.Labels labels) {

    static final String SIZE = Taskonomy.SIDE + "x" + Taskonomy.SIDE;

    private static final String PREFIX = "taskonomy:";

    /** The choice of Taskonomy; empty if the data are something else. */
    static Optional<TaskonomyOption> parse(String data) {
        if (!data.startsWith(PREFIX)) {
            return Optional.empty();
        }
        String rest = data.substring(PREFIX.length());
        Optional<Taskonomy.Split> split = Optional.empty();
        Taskonomy.Labels labels = Taskonomy.Labels.CORRECTED;
        // From the end, for the folder's name may hold commas.
        for (int comma = rest.lastIndexOf(','); comma >= 0; comma = rest.lastIndexOf(',')) {
            String[] pair = rest.substring(comma + 1).split("=", 2);
            if (pair.length < 2) {
                break;
            }
            switch (pair[0]) {
                case "split" -> split = Optional.of(named("split", pair[1], Taskonomy.Split.values()));
                case "labels" -> labels = named("labels", pair[1], Taskonomy.Labels.values());
                default -> throw new IllegalArgumentException("--data " + PREFIX + "FOLDER takes ,split=train, test or"
                        + " test_small and ,labels=corrected or released behind the folder, but not '" + pair[0] + "'");
            }
            rest = rest.substring(0, comma);
        }
        if (rest.isEmpty()) {
            throw new IllegalArgumentException("--data " + PREFIX + "FOLDER needs the folder that holds Taskonomy");
        }
        return Optional.of(new TaskonomyOption(DataOption.folder(rest), split, labels));
    }

    private static <T extends Enum<T>> T named(String option, String value, T[] all) {
        return Arrays.stream(all).filter(each -> each.name().toLowerCase(Locale.ROOT).equals(value)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Taskonomy has " + option + "=" + String.join(" or "
                        + option + "=", Arrays.stream(all).map(each -> each.name().toLowerCase(Locale.ROOT)).toList())
                        + ", not '" + value + "'"));
    }

    /** The images; those that cannot be used are named and counted on standard error. */
    Taskonomy open(Taskonomy.Split part, int[] size, int limit, DerivedCache cache, PrintWriter err) {
        Taskonomy images = Taskonomy.open(folder, part, labels, size[0], size[1], limit, cache);
        images.problems().forEach(problem -> err.println("topple: skipped " + Complaint.line(problem)));
        if (!images.problems().isEmpty()) {
            err.println("topple: " + Figures.count(images.problems().size(), "image") + " of the split " + part.label()
                    + " left out, " + images.size() + " used");
        }
        return images;
    }

    /** What to type for the same choice. */
    String command() {
        return PREFIX + folder + split.map(part -> ",split=" + part.label()).orElse("")
                + (labels == Taskonomy.Labels.RELEASED ? ",labels=released" : "");
    }
}
