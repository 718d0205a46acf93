// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.mtl.task.Task;
import dev.topple.mtl.task.Tasks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The balancers: for a static import, {@code Attack.pgd(linf(8 / 255.0)).balancer(dgba())}, and by the names that
 * people use.
 */
public final class Balancers {

    private Balancers() {}

    /** {@code sum_i grad L_i / L_i}: the Dynamic Gradient Balancing Attack. */
    public static Balancer dgba() {
        return new Dgba();
    }

    /** {@code sum_i grad L_i / (L_i + smoothing)^exponent}. */
    public static Balancer dgba(double exponent, double smoothing) {
        return new RelaxedDgba(exponent, smoothing);
    }

    /** One task alone. */
    public static Balancer single(String task) {
        return new Single(task);
    }

    /** The plain sum of the losses. */
    public static Balancer total() {
        return new Total();
    }

    /** The sum of the losses with weights by the name of the task; 1 for tasks that are not named. */
    public static Balancer weighted(Map<String, Double> weights) {
        return new WeightedTotal(weights);
    }

    /** A vote of the tasks at every pixel. */
    public static Balancer signSum() {
        return new SignSum();
    }

    /** The losses in units of those at the clean image. */
    public static Balancer wgd() {
        return new Wgd();
    }

    /** Pushes the least broken task, the more so the smaller mu is. */
    public static Balancer softMin(double mu) {
        return new SoftMin(mu);
    }

    /** Weights drawn afresh at every step, a control. */
    public static Balancer random() {
        return new RandomWeights();
    }

    /** The sum of gradients of length 1. */
    public static Balancer unitSum() {
        return new UnitSum();
    }

    /** At every element the gradients of the likelier sign. */
    public static Balancer gradDrop() {
        return new GradDrop();
    }

    /** The shortest combination of the gradients. */
    public static Balancer mgda() {
        return new Mgda();
    }

    /** Gradients without the parts that point against another's. */
    public static Balancer pcGrad() {
        return new PcGrad();
    }

    /** The best direction for the least helped task near the mean. */
    public static Balancer caGrad(double c) {
        return new CaGrad(c);
    }

    /** The direction with the same projection onto every gradient. */
    public static Balancer imtlG() {
        return new ImtlG();
    }

    /** The bargaining solution. */
    public static Balancer nash() {
        return new NashMtl();
    }

    /** Gradients with their principal directions brought to one length. */
    public static Balancer aligned() {
        return new AlignedMtl();
    }

    /** The mean of the gradients projected onto the cone that harms none. */
    public static Balancer upGrad() {
        return new UpGrad();
    }

    /** The names of the balancers to use, which {@link #parse} knows. */
    public static List<String> names() {
        return List.of("single", "total", "weighted", "signsum", "dgba", "wgd", "softmin", "random", "unit", "graddrop",
                "mgda", "pcgrad", "cagrad", "imtl-g", "nash", "aligned", "upgrad");
    }

    /** The further names that {@link #parse} knows: forms that follow released code, quirks included. */
    public static List<String> releasedNames() {
        return List.of("total:released", "dgba:released");
    }

    /**
     * Balancers from a list such as {@code single,total,dgba}; {@code single} stands for one per task,
     * {@code single:depth} for one. What is named twice comes once.
     *
     * @throws IllegalArgumentException with one line for people
     */
    public static List<Balancer> parse(String list, List<Task> tasks) {
        Set<Balancer> balancers = new LinkedHashSet<>();
        for (String part : list.split(",", -1)) {
            balancers.addAll(named(part.strip().toLowerCase(Locale.ROOT), tasks));
        }
        return List.copyOf(balancers);
    }

