// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.study;

import dev.topple.attacks.CompiledAttack;
import dev.topple.attacks.Passes;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.WeightedTotal;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.evaluate.AttackOutcome;
import dev.topple.attacks.evaluate.BatchOutcome;
import dev.topple.attacks.evaluate.Evaluation;
import dev.topple.attacks.evaluate.EvaluationListener;
import dev.topple.attacks.evaluate.EvaluationResult;
import dev.topple.attacks.evaluate.Interval;
import dev.topple.attacks.evaluate.Plan;
import dev.topple.attacks.evaluate.ProgressStore;
import dev.topple.attacks.evaluate.Protocol;
import dev.topple.attacks.evaluate.Resamples;
import dev.topple.attacks.evaluate.ResultSink;
import dev.topple.attacks.step.StepRule;
import dev.topple.engine.Device;
import dev.topple.engine.tensor.Shape;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A search for weights of the losses beside DGBA, which needs none: the baseline of Zhang et al., arXiv 2305.12066, who
 * leave open what it costs. Every image is attacked once with each point of a grid over the simplex of weights; then
 * the best point for all images is taken, and the best one for each image. Both choices are by the ARP, so by the
 * labels and by the very number that is reported: what the search finds is an upper bound of what it is worth.
 */
public final class WeightGrid {

    private WeightGrid() {}

    /**
     * One attack of the comparison.
     *
     * @param name the balancer's name, or what was chosen of them
     * @param arp in percent
     * @param interval of that
     * @param meanLogLoss the mean over images of {@code sum_i log L_i}, which DGBA climbs
     * @param passes per image, all that the choice needs
     * @param seconds for all images, all that the choice needs
     */
    public record Entry(String name, double arp, Interval interval, double meanLogLoss, Passes passes,
            double seconds) {}

    /**
     * What came out.
     *
     * @param images how many images
     * @param grid every point of the grid
     * @param bestForAll the point with the largest ARP over all images
     * @param bestPerImage each image with the point that does most to it
     * @param dgba one attack with DGBA
     * @param lead by how much DGBA's ARP is above that of the best per image; below 0 if it is not
     * @param leadInterval of that
     * @param bytes the memory of one attack for one batch on the device, the same for all; a search keeps the best
     *     images besides
     * @param choices how many images each point of the grid is best for
     */
    public record Result(int images, List<Entry> grid, Entry bestForAll, Entry bestPerImage, Entry dgba, double lead,
            Interval leadInterval, long bytes, List<Integer> choices) {}

    /**
     * The points of a grid over the simplex: all weights that are multiples of {@code 1 / parts} and add up to 1.
     *
     * @param tasks the names of the tasks
     * @param parts into how many parts an edge is cut, at least 1; 5 gives 21 points for three tasks
     */
    public static List<Map<String, Double>> points(List<String> tasks, int parts) {
        if (parts < 1) {
            throw new IllegalArgumentException("a grid of weights has at least 1 part per axis, not " + parts);
        }
        List<Map<String, Double>> points = new ArrayList<>();
        collect(tasks, parts, new int[tasks.size()], 0, parts, points);
        return points;
    }

    private static void collect(List<String> tasks, int parts, int[] shares, int task, int left,
            List<Map<String, Double>> points) {
        if (task == tasks.size() - 1) {
            shares[task] = left;
            Map<String, Double> weights = new LinkedHashMap<>();
            for (int i = 0; i < shares.length; i++) {
                weights.put(tasks.get(i), (double) shares[i] / parts);
            }
            points.add(weights);
            return;
        }
        for (int share = left; share >= 0; share--) {
            shares[task] = share;
            collect(tasks, parts, shares, task + 1, left - share, points);
        }
    }

    /**
     * Searches and compares.
     *
     * @param data images with labels for all tasks
     * @param parts of the {@linkplain #points grid}
     */
    public static Result run(Model model, Dataset data, Device device, Protocol protocol, Budget budget,
            StepRule rule, int parts, EvaluationListener listener) {
        List<Plan> plans = new ArrayList<>();
        for (Map<String, Double> weights : points(model.tasks().stream().map(Task::name).toList(), parts)) {
            plans.add(new Plan(budget, rule, new WeightedTotal(weights)));
        }
        // Last, when Java has compiled what all of them need.
        plans.add(new Plan(budget, rule, new Dgba()));
        Map<Plan, Map<Integer, Double>> logLosses = new HashMap<>();
        EvaluationResult result = new Evaluation(model, data, device, protocol, plans).run(listener,
                new ResultSink() {}, new Losses(logLosses));
        return compare(result, protocol, bytes(model, data, device, protocol, plans.getFirst()),
                plans.stream().map(logLosses::get).toList());
    }

