// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What is the same in every copy of NYUv2: its split and its classes. The 40 classes are those of Gupta, Arbeláez and
 * Malik (CVPR 2013), the 13 classes and the map to them those of Couprie et al. (2013), in the order of the published
 * labels.
 */
public final class NyuV2Official {

    /** How many images are labelled; they are numbered from 1. */
    public static final int IMAGES = 1449;

    /** The label of pixels that nobody labelled. */
    public static final int VOID = 255;

    static final int FINE = 40;
    static final int COARSE = 13;

    /** The numbers of the images to train on. */
    private static final String TRAIN = """
            3-8 10-13 19-20 22-27 44-45 48-55 58 64-75 80-83 92-116 120-124 130 135-136 138-152 156-166 170 177-179
            203-206 213-219 223-249 251-263 265-270 274-278 286-295 303-309 313-314 318-324 336-350 353-354 365-383
            391-394 398-410 415-429 436-440 449-461 467-468 478-507 514 527-530 534-536 540-548 552-554 572-578 584-590
            595-602 608-611 614-616 622-632 639-643 646-649 652-655 659-662 665-667 674-675 682-685 691-692 695-696
            700-705 714-716 719-723 729-730 735-742 745-758 788-799 805-809 815-820 824-832 847-849 853-856 863-868
            872-905 909-916 920-925 929-931 936-944 948-958 963-964 968-969 978-990 996-1000 1005-1009 1013-1020
            1024-1031 1035-1037 1040-1047 1050-1051 1054-1056 1059-1074 1085-1087 1097 1105 1110-1116 1120-1122
            1132-1134 1137-1143 1159-1161 1168-1169 1172-1173 1177-1178 1185-1191 1197-1200 1213-1215 1221-1225
            1231-1232 1236-1246 1251-1253 1266-1274 1281-1284 1296 1300-1301 1309-1313 1316-1328 1333-1334 1341-1346
            1350-1352 1357-1363 1366-1367 1370-1383 1392-1393 1402-1406 1415-1420 1425-1429 1434-1440
            """;

    private static final List<String> CLASSES = List.of(
            "wall", "floor", "cabinet", "bed", "chair", "sofa", "table", "door", "window", "bookshelf",
            "picture", "counter", "blinds", "desk", "shelves", "curtain", "dresser", "pillow", "mirror",
            "floor mat", "clothes", "ceiling", "books", "refridgerator", "television", "paper", "towel",
            "shower curtain", "box", "whiteboard", "person", "night stand", "toilet", "sink", "lamp", "bathtub",
            "bag", "otherstructure", "otherfurniture", "otherprop");

    private static final List<String> COARSE_CLASSES = List.of(
            "bed", "books", "ceiling", "chair", "floor", "furniture", "objects", "picture", "sofa", "table",
            "tv", "wall", "window");

    private static final int[] TO_COARSE = {
        11, 4, 5, 0, 3, 8, 9, 11, 12, 5, 7, 5, 12, 9, 5, 12, 5, 6, 6, 4, 6, 2, 1, 5, 10, 6, 6, 6, 6, 6, 6, 5, 6,
        6, 6, 6, 6, 6, 5, 6};

    private NyuV2Official() {}

    /** The numbers of a split's images, of four digits, ascending. */
    public static List<String> ids(NyuV2.Split split) {
        boolean[] train = new boolean[IMAGES + 1];
        for (String range : TRAIN.strip().split("\\s+")) {
            String[] ends = range.split("-");
            Arrays.fill(train, Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1, true);
        }
        return IntStream.rangeClosed(1, IMAGES).filter(n -> train[n] == (split == NyuV2.Split.TRAIN))
                .mapToObj(n -> String.format("%04d", n)).toList();
    }

    /** The names of 13 or 40 classes, in the order of their labels. */
    public static List<String> classes(int count) {
        return switch (count) {
            case FINE -> CLASSES;
            case COARSE -> COARSE_CLASSES;
            default -> throw new IllegalArgumentException("nyuv2: there are 13 or 40 classes, not " + count);
        };
    }

    /** For each of the 40 classes the one of the 13 that it belongs to. */
    public static int[] toCoarse() {
        return TO_COARSE.clone();
    }

    /** For each label byte of 40 classes the label among 13 or 40; -1 for bytes that no file may have. */
    static int[] labels(int count) {
        int[] labels = new int[256];
        Arrays.fill(labels, -1);
        labels[VOID] = VOID;
        for (int c = 0; c < FINE; c++) {
            labels[c] = count == FINE ? c : TO_COARSE[c];
        }
        return labels;
    }
}
