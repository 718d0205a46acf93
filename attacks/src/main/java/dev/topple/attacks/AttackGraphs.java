// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import dev.topple.attacks.balance.TaskLosses;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.step.StepRule;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import dev.topple.engine.tensor.Variable;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.List;

/** Writes down the programs of an attack for batches of one shape. They talk to each other through the variables. */
final class AttackGraphs {

    /** The programs, in the order in which they run. */
    enum Stage {
        /** Takes images and labels, computes the clean losses. Once per batch. */
        LOAD,
        /** Takes keys, sets the first iterate. Once per walk. */
        START,
        /** One forward pass, the balanced direction, the next iterate; remembers the best. */
        STEP,
        /** Looks at the last iterate of a walk, if the best is kept. */
        SETTLE,
        /** Gives the result and its losses. Once per batch. */
        FINISH
    }

    private final Attack attack;
    private final AttackVariables variables;
    private final Shape images;
    private boolean drawsRandomNumbers;

    AttackGraphs(Attack attack, AttackVariables variables) {
        this.attack = attack;
        this.variables = variables;
        this.images = variables.clean.type().shape();
    }

    Graph of(Stage stage) {
        return switch (stage) {
            case LOAD -> load();
            case START -> start();
            case STEP -> step();
            case SETTLE -> settle();
            case FINISH -> finish();
        };
    }

    /** Whether the start of a walk, once written down, takes the input {@code keys}. */
    boolean drawsRandomNumbers() {
        return drawsRandomNumbers;
    }

