// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.Attack;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Finds out what attacks on single tasks do to the others, from what is known of them anyway. */
final class Transfers {

    /**
     * An attack on one task.
     *
     * @param relatives by task, {@code [metric]}
     * @param samples by task, {@code [metric][resample]}
     */
    record Source(Attack attack, double[][] relatives, double[][][] samples) {}

    private Transfers() {}

    /** One for each attack and budget that has several single tasks. */
    static List<Transfer> of(List<Source> sources, List<Task> tasks, Resamples resamples) {
        List<List<Source>> groups = new ArrayList<>();
        for (Source source : sources) {
            groups.stream().filter(group -> alike(group.getFirst().attack(), source.attack())).findFirst()
                    .orElseGet(() -> {
                        groups.add(new ArrayList<>());
                        return groups.getLast();
                    }).add(source);
        }
        return groups.stream().filter(group -> group.size() > 1).map(group -> transfer(group, tasks, resamples))
                .toList();
    }

    private static boolean alike(Attack one, Attack other) {
        return one.rule().equals(other.rule()) && one.aim().equals(other.aim()) && one.budget().equals(other.budget());
    }

    private static Transfer transfer(List<Source> sources, List<Task> tasks, Resamples resamples) {
        int[] attacked = sources.stream().mapToInt(source -> tasks.indexOf(source.attack().attended().getFirst()))
                .toArray();
        double[][] drops = drops(sources, Source::relatives);
        double[][][] sampled = new double[Resamples.COUNT][][];
        double[] ratios = new double[Resamples.COUNT];
        for (int i = 0; i < sampled.length; i++) {
            int resample = i;
            sampled[i] = drops(sources, source -> Outcomes.at(source.samples(), resample));
            ratios[i] = ratio(sampled[i], attacked);
        }
        Map<String, Map<String, Transfer.Drop>> named = new LinkedHashMap<>();
        for (int from = 0; from < attacked.length; from++) {
            Map<String, Transfer.Drop> row = new LinkedHashMap<>();
            for (int to = 0; to < tasks.size(); to++) {
                double[] samples = new double[sampled.length];
                for (int i = 0; i < samples.length; i++) {
                    samples[i] = sampled[i][from][to];
                }
                row.put(tasks.get(to).name(), new Transfer.Drop(drops[from][to],
                        resamples.interval(drops[from][to], samples)));
            }
            named.put(tasks.get(attacked[from]).name(), row);
        }
        Attack first = sources.getFirst().attack();
        double ratio = ratio(drops, attacked);
        return new Transfer(first.name(), first.budget(), named, ratio, resamples.interval(ratio, ratios));
    }

    /** {@code [source][task]}, in percent. */
    private static double[][] drops(List<Source> sources, Function<Source, double[][]> relatives) {
        double[][] drops = new double[sources.size()][];
        for (int from = 0; from < drops.length; from++) {
            double[][] ofTasks = relatives.apply(sources.get(from));
            drops[from] = new double[ofTasks.length];
            for (int to = 0; to < ofTasks.length; to++) {
                drops[from][to] = Arp.of(new double[][] {ofTasks[to]});
            }
        }
        return drops;
    }

    /**
     * The mean ratio of what tasks suffer from attacks on others and from attacks on themselves.
     *
     * @param attacked the task that each source attacks
     */
    static double ratio(double[][] drops, int[] attacked) {
        double sum = 0;
        int pairs = 0;
        for (int from = 0; from < attacked.length; from++) {
            for (int to = 0; to < attacked.length; to++) {
                double own = drops[to][attacked[to]];
                double others = drops[from][attacked[to]];
                if (from != to && own > 0 && !Double.isNaN(others)) {
                    sum += others / own;
                    pairs++;
                }
            }
        }
        return pairs == 0 ? Double.NaN : sum / pairs;
    }
}
