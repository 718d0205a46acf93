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
    /** At how many steps the direction was 0 everywhere. */
    final Variable zeroSteps;
    /** How many steps of all walks were done, {@code [N]}. */
    final Variable stepsDone;
    /** The merit of the first iterate of the first walk. */
    final Variable startMerit;
    /** The merit of the iterate after that. */
    final Variable firstMerit;
    /** 1 for a row that is an image, 0 for one that fills up a short batch. */
    final Variable rows;
    /** Where an image may change, {@code [N, 1, H, W]}, 1 or 0; used by attacks with masks alone. */
    final Variable mask;
    /** The merit of the iterate, between the halves of a step. */
    final Variable merit;
    /** The scaled gradient of each attended task, between the halves of a step. */
    final List<Variable> gradients = new ArrayList<>();
    final Map<String, Variable> labels = new LinkedHashMap<>();
    final Map<String, Variable> cleanLosses = new LinkedHashMap<>();
    final Map<String, Variable> zeroWeightSteps = new LinkedHashMap<>();
    private final Map<String, Variable> states = new LinkedHashMap<>();

    /**
     * @param tasks those of the model
     * @param kept of how many tasks gradients are kept between programs
     */
    AttackVariables(Shape images, List<Task> tasks, int kept) {
        TensorType pictures = TensorType.f32(images.dims());
        TensorType each = TensorType.f32(images.dim(0));
        clean = Variable.zeros("attack.clean", pictures);
        iterate = Variable.zeros("attack.iterate", pictures);
        best = Variable.zeros("attack.best", pictures);
        bestMerit = Variable.zeros("attack.bestMerit", each);
        undefinedSteps = Variable.zeros("attack.undefinedSteps", each);
        zeroSteps = Variable.zeros("attack.zeroSteps", each);
        stepsDone = Variable.zeros("attack.stepsDone", each);
        startMerit = Variable.zeros("attack.startMerit", each);
        firstMerit = Variable.zeros("attack.firstMerit", each);
        rows = Variable.zeros("attack.rows", each);
        merit = Variable.zeros("attack.merit", each);
        mask = Variable.zeros("attack.mask", TensorType.f32(images.dim(0), 1, images.dim(2), images.dim(3)));
        for (int i = 0; i < kept; i++) {
            gradients.add(Variable.zeros("attack.gradient." + i, pictures));
        }
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
        List<Variable> all = new ArrayList<>(List.of(clean, iterate, best, bestMerit, undefinedSteps, zeroSteps,
                stepsDone, startMerit, firstMerit, rows, merit, mask));
        all.addAll(gradients);
        all.addAll(labels.values());
        all.addAll(cleanLosses.values());
        all.addAll(zeroWeightSteps.values());
        all.addAll(states.values());
        return all;
    }
}