    private Graph load() {
        Graph graph = new Graph();
        Value clean = graph.input("images", variables.clean.type());
        Value rows = graph.input("rows", variables.rows.type());
        Value none = graph.fill(Shape.of(images.dim(0)), 0);
        List<Task> tasks = attack.model().tasks();
        List<Value> predictions = attack.model().predict(clean);
        List<Value> losses = new ArrayList<>();
        List<Value> valid = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i++) {
            String name = tasks.get(i).name();
            Variable variable = variables.labels.get(name);
            Value label = graph.input("label." + name, variable.type());
            graph.assign(variable, label);
            losses.add(tasks.get(i).loss(predictions.get(i), label));
            valid.add(tasks.get(i).validPixels(label).times(rows));
            graph.assign(variables.cleanLosses.get(name), losses.get(i));
            graph.assign(variables.zeroWeightSteps.get(name), none);
            graph.output("loss." + name, losses.get(i));
        }
        Value merit = attack.balancer().merit(attended(losses, losses, valid));
        graph.assign(variables.rows, rows);
        graph.assign(variables.clean, clean);
        graph.assign(variables.best, clean);
        graph.assign(variables.bestMerit, merit);
        graph.assign(variables.undefinedSteps, none);
        graph.output("merit", merit);
        return graph;
    }

    private Graph start() {
        Graph graph = new Graph();
        Value clean = graph.read(variables.clean);
        Value start = attack.rule().start(new Start(clean, attack.budget(), variables));
        graph.assign(variables.iterate, attack.budget().project(start, clean));
        drawsRandomNumbers = !graph.inputs().isEmpty();
        return graph;
    }

    private Graph step() {
        Graph graph = new Graph();
        Value clean = graph.read(variables.clean);
        Value iterate = graph.read(variables.iterate);
        TaskLosses losses = losses(iterate, attack.attended());
        Value merit = attack.balancer().merit(losses);
        Value raw = Directions.of(attack.balancer(), losses, iterate);
        Value defined = raw.compare(Relation.EQUAL, raw);
        Value direction = defined.choose(raw, graph.fill(Shape.scalar(), 0));
        Value finite = raw.abs().compare(Relation.LESS_OR_EQUAL, Float.MAX_VALUE);
        Value undefined = finite.not().cast(DType.F32).maxOver(1, 2, 3);
        count(variables.undefinedSteps, undefined);
        for (int i = 0; i < losses.size(); i++) {
            Value zero = attack.balancer().takesPart(losses, i).not().cast(DType.F32);
            count(variables.zeroWeightSteps.get(losses.tasks().get(i).name()), zero);
        }
        keepBest(iterate, merit);
        Value next = attack.rule().next(new Step(clean, iterate, direction, merit, attack.budget(), variables));
        graph.assign(variables.iterate, attack.budget().project(next, clean));
        return graph;
    }

    private Graph settle() {
        Graph graph = new Graph();
        Value iterate = graph.read(variables.iterate);
        keepBest(iterate, attack.balancer().merit(losses(iterate, attack.attended())));
        return graph;
    }

    private Graph finish() {
        Graph graph = new Graph();
        Value result = graph.read(attack.rule().keepsBest() ? variables.best : variables.iterate);
        TaskLosses all = losses(result, attack.model().tasks());
        for (int i = 0; i < all.size(); i++) {
            String name = all.tasks().get(i).name();
            graph.output("loss." + name, all.loss(i));
            graph.output("zeroWeightSteps." + name, graph.read(variables.zeroWeightSteps.get(name)));
        }
        graph.output("merit",
                attack.balancer().merit(attended(all.losses(), all.cleanLosses(), all.validPixels())));
        graph.output("undefinedSteps", graph.read(variables.undefinedSteps));
        graph.output("adversarial", result);
        return graph;
    }

    private void count(Variable counter, Value more) {
        more.graph().assign(counter, more.graph().read(counter).plus(more));
    }

    private void keepBest(Value iterate, Value merit) {
        if (!attack.rule().keepsBest()) {
            return;
        }
        Graph graph = iterate.graph();
        Value bestMerit = graph.read(variables.bestMerit);
        Value better = merit.compare(Relation.GREATER, bestMerit);
        graph.assign(variables.bestMerit, better.choose(merit, bestMerit));
        graph.assign(variables.best,
                better.reshape(Directions.perImage(images)).choose(iterate, graph.read(variables.best)));
    }

    private TaskLosses losses(Value x, List<Task> tasks) {
        Graph graph = x.graph();
        List<Task> all = attack.model().tasks();
        List<Value> predictions = attack.model().predict(x);
        List<Value> losses = new ArrayList<>();
        List<Value> clean = new ArrayList<>();
        List<Value> valid = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            Task task = all.get(i);
            if (tasks.contains(task)) {
                Value label = graph.read(variables.labels.get(task.name()));
                losses.add(task.loss(predictions.get(i), label));
                clean.add(graph.read(variables.cleanLosses.get(task.name())));
                valid.add(task.validPixels(label).times(graph.read(variables.rows)));
            }
        }
        return new TaskLosses(tasks, losses, clean, valid);
    }

    /** Narrows losses of all tasks to those that the balancer attends to. */
    private TaskLosses attended(List<Value> losses, List<Value> clean, List<Value> valid) {
        List<Task> all = attack.model().tasks();
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (attack.balancer().attends(all.get(i))) {
                chosen.add(i);
            }
        }
        return new TaskLosses(attack.attended(), chosen.stream().map(losses::get).toList(),
                chosen.stream().map(clean::get).toList(), chosen.stream().map(valid::get).toList());
    }

    private record Start(Value clean, Budget budget, AttackVariables variables) implements StepRule.Start {
        @Override
        public Value keys() {
            return clean.graph().input("keys", TensorType.i32(clean.shape().dim(0), 2));
        }

        @Override
        public void set(String state, Value value) {
            value.graph().assign(variables.newState(state, value.type()), value);
        }
    }

    private record Step(Value clean, Value iterate, Value direction, Value merit, Budget budget,
            AttackVariables variables) implements StepRule.Step {
        @Override
        public Value get(String state) {
            return iterate.graph().read(variables.state(state));
        }

        @Override
        public void set(String state, Value value) {
            value.graph().assign(variables.state(state), value);
        }
    }
}