    private static Result compare(EvaluationResult result, Protocol protocol, long bytes,
            List<Map<Integer, Double>> logLosses) {
        Damage damage = new Damage(result.tasks(), result.clean().parts(),
                new Resamples(protocol.seed(), result.images()));
        AttackOutcome dgba = result.attacks().getLast();
        List<AttackOutcome> grid = result.attacks().subList(0, result.attacks().size() - 1);
        AttackOutcome best = grid.getFirst();
        Passes passes = new Passes(0, 0);
        double seconds = 0;
        for (AttackOutcome point : grid) {
            best = point.arp() > best.arp() ? point : best;
            passes = new Passes(passes.forwards() + point.passes().forwards(),
                    passes.backwards() + point.passes().backwards());
            seconds += point.seconds();
        }
        int[] choice = choices(damage, grid, result.images());
        Damage.Sampled each = damage.of(chosen(result, grid, choice));
        Damage.Sampled one = damage.of(dgba.parts());
        List<Integer> counts = new ArrayList<>();
        for (int point = 0; point < grid.size(); point++) {
            int at = point;
            counts.add((int) Arrays.stream(choice).filter(index -> index == at).count());
        }
        return new Result(result.images(), grid.stream().map(WeightGrid::entry).toList(),
                new Entry("best for all images: " + best.balancer(), best.arp(), best.arpInterval(),
                        best.meanLogLoss(), passes, seconds),
                new Entry("best for each image", each.arp(), damage.interval(each), meanLogLoss(logLosses, choice),
                        passes, seconds),
                entry(dgba),
                one.arp() - each.arp(), damage.interval(one, each), bytes, counts);
    }

    private static double meanLogLoss(List<Map<Integer, Double>> logLosses, int[] choice) {
        return IntStream.range(0, choice.length).mapToDouble(image -> logLosses.get(choice[image]).get(image))
                .average().orElseThrow();
    }

    /** Keeps {@code sum_i log L_i} of every attacked image. */
    private record Losses(Map<Plan, Map<Integer, Double>> of) implements ProgressStore {

        @Override
        public List<BatchOutcome> load(Plan plan) {
            return List.of();
        }

        @Override
        public void save(Plan plan, BatchOutcome batch) {
            Map<Integer, Double> images = of.computeIfAbsent(plan, each -> new HashMap<>());
            batch.images().forEach(image -> images.put(image.index(), image.logLoss()));
        }
    }

    private static Entry entry(AttackOutcome outcome) {
        return new Entry(outcome.balancer(), outcome.arp(), outcome.arpInterval(), outcome.meanLogLoss(),
                outcome.passes(), outcome.seconds());
    }

    /** By image, the point that does most to it; the first of equals. */
    private static int[] choices(Damage damage, List<AttackOutcome> grid, int images) {
        int[] choice = new int[images];
        for (int image = 0; image < images; image++) {
            double most = Double.NEGATIVE_INFINITY;
            for (int point = 0; point < grid.size(); point++) {
                double arp = damage.ofImage(grid.get(point).parts(), image);
                if (arp > most) {
                    most = arp;
                    choice[image] = point;
                }
            }
        }
        return choice;
    }

    /** The parts of every image under its own point. */
    private static Map<String, double[][]> chosen(EvaluationResult result, List<AttackOutcome> grid, int[] choice) {
        Map<String, double[][]> parts = new LinkedHashMap<>();
        for (Task task : result.tasks()) {
            double[][] ofTask = new double[choice.length][];
            for (int image = 0; image < choice.length; image++) {
                ofTask[image] = grid.get(choice[image]).parts().get(task.name())[image];
            }
            parts.put(task.name(), ofTask);
        }
        return parts;
    }

    private static long bytes(Model model, Dataset data, Device device, Protocol protocol, Plan plan) {
        Shape image = data.sample(0).image().shape();
        int rows = Math.min(protocol.batch(), protocol.limit() == 0 ? data.size() : protocol.limit());
        try (CompiledAttack attack = plan.on(model).on(device)) {
            return attack.bytes(Shape.of(rows, image.dim(0), image.dim(1), image.dim(2)));
        }
    }
}
