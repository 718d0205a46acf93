// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.picture;

import dev.topple.attacks.trace.Sight;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an attack on one image looked like, step by step: a film of the image, one of the perturbation, and one of each
 * task's predictions. Their first pictures are of the clean image; then comes one for each step that is shown.
 */
public final class Films {

    private final List<Task> tasks;
    private final Tensor clean;
    private final double epsilon;
    private final Film image;
    private final Film perturbation;
    private final Map<String, Film> predictions = new LinkedHashMap<>();
    private final Map<String, Film> labels = new LinkedHashMap<>();
    private final Map<String, List<String>> words = new LinkedHashMap<>();

    /**
     * Empty ones.
     *
     * @param clean the image, floats {@code [1, 3, H, W]}
     * @param epsilon what a perturbation is drawn in relation to
     * @param pixels how many each picture may have
     */
    public Films(List<Task> tasks, Tensor clean, double epsilon, double pixels) {
        this.tasks = List.copyOf(tasks);
        this.clean = clean;
        this.epsilon = epsilon;
        int[] size = Film.fitting(clean.shape().dim(2), clean.shape().dim(3), pixels);
        image = new Film(size[0], size[1], false);
        perturbation = new Film(size[0], size[1], false);
        for (Task task : tasks) {
            boolean exact = !task.drawing().key().isEmpty();
            predictions.put(task.name(), new Film(size[0], size[1], exact));
            labels.put(task.name(), new Film(size[0], size[1], exact));
            words.put(task.name(), new ArrayList<>());
        }
    }

    /** Adds a picture to each film. */
    public void add(Sight sight) {
        image.add(Pictures.rgb(sight.images()));
        perturbation.add(Pictures.perturbation(clean, sight.images(), epsilon));
        for (Task task : tasks) {
            Tensor prediction = sight.prediction(task);
            predictions.get(task.name()).add(Pictures.drawn(task, prediction, clean));
            words.get(task.name()).add(task.drawing().words(prediction, 0).orElse(""));
        }
    }

    /** Adds a task's label. */
    public void addLabel(Task task, Tensor label) {
        labels.get(task.name()).add(Pictures.drawn(task, label, clean));
    }

    /** The image as it was attacked. */
    public Film image() {
        return image;
    }

    /** What was added to it. */
    public Film perturbation() {
        return perturbation;
    }

    /** A task's predictions. */
    public Film predictions(Task task) {
        return predictions.get(task.name());
    }

    /** A film of a task's label, or an empty one. */
    public Film label(Task task) {
        return labels.get(task.name());
    }

    /** For each picture of a task's film what it says; empty for maps. */
    public List<String> words(Task task) {
        return words.get(task.name());
    }

    /** The height of a picture. */
    public int height() {
        return image.height();
    }

    /** The width of a picture. */
    public int width() {
        return image.width();
    }
}
