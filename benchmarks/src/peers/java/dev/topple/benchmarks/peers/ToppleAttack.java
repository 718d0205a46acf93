// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import dev.topple.attacks.Attack;
import dev.topple.attacks.CompiledAttack;
import dev.topple.attacks.ImageKeys;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.step.Ifgsm;
import dev.topple.attacks.step.StepRule;
import dev.topple.benchmarks.networks.NetworkModel;
import dev.topple.benchmarks.networks.Scenes;
import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Executable;
import dev.topple.engine.Precision;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.List;

/** The steps of a DGBA attack, in Topple, the way every user takes: an {@link Attack} on a model. */
final class ToppleAttack implements AutoCloseable {

    private final NetworkModel model;
    private final Scenes scenes;
    private final Device device;
    private final Clocked rule = new Clocked(new Ifgsm(AttackCase.STEPS_ACROSS));
    private final CompiledAttack attack;

    ToppleAttack(AttackCase of, int threads, Precision precision) {
        model = new NetworkModel(of.network());
        scenes = of.scenes();
        device = Devices.open("cpu", new DeviceOptions(threads).with(precision));
        device.warmUp();
        attack = Attack.of(model, Budgets.linf(AttackCase.EPSILON), rule, new Dgba()).on(device);
    }

    /** Attacks with so many steps and says when each of them began and when the last was over. */
    List<Clock.Mark> attack(int steps) {
        rule.begin(steps);
        attack.run(scenes.images(), scenes.labels(), ImageKeys.of(1, 0, scenes.images().shape().dim(0)));
        return rule.end();
    }

    /** What DGBA computes of the clean images: losses and direction, and what the device says of the program. */
    Direction direction() {
        Graph graph = new Graph();
        Value x = graph.input("images", scenes.images().type());
        List<Value> predictions = model.predict(x);
        List<Value> losses = new ArrayList<>();
        List<Value> seeds = new ArrayList<>();
        for (int i = 0; i < predictions.size(); i++) {
            Task task = model.tasks().get(i);
            Tensor label = scenes.labels().get(task.name());
            Value loss = task.loss(predictions.get(i), graph.input(task.name(), label.type()));
            losses.add(loss);
            seeds.add(loss.stopGradient().power(-1));
            graph.output("loss" + i, loss);
        }
        graph.output("direction", Gradients.of(losses, seeds, List.of(x)).get(0));
        try (Executable program = device.compile(graph)) {
            program.feed("images", scenes.images());
            scenes.labels().forEach(program::feed);
            program.run();
            List<float[]> values = new ArrayList<>();
            for (int i = 0; i < losses.size(); i++) {
                values.add(program.fetch("loss" + i).floats());
            }
            return new Direction(values, program.fetch("direction"), program.explain());
        }
    }

    /** What is compared. */
    record Direction(List<float[]> losses, Tensor direction, String explanation) {}

    @Override
    public void close() {
        attack.close();
        device.close();
    }

    /**
     * A rule that notes the time whenever it is asked how many steps there are: an attack asks while it compiles, then
     * before each step and after the last, and for its cost in the end.
     */
    private static final class Clocked implements StepRule {

        /** How often an attack asks once it is over: for forward and for backward passes. */
        private static final int ASKED_AFTERWARDS = 2;

        private final StepRule rule;
        private final List<Clock.Mark> marks = new ArrayList<>();
        private int steps;

        Clocked(StepRule rule) {
            this.rule = rule;
            this.steps = rule.steps();
        }

        void begin(int count) {
            marks.clear();
            steps = count;
        }

        List<Clock.Mark> end() {
            int from = marks.size() - ASKED_AFTERWARDS - steps - 1;
            if (from < 0) {
                throw new IllegalStateException("an attack of " + steps + " steps asked " + marks.size()
                        + " times how many steps there are: the time of a step cannot be told any more");
            }
            return List.copyOf(marks.subList(from, from + steps + 1));
        }

        @Override
        public int steps() {
            marks.add(Clock.Mark.now());
            return steps;
        }

        @Override
        public String name() {
            return rule.name();
        }

        @Override
        public boolean keepsBest() {
            return rule.keepsBest();
        }

        @Override
        public Value next(Step at) {
            return rule.next(at);
        }
    }
}
