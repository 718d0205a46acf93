// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.balance.Dgba;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Metrics;
import dev.topple.mtl.task.Task;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What the model scored on some images: the parts of its metrics and its losses, image by image. */
final class Scores {

    private final List<Task> tasks;
    private final Map<String, double[][]> parts = new LinkedHashMap<>();
    private final Map<String, double[][]> releasedParts = new LinkedHashMap<>();
    private final double[] logLoss;
    /** By task and image, NaN where an image has no valid pixel; only of what was measured here, not what was kept. */
    private final Map<String, double[]> losses = new LinkedHashMap<>();

    Scores(List<Task> tasks, int images) {
        this.tasks = tasks;
        this.logLoss = new double[images];
        for (Task task : tasks) {
            double[] none = new double[images];
            Arrays.fill(none, Double.NaN);
            losses.put(task.name(), none);
            parts.put(task.name(), new double[images][task.metrics().parts()]);
            releasedParts.put(task.name(), new double[images][task.releasedMetrics().parts()]);
        }
    }

    /** Where the parts of one image are added up. */
    double[] parts(Task task, int image) {
        return parts.get(task.name())[image];
    }

    /** The same for the released metrics. */
    double[] releasedParts(Task task, int image) {
        return releasedParts.get(task.name())[image];
    }

    /** Adds one task's loss to an image that has valid pixels for it. */
    void addLoss(Task task, int image, double loss) {
        losses.get(task.name())[image] = loss;
        logLoss[image] += Dgba.logLoss(loss);
    }

    /** All parts, by task and image. */
    Map<String, double[][]> allParts() {
        return parts;
    }

    /** What was measured of one image, as an outcome that can be kept. */
    ImageOutcome image(int image, String fingerprint, ImageAudit audit) {
        return new ImageOutcome(image, fingerprint, of(image, parts), of(image, releasedParts), logLoss[image], audit);
    }

    private static Map<String, double[]> of(int image, Map<String, double[][]> parts) {
        Map<String, double[]> ofImage = new LinkedHashMap<>();
        parts.forEach((task, all) -> ofImage.put(task, all[image]));
        return ofImage;
    }

    /** Whether an outcome has the parts that these tasks have. */
    boolean fits(ImageOutcome outcome) {
        return fits(outcome.parts(), Task::metrics) && fits(outcome.releasedParts(), Task::releasedMetrics);
    }

    private boolean fits(Map<String, double[]> ofImage, Function<Task, Metrics> metrics) {
        return ofImage.keySet().equals(parts.keySet()) && tasks.stream()
                .allMatch(task -> ofImage.get(task.name()).length == metrics.apply(task).parts());
    }

    /** Takes an outcome that was kept. */
    void put(ImageOutcome outcome) {
        int image = outcome.index();
        parts.forEach((task, all) -> all[image] = outcome.parts().get(task).clone());
        releasedParts.forEach((task, all) -> all[image] = outcome.releasedParts().get(task).clone());
        logLoss[image] = outcome.logLoss();
    }

    /** The losses of a task that were measured, by image; NaN for the others. */
    double[] losses(Task task) {
        return losses.get(task.name());
    }

    /** The sum of the logarithms of the losses of each image. */
    double[] logLosses() {
        return logLoss;
    }

    /** The mean over images of the sum of the logarithms of the losses. */
    double meanLogLoss() {
        double sum = 0;
        for (double each : logLoss) {
            sum += each;
        }
        return sum / logLoss.length;
    }

    /** All metrics, in order. */
    Map<String, Map<String, Double>> metrics() {
        return named(Task::metrics, task -> task.metrics().values(total(task)));
    }

    /** All metrics of the released code, rounded as it rounds them, over batches of so many images in their order. */
    Map<String, Map<String, Double>> releasedMetrics(int batch) {
        return named(Task::releasedMetrics, task -> {
            double[] values = task.releasedMetrics().values(releasedParts.get(task.name()), batch);
            return Arrays.stream(values).map(ReleasedOutcome::rounded).toArray();
        });
    }

    private Map<String, Map<String, Double>> named(Function<Task, Metrics> metrics, Function<Task, double[]> values) {
        Map<String, Map<String, Double>> all = new LinkedHashMap<>();
        for (Task task : tasks) {
            double[] ofTask = values.apply(task);
            Map<String, Double> named = new LinkedHashMap<>();
            List<Metric> list = metrics.apply(task).list();
            for (int i = 0; i < list.size(); i++) {
                named.put(list.get(i).name(), ofTask[i]);
            }
            all.put(task.name(), named);
        }
        return all;
    }

    private double[] total(Task task) {
        double[] total = new double[task.metrics().parts()];
        for (double[] image : parts.get(task.name())) {
            for (int i = 0; i < total.length; i++) {
                total[i] += image[i];
            }
        }
        return total;
    }
}
