// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import dev.topple.attacks.balance.TaskLosses;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.objective.Objective;
import dev.topple.attacks.objective.OwnLoss;
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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
        /** The first half of a step whose weights the host finds: the tasks' gradients and their inner products. */
        MEASURE,
        /** The second half: the direction from the weights, the next iterate. */
        MOVE,
        /** Looks at the last iterate of a walk, if the best is kept. */
        SETTLE,
        /** Gives the result before it is rounded, if it will be. Once per batch. */
        RESULT,
        /** Gives the result and its losses. Once per batch. */
        FINISH,
        /** Gives the iterate; for listeners. */
        LOOK
    }

    /** The input of random keys, i32 {@code [N, 2]}. */
    static final String KEYS = "keys";
    /** The input of what may change, {@code [N, 1, H, W]}. */
    static final String MASK = "mask";
    /** The result, before it is rounded and after, {@code [N, 3, H, W]}. */
    static final String ROUNDED = "rounded";
    /** The input of how much of a walk is done, a scalar. */
    static final String PROGRESS = "progress";

    private final Attack attack;
    private final AttackVariables variables;
    private final Shape images;
    private final Map<Stage, Set<String>> inputs = new EnumMap<>(Stage.class);

    AttackGraphs(Attack attack, AttackVariables variables) {
        this.attack = attack;
        this.variables = variables;
        this.images = variables.clean.type().shape();
    }

    Graph of(Stage stage) {
        Graph graph = write(stage);
        inputs.put(stage, Set.copyOf(graph.inputs().keySet()));
        return graph;
    }

    /** Whether the program of a stage, once written down, takes an input. */
    boolean takes(Stage stage, String input) {
        return inputs.get(stage).contains(input);
    }

    private Graph write(Stage stage) {
        return switch (stage) {
            case LOAD -> load();
            case START -> start();
            case STEP -> step();
            case MEASURE -> measure();
            case MOVE -> move();
            case SETTLE -> settle();
            case RESULT -> result();
            case FINISH -> finish();
            case LOOK -> look();
        };
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
        Value merit = merit(attended(losses, losses, valid));
        if (attack.aim().masked()) {
            graph.assign(variables.mask, graph.input(MASK, variables.mask.type()));
        }
        graph.assign(variables.rows, rows);
        graph.assign(variables.clean, clean);
        graph.assign(variables.best, clean);
        graph.assign(variables.bestMerit, merit);
        graph.assign(variables.undefinedSteps, none);
        graph.assign(variables.zeroSteps, none);
        graph.assign(variables.stepsDone, none);
        graph.assign(variables.startMerit, merit);
        graph.assign(variables.firstMerit, merit);
        graph.output("merit", merit);
        return graph;
    }

    private Graph start() {
        Graph graph = new Graph();
        Value clean = graph.read(variables.clean);
        Value start = attack.rule().start(new Start(clean, attack.budget(), variables));
        graph.assign(variables.iterate, allowed(start, clean));
        return graph;
    }

    private Graph step() {
        Graph graph = new Graph();
        Value iterate = graph.read(variables.iterate);
        List<Value> predictions = attack.model().predict(iterate);
        TaskLosses own = losses(predictions, attack.attended());
        Value merit = merit(own);
        countZeroWeights(own);
        remember(merit);
        keepBest(iterate, merit);
        if (attack.rule().usesDirection()) {
            advance(iterate, Directions.of(attack.balancer(), steering(predictions, own), iterate), merit);
        } else {
            move(iterate, Optional.empty(), merit);
        }
        return graph;
    }

    /**
     * Gives {@code loss.i} and {@code takesPart.i} of each attended task, {@code scale.i}, the largest magnitude in its
     * gradient, and {@code gram.i.j}, the inner products of the gradients over their scales, which stay on the device.
     */
    private Graph measure() {
        Graph graph = new Graph();
        Value iterate = graph.read(variables.iterate);
        List<Value> predictions = attack.model().predict(iterate);
        TaskLosses own = losses(predictions, attack.attended());
        TaskLosses losses = steering(predictions, own);
        Value merit = merit(own);
        List<Value> scaled = new ArrayList<>();
        List<Value> gradients = Directions.gradients(attack.balancer(), losses, iterate);
        for (int i = 0; i < losses.size(); i++) {
            Value scale = gradients.get(i).abs().maxOver(1, 2, 3);
            Value divisor = scale.compare(Relation.EQUAL, 0).choose(graph.fill(Shape.scalar(), 1), scale);
            scaled.add(gradients.get(i).dividedBy(divisor.reshape(Directions.perImage(images))));
            graph.assign(variables.gradients.get(i), scaled.get(i));
            graph.output("scale." + i, scale);
            graph.output("loss." + i, losses.loss(i));
            graph.output("takesPart." + i, attack.balancer().takesPart(losses, i).cast(DType.F32));
            for (int j = 0; j <= i; j++) {
                graph.output("gram." + i + "." + j, scaled.get(i).times(scaled.get(j)).sum(1, 2, 3));
            }
        }
        graph.assign(variables.merit, merit);
        countZeroWeights(losses);
        remember(merit);
        keepBest(iterate, merit);
        return graph;
    }

    private Graph move() {
        Graph graph = new Graph();
        int tasks = attack.attended().size();
        Value weights = graph.input(Directions.WEIGHTS, TensorType.f32(images.dim(0), tasks));
        Value direction = null;
        for (int i = 0; i < tasks; i++) {
            Value weight = weights.slice(1, i, i + 1).reshape(Directions.perImage(images));
            Value part = graph.read(variables.gradients.get(i)).times(weight);
            direction = direction == null ? part : direction.plus(part);
        }
        advance(graph.read(variables.iterate), direction, graph.read(variables.merit));
        return graph;
    }

    /** What selects: the balancer's merit of the tasks' own losses, which a targeted attack wants small. */
    private Value merit(TaskLosses losses) {
        Value merit = attack.balancer().merit(losses);
        return attack.aim().targeted() ? merit.negate() : merit;
    }

    /** The losses that the steps follow. */
    private TaskLosses steering(List<Value> predictions, TaskLosses own) {
        Objective objective = attack.aim().objective();
        if (objective instanceof OwnLoss) {
            return own;
        }
        Graph graph = own.graph();
        List<Value> losses = new ArrayList<>();
        for (Task task : own.tasks()) {
            Value prediction = predictions.get(attack.model().tasks().indexOf(task));
            losses.add(objective.loss(task, prediction, graph.read(variables.labels.get(task.name())),
                    () -> input(graph, PROGRESS, TensorType.f32())));
        }
        return new TaskLosses(own.tasks(), losses, own.cleanLosses(), own.validPixels());
    }

    /** The nearest image within the budget and the mask. */
    private Value allowed(Value image, Value clean) {
        Value projected = attack.budget().project(image, clean);
        if (!attack.aim().masked()) {
            return projected;
        }
        Value open = clean.graph().read(variables.mask).compare(Relation.GREATER, 0.5);
        return open.broadcastTo(clean.shape()).choose(projected, clean);
    }

    private void advance(Value iterate, Value balanced, Value merit) {
        Graph graph = iterate.graph();
        Value towards = attack.aim().targeted() ? balanced.negate() : balanced;
        Value raw = attack.aim().masked() ? towards.times(graph.read(variables.mask)) : towards;
        Value defined = raw.compare(Relation.EQUAL, raw);
        Value direction = defined.choose(raw, graph.fill(Shape.scalar(), 0));
        Value finite = raw.abs().compare(Relation.LESS_OR_EQUAL, Float.MAX_VALUE);
        count(variables.undefinedSteps, finite.not().cast(DType.F32).maxOver(1, 2, 3));
        Value moves = raw.compare(Relation.EQUAL, 0).not();
        count(variables.zeroSteps, moves.cast(DType.F32).maxOver(1, 2, 3).negate().plus(1));
        move(iterate, Optional.of(direction), merit);
    }

    private void move(Value iterate, Optional<Value> direction, Value merit) {
        Graph graph = iterate.graph();
        Value clean = graph.read(variables.clean);
        Value next = attack.rule().next(new Step(clean, iterate, direction, merit, attack.budget(), variables));
        graph.assign(variables.iterate, allowed(next, clean));
    }

    private void countZeroWeights(TaskLosses losses) {
        for (int i = 0; i < losses.size(); i++) {
            Value zero = attack.balancer().takesPart(losses, i).not().cast(DType.F32);
            count(variables.zeroWeightSteps.get(losses.tasks().get(i).name()), zero);
        }
    }

    private Graph settle() {
        Graph graph = new Graph();
        Value iterate = graph.read(variables.iterate);
        keepBest(iterate, merit(losses(attack.model().predict(iterate), attack.attended())));
        return graph;
    }

    private Graph result() {
        Graph graph = new Graph();
        graph.output(ROUNDED, result(graph));
        return graph;
    }

    private Value result(Graph graph) {
        return graph.read(attack.rule().keepsBest() ? variables.best : variables.iterate);
    }

    private Graph finish() {
        Graph graph = new Graph();
        Value result = attack.aim().quantized() ? graph.input(ROUNDED, variables.clean.type()) : result(graph);
        TaskLosses all = losses(attack.model().predict(result), attack.model().tasks());
        for (int i = 0; i < all.size(); i++) {
            String name = all.tasks().get(i).name();
            graph.output("loss." + name, all.loss(i));
            graph.output("zeroWeightSteps." + name, graph.read(variables.zeroWeightSteps.get(name)));
        }
        Value merit = merit(attended(all.losses(), all.cleanLosses(), all.validPixels()));
        graph.output("merit", merit);
        graph.output("startMerit", graph.read(variables.startMerit));
        graph.output("firstMerit", attack.rule().steps() == 1 ? merit : graph.read(variables.firstMerit));
        graph.output("bestMerit", merit.max(graph.read(variables.bestMerit)));
        graph.output("undefinedSteps", graph.read(variables.undefinedSteps));
        graph.output("zeroSteps", graph.read(variables.zeroSteps));
        graph.output("adversarial", result);
        return graph;
    }

    /** Keeps the merits that say how the attack set out. */
    private void remember(Value merit) {
        Graph graph = merit.graph();
        Value done = graph.read(variables.stepsDone);
        graph.assign(variables.startMerit,
                done.compare(Relation.EQUAL, 0).choose(merit, graph.read(variables.startMerit)));
        graph.assign(variables.firstMerit,
                done.compare(Relation.EQUAL, 1).choose(merit, graph.read(variables.firstMerit)));
        count(variables.stepsDone, graph.fill(done.shape(), 1));
    }

    private Graph look() {
        Graph graph = new Graph();
        graph.output("iterate", graph.read(variables.iterate));
        graph.output("best", graph.read(variables.best));
        return graph;
    }

    private void count(Variable counter, Value more) {
        more.graph().assign(counter, more.graph().read(counter).plus(more));
    }

    /** The best merit is remembered even where the result is another iterate: one can see then what that gave away. */
    private void keepBest(Value iterate, Value merit) {
        Graph graph = iterate.graph();
        Value bestMerit = graph.read(variables.bestMerit);
        Value better = merit.compare(Relation.GREATER, bestMerit);
        graph.assign(variables.bestMerit, better.choose(merit, bestMerit));
        if (attack.rule().keepsBest()) {
            graph.assign(variables.best,
                    better.reshape(Directions.perImage(images)).choose(iterate, graph.read(variables.best)));
        }
    }

    private TaskLosses losses(List<Value> predictions, List<Task> tasks) {
        Graph graph = predictions.get(0).graph();
        List<Task> all = attack.model().tasks();
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
            return input(clean.graph(), KEYS, TensorType.i32(clean.shape().dim(0), 2));
        }

        @Override
        public void set(String state, Value value) {
            value.graph().assign(variables.newState(state, value.type()), value);
        }
    }

    /** An input of the graph, however often it is asked for. */
    private static Value input(Graph graph, String name, TensorType type) {
        Value known = graph.inputs().get(name);
        return known == null ? graph.input(name, type) : known;
    }

    private record Step(Value clean, Value iterate, Optional<Value> balanced, Value merit, Budget budget,
            AttackVariables variables) implements StepRule.Step {
        @Override
        public Value direction() {
            return balanced.orElseThrow(() -> new IllegalStateException(
                    "this step rule said that it uses no direction"));
        }

        @Override
        public Value keys() {
            return input(iterate.graph(), KEYS, TensorType.i32(clean.shape().dim(0), 2));
        }

        @Override
        public Value progress() {
            return input(iterate.graph(), PROGRESS, TensorType.f32());
        }

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
