// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The balancers by the names that people use. */
public final class Balancers {

    private Balancers() {}

    /** The names of the balancers to use, which {@link #parse} knows. */
    public static List<String> names() {
        return List.of("single", "total", "signsum", "dgba");
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
            case "total:released" -> List.of(new ReleasedTotal());
            case "dgba:released" -> List.of(new ReleasedDgba());
            default -> name.startsWith("single:") ? List.of(single(name.substring("single:".length()), tasks))
                    : unknown(name);
        };
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
                + String.join(", ", names()) + ", single:TASK, or the released forms "
                + String.join(", ", releasedNames()));
    }
}
