// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import dev.topple.engine.io.FormatException;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.io.Npy;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The files of Tiny-Taskonomy: {@code taskonomy.json} with lists {@code train}, {@code test} and {@code test_small} of
 * {@code [rgb, segmentation, normals, depth, keypoints, edges]}, the last two of which may lack, beneath {@code train}
 * or {@code test}. Without the list, all files {@code BUILDING/rgb/NAME_domain_rgb.png} and those of their names in the
 * folders beside are taken.
 */
final class TaskonomyFolder {

    static final String LIST = "taskonomy.json";
    private static final String PRIORS = "semseg_prior_factor.npy";

    private static final String RGB = "rgb";
    private static final String ENDING = "_domain_rgb.png";

    /** The other domains: a folder, and what its files' names have instead of {@code rgb}. */
    private static final Map<Part, String[]> DOMAINS = Map.of(
            Part.SEGMENTATION, new String[] {"segment_semantic", "segmentsemantic"},
            Part.NORMALS, new String[] {"normal", "normal"},
            Part.DEPTH, new String[] {"depth_zbuffer", "depth_zbuffer"},
            Part.KEYPOINTS, new String[] {"keypoints2d", "keypoints2d"},
            Part.EDGES, new String[] {"edge_texture", "edge_texture"});

    /** What there is of an image, in the order of the list. */
    enum Part {
        RGB,
        SEGMENTATION,
        NORMALS,
        DEPTH,
        KEYPOINTS,
        EDGES;

        /** Whether an image can do without. */
        boolean optional() {
            return this == KEYPOINTS || this == EDGES;
        }
    }

    private final Path folder;
    /** By the name of an image its files, in the order of the parts that there are. */
    private final Map<String, List<Path>> files;
    private final List<Part> parts;

    /**
     * Lists the images of a split; does not look at them.
     *
     * @throws IllegalArgumentException if there is no such folder or split, or nothing in it
     * @throws FormatException naming the place, if the list is malformed
     */
    TaskonomyFolder(Path folder, Taskonomy.Split split) {
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException(folder + ": "
                    + (Files.exists(folder) ? "this is no folder; name the folder that holds Taskonomy"
                            : "there is no such folder"));
        }
        this.folder = folder;
        Path root = folder.resolve(split == Taskonomy.Split.TRAIN ? "train" : "test");
        if (!Files.isDirectory(root)) {
            throw new IllegalArgumentException(folder + ": there is no " + root.getFileName() + " here; a folder of"
                    + " Taskonomy has train and test, with a folder for each building, and " + LIST);
        }
        Path list = folder.resolve(LIST);
        if (Files.exists(list)) {
            this.files = new LinkedHashMap<>();
            List<JsonView> elements = JsonView.read(list).field(split.label()).elements();
            this.parts = listedParts(elements, list);
            elements.forEach(element -> add(element, root));
        } else if (split == Taskonomy.Split.TEST_SMALL) {
            throw new IllegalArgumentException(folder + ": there is no " + LIST + " here, which alone says what"
                    + " test_small is; ask for split=test");
        } else {
            this.parts = new ArrayList<>();
            this.files = found(root);
        }
        if (files.isEmpty()) {
            throw new IllegalArgumentException(folder + ": there are no images of the split " + split.label());
        }
    }

    private static List<Part> listedParts(List<JsonView> elements, Path list) {
        int count = elements.isEmpty() ? 6 : elements.getFirst().elements().size();
        if (count != 4 && count != 6) {
            throw new FormatException(list.toString(), "an image must have 6 files (rgb, segmentation, normals, depth,"
                    + " keypoints, edges) or the first 4 of them, not " + count);
        }
        return List.of(Part.values()).subList(0, count);
    }

    private void add(JsonView element, Path root) {
        List<JsonView> names = element.elements();
        if (names.size() != parts.size()) {
            throw element.fail("it has " + names.size() + " files, but others have " + parts.size());
        }
        String id = id(names.getFirst().asString());
        if (files.put(id, names.stream().map(name -> LabelFiles.inside(root, name)).toList()) != null) {
            throw element.fail("the image " + id + " is listed before");
        }
    }

    /** {@code building/rgb/point_0_view_0_domain_rgb.png} is called {@code building/point_0_view_0}. */
    private static String id(String rgb) {
        return rgb.replace('\\', '/').replaceFirst("(^|/)rgb/", "$1").replaceFirst("(_domain_rgb)?\\.[^./]*$", "");
    }

    private Map<String, List<Path>> found(Path root) {
        Map<String, List<Path>> found = new LinkedHashMap<>();
        List<Path> buildings = sorted(root, building -> Files.isDirectory(building.resolve(RGB)));
        for (Part part : Part.values()) {
            // Where one building has a folder, all must.
            if (!part.optional() || buildings.stream().anyMatch(building -> Files.isDirectory(place(building, part)))) {
                parts.add(part);
            }
        }
        for (Path building : buildings) {
            for (Path rgb : sorted(building.resolve(RGB), file -> file.toString().endsWith(ENDING))) {
                String name = rgb.getFileName().toString().replace(ENDING, "");
                found.put(building.getFileName() + "/" + name, parts.stream()
                        .map(part -> part == Part.RGB ? rgb : place(building, part)
                                .resolve(name + "_domain_" + DOMAINS.get(part)[1] + ".png"))
                        .toList());
            }
        }
        return found;
    }

    private static Path place(Path building, Part part) {
        return building.resolve(part == Part.RGB ? RGB : DOMAINS.get(part)[0]);
    }

    private static List<Path> sorted(Path folder, Predicate<Path> which) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(which).sorted().toList();
        } catch (IOException e) {
            throw LabelFiles.unusable(folder, e);
        }
    }

    List<String> ids() {
        return List.copyOf(files.keySet());
    }

    /** What the folder has of every image. */
    List<Part> parts() {
        return List.copyOf(parts);
    }

    /** The files of an image, in the order of {@link #parts}. */
    List<Path> files(String id) {
        return files.get(id);
    }

    /** The folder's weights of the 17 classes, or those that it is distributed with. */
    List<Double> weights(List<Double> usual) {
        Path file = folder.resolve(PRIORS);
        if (!Files.exists(file)) {
            return usual;
        }
        Tensor tensor = Npy.read(file);
        if (tensor.dtype() != DType.F32 || tensor.shape().size() != usual.size()) {
            throw new FormatException(file.toString(), "it must hold " + usual.size() + " numbers, the weights of the"
                    + " classes, not " + tensor.type());
        }
        List<Double> weights = new ArrayList<>();
        for (float weight : tensor.floats()) {
            if (!(weight >= 0.01 && weight <= 1e6)) {
                throw new FormatException(file.toString(), "it holds " + weight + ", which is no weight of a class");
            }
            double own = usual.get(weights.size());
            weights.add((float) own == weight ? own : weight);
        }
        return weights;
    }
}
