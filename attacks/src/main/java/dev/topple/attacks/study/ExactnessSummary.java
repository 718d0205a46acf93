// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.study;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What {@link ImageExactness} came to over images at one epsilon. Means are over images, a task's over those in which
 * it takes part.
 *
 * @param epsilon how far pixels may move
 * @param images how many images
 * @param optimum mean of the largest predicted change
 * @param reached mean of the predicted change of the attack's step
 * @param largestGap the largest share of the optimum that a step missed
 * @param largestViolation by how much a step left its box at worst
 * @param actual mean of the averaged change that the model showed
 * @param surplus mean of what the model showed beyond the prediction
 * @param predictedOf by task the mean predicted relative change
 * @param actualOf by task the mean relative change that the model showed
 */
public record ExactnessSummary(double epsilon, int images, double optimum, double reached, double largestGap,
        double largestViolation, double actual, double surplus, Map<String, Double> predictedOf,
        Map<String, Double> actualOf) {

    /** Sums up images; all have one epsilon. Images in which no task takes part are left out. */
    public static ExactnessSummary of(List<ImageExactness> all) {
        List<ImageExactness> images = all.stream().filter(each -> !each.predicted().isEmpty()).toList();
        if (images.isEmpty()) {
            throw new IllegalArgumentException("there is no image with a label and a loss above 0: nothing to study");
        }
        return new ExactnessSummary(images.getFirst().epsilon(), images.size(), mean(images, ImageExactness::optimum),
                mean(images, ImageExactness::reached),
                images.stream().mapToDouble(ImageExactness::gap).max().orElseThrow(),
                images.stream().mapToDouble(ImageExactness::violation).max().orElseThrow(),
                mean(images, ImageExactness::averageActual), mean(images, ImageExactness::surplus),
                means(images, ImageExactness::predicted), means(images, ImageExactness::actual));
    }

    private static double mean(List<ImageExactness> images, ToDoubleFunction<ImageExactness> number) {
        return images.stream().mapToDouble(number).average().orElseThrow();
    }

    private static Map<String, Double> means(List<ImageExactness> images,
            Function<ImageExactness, Map<String, Double>> numbers) {
        Map<String, Double> sums = new LinkedHashMap<>();
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (ImageExactness image : images) {
            numbers.apply(image).forEach((task, number) -> {
                sums.merge(task, number, Double::sum);
                counts.merge(task, 1, Integer::sum);
            });
        }
        sums.replaceAll((task, sum) -> sum / counts.get(task));
        return sums;
    }
}