    private static List<Balancer> named(String name, List<Task> tasks) {
        return switch (name) {
            case "single" -> singles(tasks);
            case "total" -> List.of(new Total());
            case "signsum" -> List.of(new SignSum());
            case "dgba" -> List.of(new Dgba());
            case "wgd" -> List.of(new Wgd());
            case "softmin" -> List.of(new SoftMin(1));
            case "random" -> List.of(new RandomWeights());
            case "unit" -> List.of(new UnitSum());
            case "graddrop" -> List.of(new GradDrop());
            case "mgda" -> List.of(new Mgda());
            case "pcgrad" -> List.of(new PcGrad());
            case "cagrad" -> List.of(new CaGrad(CaGrad.PUBLISHED));
            case "imtl-g" -> List.of(new ImtlG());
            case "nash" -> List.of(new NashMtl());
            case "aligned" -> List.of(new AlignedMtl());
            case "upgrad" -> List.of(new UpGrad());
            case "total:released" -> List.of(new ReleasedTotal());
            case "dgba:released" -> List.of(new ReleasedDgba());
            case "weighted" -> throw new IllegalArgumentException("balancer 'weighted' needs weights, such as weighted:"
                    + tasks.get(0).name() + "=2; tasks that are not named count 1");
            default -> name.contains(":") ? List.of(withSettings(name, tasks)) : unknown(name);
        };
    }

    private static Balancer withSettings(String name, List<Task> tasks) {
        String[] parts = name.split(":", -1);
        String first = parts[0];
        return switch (first) {
            case "single" -> single(name.substring("single:".length()), tasks);
            case "weighted" -> new WeightedTotal(weights(name, parts, tasks));
            case "dgba" -> {
                Map<String, Double> settings = settings(name, parts, Set.of("exponent", "smoothing"));
                yield new RelaxedDgba(settings.getOrDefault("exponent", 1.0), settings.getOrDefault("smoothing", 0.0));
            }
            case "softmin" -> new SoftMin(settings(name, parts, Set.of("mu")).get("mu"));
            case "cagrad" -> new CaGrad(settings(name, parts, Set.of("c")).get("c"));
            default -> unknown(name).get(0);
        };
    }

    private static Map<String, Double> weights(String name, String[] parts, List<Task> tasks) {
        Map<String, Double> weights = settings(name, parts, Tasks.names(tasks));
        if (tasks.stream().allMatch(task -> weights.getOrDefault(task.name(), 1.0) == 0)) {
            throw new IllegalArgumentException("balancer '" + name + "': every task has weight 0");
        }
        return weights;
    }

    private static Map<String, Double> settings(String name, String[] parts, Set<String> known) {
        Map<String, Double> settings = new LinkedHashMap<>();
        for (String part : Arrays.asList(parts).subList(1, parts.length)) {
            int equals = part.indexOf('=');
            String key = part.substring(0, Math.max(equals, 0));
            if (!known.contains(key)) {
                throw new IllegalArgumentException("balancer '" + name + "': '" + part + "' is none of its settings;"
                        + " known are " + known.stream().sorted().map(setting -> setting + "=NUMBER")
                                .collect(Collectors.joining(", ")));
            }
            try {
                if (settings.put(key, Double.valueOf(part.substring(equals + 1))) != null) {
                    throw new IllegalArgumentException("balancer '" + name + "' says " + key + " twice");
                }
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("balancer '" + name + "': " + key + " is to be a number, not '"
                        + part.substring(equals + 1) + "'", e);
            }
        }
        return settings;
    }

    private static List<Balancer> singles(List<Task> tasks) {
        List<Balancer> singles = new ArrayList<>();
        tasks.forEach(task -> singles.add(new Single(task.name())));
        return singles;
    }

    private static Balancer single(String task, List<Task> tasks) {
        if (tasks.stream().noneMatch(candidate -> candidate.name().equals(task))) {
            throw new IllegalArgumentException("balancer 'single:" + task + "': the model has no task '" + task
                    + "'; it has " + tasks.stream().map(Task::name).collect(Collectors.joining(", ")));
        }
        return new Single(task);
    }

    private static List<Balancer> unknown(String name) {
        throw new IllegalArgumentException("there is no balancer '" + name + "'; choose from "
                + String.join(", ", names()) + ", with settings single:TASK, weighted:TASK=2, dgba:exponent=0.5,"
                + " dgba:smoothing=0.01, softmin:mu=0.1, cagrad:c=0.2, or the released forms "
                + String.join(", ", releasedNames()));
    }
}
