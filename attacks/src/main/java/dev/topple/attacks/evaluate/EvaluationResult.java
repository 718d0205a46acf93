// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.evaluate.check.Warning;
import dev.topple.mtl.task.Task;
import java.util.List;

/**
 * The result of an evaluation.
 *
 * @param model the model's name
 * @param data the data set's name
 * @param device the device's name
 * @param seed what fixed the random numbers
 * @param images how many images were attacked
 * @param labels where labels came from: {@code data}, {@code predictions} (the model's own on the clean images), or
 *     {@code data; predictions for TASK, …}
 * @param tasks the tasks, in the order of all maps
 * @param clean the model on clean images
 * @param attacks the attacks, in the order of the plans
 * @param leads of DGBA over every other balancer under the same attack and budget; none if DGBA was not among them
 * @param controls random noise of the size of each budget
 * @param transfers what attacks on single tasks do to the others, where several of one kind ran
 * @param warnings what the attacks failed of the {@linkplain dev.topple.attacks.evaluate.check.Checks checks}
 */
public record EvaluationResult(String model, String data, String device, long seed, int images, String labels,
        List<Task> tasks, CleanOutcome clean, List<AttackOutcome> attacks, List<Lead> leads,
        List<Control> controls, List<Transfer> transfers,
        List<Warning> warnings) {

    public EvaluationResult {
        tasks = List.copyOf(tasks);
        attacks = List.copyOf(attacks);
        leads = List.copyOf(leads);
        controls = List.copyOf(controls);
        transfers = List.copyOf(transfers);
        warnings = List.copyOf(warnings);
    }
}
