// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.trace;

import dev.topple.attacks.Attack;
import dev.topple.attacks.Iterate;
import dev.topple.attacks.balance.LossWeights;
import dev.topple.engine.Executable;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** An iterate of a batch, and all that the program found there; what the step from it does is told later. */
final class Place {

    private final Attack attack;
    private final Iterate at;
    private final Map<String, float[]> losses = new LinkedHashMap<>();
    private final float[] merit;
    private final Map<String, float[]> gradients = new LinkedHashMap<>();
    private final Map<String, float[]> takesPart = new LinkedHashMap<>();
    private final Map<String, float[]> weights = new LinkedHashMap<>();

    /**
     * @param program that has just looked at the iterate
     */
    Place(Attack attack, Iterate at, Executable program) {
        this.attack = attack;
        this.at = at;
        this.merit = program.fetch(TraceGraph.MERIT).floats();
        attack.model().tasks().forEach(task -> losses.put(task.name(), fetch(program, TraceGraph.LOSS, task)));
        if (attack.rule().usesDirection()) {
            for (Task task : attack.attended()) {
                gradients.put(task.name(), fetch(program, TraceGraph.GRADIENT, task));
                takesPart.put(task.name(), fetch(program, TraceGraph.TAKES_PART, task));
                if (attack.balancer() instanceof LossWeights) {
                    weights.put(task.name(), fetch(program, TraceGraph.WEIGHT, task));
                }
            }
        }
    }

    private static float[] fetch(Executable program, String kind, Task task) {
        return program.fetch(kind + task.name()).floats();
    }

    /** A record for each image, once it is known where the step went, if there was one. */
    List<TracedStep> records(Tensor clean, Optional<Iterate> next) {
        int rows = merit.length;
        List<TracedStep> records = new ArrayList<>(rows);
        for (int row = 0; row < rows; row++) {
            records.add(record(row, clean.floats(), clean.shape().size() / rows, next));
        }
        return records;
    }

    private TracedStep record(int row, float[] clean, int each, Optional<Iterate> next) {
        int from = row * each;
        int to = from + each;
        float[] here = at.images().floats();
        Map<String, Double> lossesHere = new LinkedHashMap<>();
        losses.forEach((task, values) -> lossesHere.put(task, (double) values[row]));
        Map<String, Double> norms = new LinkedHashMap<>();
        gradients.forEach((task, values) -> norms.put(task, Math.sqrt(Geometry.product(values, values, from, to))));
        Map<String, Double> agreement = new LinkedHashMap<>();
        next.ifPresent(there -> gradients.forEach((task, values) -> agreement.put(task, Geometry.agreement(values, here,
                there.images().floats(), from, to, attack.aim().targeted()))));
        return new TracedStep(row, at.walk(), at.step(), lossesHere, merit[row],
                attack.budget().size(clean, here, from, to), Geometry.atBudget(attack.budget(), clean, here, from, to),
                next.map(there -> OptionalDouble.of(attack.budget().size(here, there.images().floats(), from, to)))
                        .orElseGet(OptionalDouble::empty),
                next.map(there -> weights(row, there)).orElseGet(Map::of), norms, cosines(norms, from, to), agreement);
    }

    /** As the step used them: a task that took no part had none. */
    private Map<String, Double> weights(int row, Iterate next) {
        Map<String, Double> used = new LinkedHashMap<>();
        List<Task> attended = attack.attended();
        for (int i = 0; i < attended.size(); i++) {
            String name = attended.get(i).name();
            int index = row * attended.size() + i;
            boolean part = takesPart.containsKey(name) && takesPart.get(name)[row] > 0;
            if (next.weights().isPresent()) {
                used.put(name, part ? next.weights().get().floats()[index] : 0.0);
            } else if (weights.containsKey(name)) {
                used.put(name, part ? weights.get(name)[row] : 0.0);
            }
        }
        return used;
    }

    private Map<String, Map<String, Double>> cosines(Map<String, Double> norms, int from, int to) {
        Map<String, Map<String, Double>> cosines = new LinkedHashMap<>();
        List<String> names = List.copyOf(gradients.keySet());
        for (int i = 0; i < names.size() - 1; i++) {
            String first = names.get(i);
            Map<String, Double> others = new LinkedHashMap<>();
            for (String second : names.subList(i + 1, names.size())) {
                // 0 / 0 where a gradient is 0: such a pair has no cosine.
                others.put(second, Geometry.product(gradients.get(first), gradients.get(second), from, to)
                        / (norms.get(first) * norms.get(second)));
            }
            cosines.put(first, others);
        }
        return cosines;
    }
}
