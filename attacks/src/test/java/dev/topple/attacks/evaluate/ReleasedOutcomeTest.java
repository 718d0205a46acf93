// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Attack;
import dev.topple.attacks.ToyTask;
import dev.topple.attacks.Toys;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.step.Fgsm;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Keypoints;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Task;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The released ARP, and the released metrics over batches. */
class ReleasedOutcomeTest {

    private static final ToyTask FIRST = new ToyTask("first", 1);
    private static final ToyTask SECOND = new ToyTask("second", 1);

    /** Metrics of both toys by task: the error, and what is within. */
    private static Map<String, Map<String, Double>> metrics(double... values) {
        Map<String, Map<String, Double>> metrics = new LinkedHashMap<>();
        metrics.put("first", Map.of("error", values[0], "within", values[1]));
        metrics.put("second", Map.of("error", values[2], "within", values[3]));
        return metrics;
    }

    private static ReleasedOutcome outcome(Map<String, Map<String, Double>> clean,
            Map<String, Map<String, Double>> attacked) {
        return ReleasedOutcome.of(List.of(FIRST, SECOND), task -> false, clean, attacked);
    }

    @Test
    void theArpIsTheMeanOverTasksOfTheMeanOverMetrics() {
        ReleasedOutcome outcome = outcome(metrics(2, 80, 4, 50), metrics(3, 60, 5, 50));
        assertEquals(100 * ((0.5 + 0.25) / 2 + (0.25 + 0) / 2) / 2, outcome.arp(), 1e-9);
        assertEquals(new Change(2, 3, 0.5), outcome.tasks().get("first").get("error"));
        assertEquals(new Change(80, 60, 0.25), outcome.tasks().get("first").get("within"));
    }

    @Test
    void metricsAreRoundedToFourDecimalsBeforeTheyAreCompared() {
        assertEquals(0.0001, ReleasedOutcome.rounded(0.00014));
        assertEquals(0.0001, ReleasedOutcome.rounded(0.00006));
        assertEquals(12.3457, ReleasedOutcome.rounded(12.34567));
        // Which is much where values are small: from 0.00014 to 0.00006 nothing happens.
        Scores clean = scores(0.00014);
        Scores attacked = scores(0.00006);
        Outcomes outcomes = new Outcomes(List.of(FIRST), task -> false, new Resamples(1, 1), 1, clean);
        AttackOutcome outcome = outcomes.attack(attack(), attacked, new AuditTally(linf(0.1)).audit(), 0);
        Metric error = FIRST.metrics().list().getFirst();
        assertEquals(Arp.relative(error, 0.00014, 0.00006), outcome.tasks().get("first").get("error").relative(),
                1e-12);
        assertEquals(new Change(0.0001, 0.0001, 0), outcome.released().tasks().get("first").get("error"));
        assertEquals(0.0001, outcomes.clean().released().get("first").get("error"));
        assertEquals(0.00014, outcomes.clean().metrics().get("first").get("error"));
        assertNotEquals(outcome.arp(), outcome.released().arp());
    }

    private static Attack attack() {
        return Attack.of(Toys.smooth(1), linf(0.1), new Fgsm(), new Dgba());
    }

    private static Scores scores(double error) {
        Scores scores = new Scores(List.of(FIRST), 1);
        for (double[] parts : List.of(scores.parts(FIRST, 0), scores.releasedParts(FIRST, 0))) {
            parts[0] = error;
            parts[1] = 1;
            parts[2] = 1;
        }
        return scores;
    }

    @Test
    void theMeansAreRoundedToo() {
        // A third of the first metric of the first task: 0.166667 after 6 decimals, 0.0833335 over both tasks, 0.0833.
        ReleasedOutcome outcome = outcome(metrics(3, 1, 1, 1), metrics(4, 1, 1, 1));
        assertEquals(8.33, outcome.arp(), 1e-12);
        assertEquals(100.0 / 12, 8.33, 0.004);
    }

