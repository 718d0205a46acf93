// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.balance;

import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.mtl.task.Task;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The losses of the tasks that a balancer attends to, in the graph. All lists have one entry per task, in one order.
 *
 * @param tasks the tasks
 * @param losses the loss of each image at the present iterate, floats {@code [N]}
 * @param cleanLosses the loss of each image at the clean image, floats {@code [N]}
 * @param validPixels how many pixels of the image have a valid label, floats {@code [N]}; 0 for a row that is no image
 *     but fills up a short batch
 */
public record TaskLosses(List<Task> tasks, List<Value> losses, List<Value> cleanLosses, List<Value> validPixels) {

    public TaskLosses {
        tasks = List.copyOf(tasks);
        losses = List.copyOf(losses);
        cleanLosses = List.copyOf(cleanLosses);
        validPixels = List.copyOf(validPixels);
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException("there are no tasks to balance");
        }
        if (losses.size() != tasks.size() || cleanLosses.size() != tasks.size()
                || validPixels.size() != tasks.size()) {
            throw new IllegalArgumentException("tasks, losses and valid pixels differ in number");
        }
    }

    /** How many tasks there are. */
    public int size() {
        return tasks.size();
    }

    /** The graph of all the values. */
    public Graph graph() {
        return losses.get(0).graph();
    }

    /** The shape {@code [N]} of every value. */
    public Shape shape() {
        return losses.get(0).shape();
    }

    /** The loss of one task. */
    public Value loss(int task) {
        return losses.get(task);
    }

    /** Whether the image has any pixel with a valid label for the task, truth values {@code [N]}. */
    public Value valid(int task) {
        return validPixels.get(task).compare(Relation.GREATER, 0);
    }

    /**
     * Where a task has something to climb: valid pixels, and a loss that is finite and not 0. (A loss that is never
     * negative has gradient 0 where it is 0.)
     */
    public Value present(int task) {
        Value magnitude = loss(task).abs();
        return valid(task).and(magnitude.compare(Relation.GREATER, 0))
                .and(magnitude.compare(Relation.LESS_OR_EQUAL, Float.MAX_VALUE));
    }

    /** The sum over tasks of a term {@code [N]}, in the order of the tasks. */
    public Value sum(IntFunction<Value> term) {
        Value sum = term.apply(0);
        for (int task = 1; task < size(); task++) {
            sum = sum.plus(term.apply(task));
        }
        return sum;
    }

    /** The sum of the losses that are {@link #present}, {@code [N]}. */
    public Value sumOfPresent() {
        Value zero = graph().fill(Shape.scalar(), 0);
        return sum(task -> present(task).choose(loss(task), zero));
    }

    /** The same with a weight {@code [N]} for each. */
    Value sumOfPresent(List<Value> weights) {
        Value zero = graph().fill(Shape.scalar(), 0);
        return sum(task -> present(task).choose(loss(task).times(weights.get(task)), zero));
    }
}
