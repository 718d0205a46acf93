// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an attack keeps on the device between its programs, for batches of one shape. */
final class AttackVariables {

    final Variable clean;
    final Variable iterate;
    final Variable best;
    final Variable bestMerit;
    final Variable undefinedSteps;
    /** 1 for a row that is an image, 0 for one that fills up a short batch. */
    final Variable rows;
    final Map<String, Variable> labels = new LinkedHashMap<>();
    final Map<String, Variable> cleanLosses = new LinkedHashMap<>();
    final Map<String, Variable> zeroWeightSteps = new LinkedHashMap<>();
    private final Map<String, Variable> states = new LinkedHashMap<>();

    AttackVariables(Shape images, List<Task> tasks) {
        TensorType pictures = TensorType.f32(images.dims());
        TensorType each = TensorType.f32(images.dim(0));
        clean = Variable.zeros("attack.clean", pictures);
        iterate = Variable.zeros("attack.iterate", pictures);
        best = Variable.zeros("attack.best", pictures);
        bestMerit = Variable.zeros("attack.bestMerit", each);
        undefinedSteps = Variable.zeros("attack.undefinedSteps", each);
        rows = Variable.zeros("attack.rows", each);
        for (Task task : tasks) {
            TensorType label = task.labelType(images.dim(0), images.dim(2), images.dim(3));
            labels.put(task.name(), Variable.zeros("attack.label." + task.name(), label));
            cleanLosses.put(task.name(), Variable.zeros("attack.cleanLoss." + task.name(), each));
            zeroWeightSteps.put(task.name(), Variable.zeros("attack.zeroWeightSteps." + task.name(), each));
        }
    }

    /** A state of the step rule, which comes to exist when the rule first sets it. */
    Variable newState(String name, TensorType type) {
        Variable state = states.computeIfAbsent(name, n -> Variable.zeros("attack.state." + n, type));
        if (!state.type().equals(type)) {
            throw new IllegalArgumentException(
                    "step rule state '" + name + "' started as " + state.type() + " and cannot become " + type);
        }
        return state;
    }

    Variable state(String name) {
        Variable state = states.get(name);
        if (state == null) {
            throw new IllegalArgumentException(
                    "step rule state '" + name + "' is used in a step, but was not set at the start");
        }
        return state;
    }

    List<Variable> all() {
        List<Variable> all = new ArrayList<>(List.of(clean, iterate, best, bestMerit, undefinedSteps, rows));
        all.addAll(labels.values());
        all.addAll(cleanLosses.values());
        all.addAll(zeroWeightSteps.values());
        all.addAll(states.values());
        return all;
    }
}