    @Test
    void oneUndefinedChangeMakesTheArpUndefined() {
        ReleasedOutcome outcome = outcome(metrics(0, 80, 4, 50), metrics(3, 60, 5, 50));
        assertTrue(Double.isNaN(outcome.arp()));
        assertTrue(Double.isNaN(outcome.tasks().get("first").get("error").relative()));
        // Ours leaves it out.
        assertEquals(100 * (0.25 + 0.125) / 2, Arp.of(outcome.tasks().values()), 1e-9);
        assertTrue(Double.isNaN(outcome(metrics(1, 80, 4, 50), metrics(3, Double.NaN, 5, 50)).arp()));
        assertTrue(Double.isNaN(ReleasedOutcome.of(List.of(FIRST, SECOND), task -> task == SECOND,
                metrics(1, 80, 0.001, 50), metrics(1, 80, 5, 50)).arp()));
    }

    @Test
    void releasedMetricsAreTakenOverBatchesOfTheProtocolsSize() {
        List<Task> tasks = List.of(new Depth(), new Keypoints());
        int images = 5;
        int area = 12;
        RandomSource random = new RandomSource(3);
        Scores scores = new Scores(tasks, images);
        double[][] errors = new double[images][2];
        for (int image = 0; image < images; image++) {
            float[] predictions = new float[area];
            float[] depths = new float[area];
            for (int i = 0; i < area; i++) {
                predictions[i] = 4 * random.nextFloat() - 1;
                // The later the image, the fewer valid pixels.
                depths[i] = i < area - 2 * image ? 1 + random.nextFloat() : 0;
                if (depths[i] > 0) {
                    errors[image][0] += Math.abs((double) predictions[i] - depths[i]);
                    errors[image][1]++;
                }
            }
            Shape shape = Shape.of(1, 1, 3, 4);
            for (Task task : tasks) {
                Tensor label = Tensor.of(shape, depths);
                Tensor prediction = Tensor.of(shape, predictions);
                task.metrics().measure(prediction, label, 0, scores.parts(task, image));
                task.releasedMetrics().measure(prediction, label, 0, scores.releasedParts(task, image));
            }
        }
        double pooled = 0;
        double count = 0;
        for (double[] image : errors) {
            pooled += image[0];
            count += image[1];
        }
        assertEquals(pooled / count, scores.metrics().get("depth").get("abs_err"), 1e-12);
        for (int batch : new int[] {1, 2, 3, 5, 8}) {
            double average = 0;
            for (int from = 0; from < images; from += batch) {
                int to = Math.min(from + batch, images);
                double[] sum = IntStream.range(from, to).mapToObj(i -> errors[i])
                        .reduce(new double[2], (a, b) -> new double[] {a[0] + b[0], a[1] + b[1]});
                average += sum[0] / sum[1] * (to - from) / images;
            }
            assertEquals(Math.rint(average * 1e4) / 1e4, scores.releasedMetrics(batch).get("depth").get("abs_err"));
            assertEquals(batch < images, Math.abs(average - pooled / count) > 1e-4);
        }
    }

    @Test
    void whatIsKeptOfAnImageComesBackWithBothKindsOfParts() {
        Scores scores = scores(0.5);
        scores.releasedParts(FIRST, 0)[0] = 7;
        ImageOutcome image = scores.image(0, "x", new ImageAudit(0, 0, 1, 0, false, 0, false, false, 0,
                new ImageAudit.Climb(0, 0, 0, 0, 0)));
        Scores back = new Scores(List.of(FIRST), 1);
        assertTrue(back.fits(image));
        back.put(image);
        assertArrayEquals(scores.parts(FIRST, 0), back.parts(FIRST, 0));
        assertArrayEquals(new double[] {7, 1, 1}, back.releasedParts(FIRST, 0));
        assertEquals(7, back.releasedMetrics(1).get("first").get("error"));
        assertEquals(0.5, back.metrics().get("first").get("error"));
    }
}
