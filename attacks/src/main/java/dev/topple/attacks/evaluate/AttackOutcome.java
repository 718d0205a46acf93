// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.Aim;
import dev.topple.attacks.Passes;
import dev.topple.attacks.budget.Budget;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What one attack did to the model. Maps are by task and metric, in the orders of the model and of its tasks' metrics.
 *
 * @param attack the step rule's name
 * @param balancer the balancer's name
 * @param budget how far images may move
 * @param aim what it was after
 * @param steps how many steps a walk had
 * @param restarts how many walks an image had
 * @param stepSize the size of every step in the budget's norm; empty if the rule changes it as it goes
 * @param randomStart whether walks start at a random point of the budget
 * @param tasks what became of each metric
 * @param arp the averaged relative performance in percent, positive = damage, see {@link Arp}
 * @param arpInterval of that, clean and attacked taken of the same images in every resample
 * @param broken on how many images it succeeded
 * @param released the metrics and the ARP by the rules of the released code
 * @param meanLogLoss the mean over images of {@code sum_i log L_i}, over tasks with a valid pixel
 * @param meanLogLossInterval of that
 * @param audit what came out, measured again
 * @param passes what each image cost
 * @param seconds how long the attack itself took, without compiling, data and metrics, in all runs that worked on it
 * @param parts the metrics' parts of each attacked image
 */
public record AttackOutcome(String attack, String balancer, Budget budget, Aim aim, int steps, int restarts,
        OptionalDouble stepSize, boolean randomStart,
        Map<String, Map<String, Change>> tasks, double arp, Interval arpInterval,
        Broken broken, ReleasedOutcome released, double meanLogLoss,
        Interval meanLogLossInterval, Audit audit, Passes passes, double seconds, Map<String, double[][]> parts) {}
