// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.balance.Dgba;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Task;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the model scored on some images: the parts of its metrics and its losses, image by image. */
final class Scores {

    private final List<Task> tasks;
    private final Map<String, double[][]> parts = new LinkedHashMap<>();
    private final double[] logLoss;

    Scores(List<Task> tasks, int images) {
        this.tasks = tasks;
        this.logLoss = new double[images];
        tasks.forEach(task -> parts.put(task.name(), new double[images][task.metrics().parts()]));
    }

    /** Where the parts of one image are added up. */
    double[] parts(Task task, int image) {
        return parts.get(task.name())[image];
    }

    /** Adds one task's loss to an image that has valid pixels for it. */
    void addLoss(int image, double loss) {
        logLoss[image] += Dgba.logLoss(loss);
    }

    /** All parts, by task and image. */
    Map<String, double[][]> allParts() {
        return parts;
    }

    /** What was measured of one image, as an outcome that can be kept. */
    ImageOutcome image(int image, String fingerprint, ImageAudit audit) {
        Map<String, double[]> ofImage = new LinkedHashMap<>();
        parts.forEach((task, all) -> ofImage.put(task, all[image]));
        return new ImageOutcome(image, fingerprint, ofImage, logLoss[image], audit);
    }

    /** Whether an outcome has the parts that these tasks have. */
    boolean fits(ImageOutcome outcome) {
        return outcome.parts().keySet().equals(parts.keySet()) && tasks.stream()
                .allMatch(task -> outcome.parts().get(task.name()).length == task.metrics().parts());
    }

    /** Takes an outcome that was kept. */
    void put(ImageOutcome outcome) {
        parts.forEach((task, all) -> all[outcome.index()] = outcome.parts().get(task).clone());
        logLoss[outcome.index()] = outcome.logLoss();
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
        Map<String, Map<String, Double>> all = new LinkedHashMap<>();
        for (Task task : tasks) {
            double[] values = task.metrics().values(total(task));
            Map<String, Double> named = new LinkedHashMap<>();
            List<Metric> metrics = task.metrics().list();
            for (int i = 0; i < metrics.size(); i++) {
                named.put(metrics.get(i).name(), values[i]);
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
