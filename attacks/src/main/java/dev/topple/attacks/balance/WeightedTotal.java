// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The sum of the losses with given weights: direction {@code sum_i w_i grad L_i}, merit {@code sum_i w_i L_i}. The
 * weights that suit a model are not known beforehand; to search for them is what {@link Dgba} saves.
 *
 * @param weights by the name of the task, finite and at least 0, one of them above; 1 for tasks that are not named
 */
public record WeightedTotal(Map<String, Double> weights) implements LossWeights {

    public WeightedTotal {
        weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
        weights.forEach((task, weight) -> {
            if (!(weight >= 0) || !(weight <= Float.MAX_VALUE)) {
                throw new IllegalArgumentException("balancer 'weighted': the weight of " + task
                        + " must be a number of at least 0, not " + weight);
            }
        });
    }

    @Override
    public String name() {
        return "weighted:" + weights.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue()).collect(Collectors.joining(":"));
    }

    @Override
    public List<Value> weights(TaskLosses losses) {
        List<Value> values = new ArrayList<>();
        losses.tasks().forEach(task -> values.add(
                losses.graph().fill(losses.shape(), weights.getOrDefault(task.name(), 1.0))));
        return values;
    }

    @Override
    public Value merit(TaskLosses losses) {
        return losses.sumOfPresent(weights(losses));
    }
}
