// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.mtl.data.Cifar100;
import dev.topple.mtl.data.DescribedFolder;
import dev.topple.mtl.data.LabelledDataset;
import dev.topple.mtl.data.PicturePairs;
import dev.topple.mtl.data.Split;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What {@code KIND:FOLDER[,FOLDER][,split=train|test][,seed=N]} says.
 *
 * @param folders where the files are
 * @param split which half, if it is said
 * @param seed of pairs, if it is said
 */
record DataChoice(Kind kind, List<Path> folders, Optional<Split> split, OptionalLong seed) {

    /** The data sets of files that are asked for in this way. */
    enum Kind {
        MULTI_MNIST("multimnist"),
        MULTI_FASHION("multifashion"),
        MNIST_FASHION("mnist+fashion"),
        CIFAR100("cifar100"),
        FOLDER("folder");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        private Optional<PicturePairs.Kind> pairs() {
            return switch (this) {
                case MULTI_MNIST -> Optional.of(PicturePairs.Kind.MULTI_MNIST);
                case MULTI_FASHION -> Optional.of(PicturePairs.Kind.MULTI_FASHION);
                case MNIST_FASHION -> Optional.of(PicturePairs.Kind.MNIST_FASHION);
                case CIFAR100, FOLDER -> Optional.empty();
            };
        }

        private int folders() {
            return pairs().map(PicturePairs.Kind::folders).orElse(1);
        }

        private String options() {
            return pairs().isPresent() ? ",split=train or test and ,seed=N" : ",split=train or test";
        }
    }

    /** The choice that data name; empty if they are of another kind. */
    static Optional<DataChoice> parse(String data) {
        return Arrays.stream(Kind.values()).filter(kind -> data.startsWith(kind.label + ":")).findFirst()
                .map(kind -> parse(kind, data.substring(kind.label.length() + 1)));
    }

    private static DataChoice parse(Kind kind, String text) {
        String rest = text;
        Optional<Split> split = Optional.empty();
        OptionalLong seed = OptionalLong.empty();
        // From the end, for the folder's name may hold commas.
        for (int comma = rest.lastIndexOf(','); comma >= 0; comma = rest.lastIndexOf(',')) {
            String[] pair = rest.substring(comma + 1).split("=", 2);
            if (pair.length < 2) {
                break;
            }
            if (pair[0].equals("split")) {
                split = Optional.of(split(kind, pair[1]));
            } else if (pair[0].equals("seed") && kind.pairs().isPresent()) {
                seed = OptionalLong.of(seed(kind, pair[1]));
            } else {
                throw new IllegalArgumentException("--data " + kind.label + ":FOLDER takes " + kind.options()
                        + " behind the folder, but not '" + pair[0] + "'");
            }
            rest = rest.substring(0, comma);
        }
        List<String> names = kind.folders() == 1 ? List.of(rest) : List.of(rest.split(",", -1));
        if (names.size() != kind.folders() || names.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("--data " + kind.label + ":" + (kind.folders() == 1
                    ? "FOLDER needs the folder that holds the files"
                    : "MNIST,FASHION needs the folder of MNIST's files, a comma and that of Fashion-MNIST's"));
        }
        return new DataChoice(kind, names.stream().map(DataOption::folder).toList(), split, seed);
    }

    private static Split split(Kind kind, String value) {
        try {
            return Split.of(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--data " + kind.label + ": " + e.getMessage(), e);
        }
    }

    private static long seed(Kind kind, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--data " + kind.label + ": the seed must be an integer, not '" + value
                    + "'", e);
        }
    }

    /**
     * The images; those that cannot be used are named and counted on standard error.
     *
     * @param half which, where the choice does not say
     * @param size height and width, where they are asked for
     * @param limit the most images
     * @throws IllegalArgumentException in one line, if there are none, or the data cannot have that size
     */
    LabelledDataset open(Split half, Optional<int[]> size, int limit, PrintWriter err) {
        Split which = split.orElse(half);
        if (kind != Kind.FOLDER && size.isPresent()) {
            int side = kind == Kind.CIFAR100 ? Cifar100.SIDE : PicturePairs.SIDE;
            throw new IllegalArgumentException("images of " + kind.label + " have " + side + "x" + side
                    + " pixels; leave --size out");
        }
        return switch (kind) {
            case MULTI_MNIST, MULTI_FASHION, MNIST_FASHION -> PicturePairs.open(kind.pairs().orElseThrow(), folders,
                    which, seed.orElse(0), limit);
            case CIFAR100 -> Cifar100.open(folders.getFirst(), which, limit);
            case FOLDER -> folder(which, size, limit, err);
        };
    }

    private DescribedFolder folder(Split which, Optional<int[]> size, int limit, PrintWriter err) {
        DescribedFolder images = DescribedFolder.open(folders.getFirst(), which, size, limit);
        images.problems().forEach(problem -> err.println("topple: skipped " + Complaint.line(problem)));
        if (!images.problems().isEmpty()) {
            err.println("topple: " + Figures.count(images.problems().size(), "problem") + " in the split "
                    + which.label() + ", " + Figures.count(images.size(), "image") + " used");
        }
        return images;
    }

    /** Images for training like these; where a folder has no such split, these themselves. */
    LabelledDataset training(Optional<int[]> size, int limit, PrintWriter err) {
        boolean none = kind == Kind.FOLDER && !DescribedFolder.has(folders.getFirst(), Split.TRAIN);
        return new DataChoice(kind, folders, Optional.of(none ? Split.TEST : Split.TRAIN), seed)
                .open(Split.TRAIN, size, limit, err);
    }

    /** What to type for the same choice. */
    String command() {
        return kind.label + ":" + String.join(",", folders.stream().map(Path::toString).toList())
                + split.map(half -> ",split=" + half.label()).orElse("")
                + (seed.isPresent() ? ",seed=" + seed.getAsLong() : "");
    }
}
