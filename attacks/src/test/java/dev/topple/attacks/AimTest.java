// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import static dev.topple.attacks.budget.Budgets.l2;
import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Toys.ToyModel;
import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.Mgda;
import dev.topple.attacks.balance.SignSum;
import dev.topple.attacks.balance.Total;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.objective.CosPgd;
import dev.topple.attacks.objective.Objective;
import dev.topple.attacks.objective.Objectives;
import dev.topple.attacks.objective.OwnLoss;
import dev.topple.attacks.objective.SegPgd;
import dev.topple.attacks.step.Apgd;
import dev.topple.attacks.step.Ifgsm;
import dev.topple.attacks.step.Pgd;
import dev.topple.attacks.step.Square;
import dev.topple.attacks.step.StepRule;
import dev.topple.engine.Device;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Segmentation;
import dev.topple.mtl.task.Task;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What an attack is after: targets, masks, objectives. */
class AimTest {

    private final ToyModel model = Toys.smooth(3, 0.02, 1);
    private final Tensor images = Toys.random(Shape.of(2, 3, 6, 7), 5, 0, 1);

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void aTargetedAttackBringsLossesDown(String device) {
        try (Device opened = Toys.open(device)) {
            for (StepRule rule : List.of(new Ifgsm(4), Pgd.steps(4), Apgd.steps(6), Square.queries(60))) {
                for (Balancer balancer : List.of(new Dgba(), new Total(), new SignSum(), new Mgda())) {
                    if (Attack.refusal(rule, balancer).isPresent()) {
                        continue;
                    }
                    AttackResult result = Attack.of(model, linf(0.03), rule, balancer)
                            .aiming(Aim.USUAL.withTargets(true))
                            .run(opened, images, Toys.labels(model, images), 1);
                    for (int i = 0; i < 2; i++) {
                        assertTrue(result.finalMerit()[i] > result.cleanMerit()[i], rule + " " + balancer.name());
                        double before = 0;
                        double after = 0;
                        for (Task task : model.tasks()) {
                            before += Math.log(result.cleanLosses().get(task.name())[i]);
                            after += Math.log(result.finalLosses().get(task.name())[i]);
                        }
                        assertTrue(after < before, rule + " " + balancer.name());
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void pixelsOutsideTheMaskStayAsTheyAreBitForBit(String device) {
        float[] open = new float[84];
        for (int i = 0; i < 84; i++) {
            open[i] = i % 3 == 0 ? 1 : 0;
        }
        Tensor mask = Tensor.of(Shape.of(2, 1, 6, 7), open);
        try (Device opened = Toys.open(device)) {
            for (Budget budget : List.of(linf(0.03), l2(0.2))) {
                for (StepRule rule : List.of(Pgd.steps(4), Apgd.steps(5))) {
                    Attack attack = Attack.of(model, budget, rule, new Dgba()).aiming(Aim.USUAL.withMask(true));
                    try (CompiledAttack compiled = attack.on(opened)) {
                        AttackResult result = compiled.run(images, Toys.labels(model, images), ImageKeys.of(1, 0, 2), 2,
                                Optional.of(mask));
                        for (int i = 0; i < 252; i++) {
                            boolean may = open[i / 126 * 42 + i % 42] == 1;
                            float change = result.adversarial().floats()[i] - images.floats()[i];
                            assertTrue(may || change == 0, "pixel " + i + " moved by " + change);
                        }
                        double size = budget.size(images.floats(), result.adversarial().floats(), 0, 126);
                        assertTrue(size > 0.8 * budget.epsilon() && size <= budget.epsilon(), rule + ": " + size);
                        assertTrue(result.finalMerit()[0] > result.cleanMerit()[0]);
                    }
                }
            }
        }
    }

    @Test
    void masksThatDoNotFitAreRefusedInOneLine() {
        try (Device device = Toys.open("reference");
                CompiledAttack plain = Attack.of(model, linf(0.1), new Ifgsm(1), new Dgba()).on(device);
                CompiledAttack masked = Attack.of(model, linf(0.1), new Ifgsm(1), new Dgba())
                        .aiming(Aim.USUAL.withMask(true)).on(device)) {
            refused("give one for the batch", masked, Optional.empty());
            refused("say so in its aim to give one", plain, Optional.of(Tensor.zeros(images.type())));
            refused("should be f32[2x1x6x7]", masked, Optional.of(Tensor.zeros(images.type())));
            refused("a mask is made of 0 and 1, not 0.5", masked,
                    Optional.of(Tensor.filled(Shape.of(2, 1, 6, 7), 0.5f)));
        }
    }

    private void refused(String end, CompiledAttack attack, Optional<Tensor> mask) {
        String message = assertThrows(IllegalArgumentException.class,
                () -> attack.run(images, Toys.labels(model, images), ImageKeys.of(1, 0, 2), 2, mask)).getMessage();
        assertTrue(message.endsWith(end), message);
    }

    /** A segmentation into three classes whose logits are the channels times ten. */
    private record Colours() implements Model {
        @Override
        public String name() {
            return "colours";
        }

        @Override
        public List<Task> tasks() {
            return List.of(Segmentation.of(3));
        }

        @Override
        public List<Value> predict(Value x) {
            return List.of(x.times(10));
        }
    }

    private static double loss(Objective objective, float progress, Tensor x, Tensor label) {
        Graph graph = new Graph();
        Value images = graph.input("x", x.type());
        Segmentation task = Segmentation.of(3);
        graph.output("loss", objective.loss(task, new Colours().predict(images).get(0),
                graph.input("label", label.type()), () -> graph.fill(Shape.scalar(), progress)));
        try (Device device = Toys.open("reference"); Executable program = device.compile(graph)) {
            program.feed("x", x);
            program.feed("label", label);
            program.run();
            return program.fetch("loss").floats()[0];
        }
    }

    /** Two pixels, one right and one wrong, by hand. */
    @Test
    void objectivesWeighPixelsAsPublished() {
        Tensor x = Tensor.of(Shape.of(1, 3, 1, 2), 0.2f, 0.1f, 0.1f, 0.3f, 0f, 0f);
        Tensor label = Tensor.of(Shape.of(1, 1, 2), 0, 0);
        double right = crossEntropy(0, 2, 1, 0);
        double wrong = crossEntropy(0, 1, 3, 0);
        assertEquals((right + wrong) / 2, loss(new OwnLoss(), 0, x, label), 1e-6);
        assertEquals(right / 2, loss(new SegPgd(), 0, x, label), 1e-6);
        assertEquals((0.75 * right + 0.25 * wrong) / 2, loss(new SegPgd(), 0.5f, x, label), 1e-6);
        assertEquals((right * cosine(0, 2, 1, 0) + wrong * cosine(0, 1, 3, 0)) / 2, loss(new CosPgd(), 0, x, label),
                1e-6);
        Tensor ignored = Tensor.of(Shape.of(1, 1, 2), 0, Segmentation.IGNORED);
        assertEquals(right, loss(new SegPgd(), 0, x, ignored), 1e-6);
        assertEquals(right * cosine(0, 2, 1, 0), loss(new CosPgd(), 0, x, ignored), 1e-6);
    }

    private static double[] softmax(double... logits) {
        double sum = 0;
        double[] p = new double[logits.length];
        for (int i = 0; i < p.length; i++) {
            p[i] = Math.exp(logits[i]);
            sum += p[i];
        }
        for (int i = 0; i < p.length; i++) {
            p[i] /= sum;
        }
        return p;
    }

    private static double crossEntropy(int label, double... logits) {
        return -Math.log(softmax(logits)[label]);
    }

    private static double cosine(int label, double... logits) {
        double[] p = softmax(logits);
        double squares = 0;
        for (double each : p) {
            squares += each * each;
        }
        return p[label] / Math.sqrt(squares);
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void attacksFollowTheObjectiveAndSelectByTheTasksOwnLoss(String device) {
        Tensor pictures = Toys.random(Shape.of(2, 3, 4, 5), 8, 0.3, 0.7);
        int[] classes = new int[40];
        for (int i = 0; i < 40; i++) {
            classes[i] = i % 3;
        }
        Map<String, Tensor> labels = Map.of(Segmentation.NAME, Tensor.of(Shape.of(2, 4, 5), classes));
        try (Device opened = Toys.open(device)) {
            for (String name : Objectives.names()) {
                Objective objective = Objectives.of(name);
                assertEquals(name, objective.name());
                for (Balancer balancer : List.of(new Dgba(), new Mgda())) {
                    AttackResult result = Attack.of(new Colours(), linf(0.05), Pgd.steps(5), balancer)
                            .aiming(Aim.USUAL.withObjective(objective)).run(opened, pictures, labels, 1);
                    for (int i = 0; i < 2; i++) {
                        assertTrue(result.finalMerit()[i] > result.cleanMerit()[i], name);
                        double clean = result.cleanLosses().get(Segmentation.NAME)[i];
                        assertTrue(result.finalLosses().get(Segmentation.NAME)[i] > clean, name);
                    }
                }
            }
        }
        assertThrows(IllegalArgumentException.class, () -> Objectives.of("ce"));
    }
}
