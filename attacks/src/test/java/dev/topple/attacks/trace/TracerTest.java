// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.trace;

import static dev.topple.attacks.budget.Budgets.l2;
import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Aim;
import dev.topple.attacks.Attack;
import dev.topple.attacks.AttackResult;
import dev.topple.attacks.CompiledAttack;
import dev.topple.attacks.ImageKeys;
import dev.topple.attacks.Iterate;
import dev.topple.attacks.Toys;
import dev.topple.attacks.Toys.ToyModel;
import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.GramWeights;
import dev.topple.attacks.balance.Mgda;
import dev.topple.attacks.balance.RandomWeights;
import dev.topple.attacks.balance.SignSum;
import dev.topple.attacks.balance.Single;
import dev.topple.attacks.balance.Total;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.step.Apgd;
import dev.topple.attacks.step.Ifgsm;
import dev.topple.attacks.step.Pgd;
import dev.topple.attacks.step.Square;
import dev.topple.attacks.step.StepRule;
import dev.topple.engine.Device;
import dev.topple.engine.graph.Gradients;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TracerTest {

    private static final Budget BUDGET = linf(8 / 255.0);
    private static final int ROWS = 3;
    private static final int EACH = 90;

    private final ToyModel model = Toys.smooth(3, 0.02, 1);
    private final Tensor images = Toys.random(Shape.of(ROWS, 3, 5, 6), 5, 0, 1);
    private final Map<String, Tensor> labels = Toys.labels(model, images);

    /** What a traced run gave. */
    private record Traced(AttackResult result, List<TracedStep> records, List<Tensor> iterates,
            List<List<Tensor>> predictions) {

        private TracedStep of(int step, int row) {
            return records.get(step * ROWS + row);
        }
    }

    private Traced trace(Device device, Attack attack) {
        List<TracedStep> records = new ArrayList<>();
        List<Tensor> iterates = new ArrayList<>();
        List<List<Tensor>> predictions = new ArrayList<>();
        TraceSink sink = new TraceSink() {
            @Override
            public void see(Sight sight) {
                iterates.add(sight.images());
                predictions.add(attack.model().tasks().stream().map(sight::prediction).toList());
            }

            @Override
            public void record(List<TracedStep> steps) {
                records.addAll(steps);
            }
        };
        try (Tracer tracer = new Tracer(attack, device)) {
            AttackResult result = tracer.run(images, labels, ImageKeys.of(3, 20, ROWS), sink);
            return new Traced(result, records, iterates, predictions);
        }
    }

    private Attack attack(StepRule rule, Balancer balancer) {
        return Attack.of(model, BUDGET, rule, balancer);
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void aTracedRunEndsWithTheSameBits(String device) {
        List<Balancer> balancers = Balancers.parse(Balancers.names().stream().filter(name -> !name.equals("weighted"))
                .collect(Collectors.joining(",")) + ",weighted:toy1=5,dgba:released,total:released", model.tasks());
        List<Attack> attacks = new ArrayList<>();
        balancers.forEach(balancer -> attacks.add(attack(Pgd.steps(3).withRestarts(2), balancer)));
        attacks.add(attack(Apgd.steps(5), new Dgba()));
        attacks.add(attack(Square.queries(6), new Dgba()));
        attacks.add(Attack.of(model, l2(0.5), Pgd.steps(3), new Mgda()));
        attacks.add(attack(Pgd.steps(3), new Dgba()).aiming(Aim.USUAL.withTargets(true)));
        try (Device opened = Toys.open(device)) {
            for (Attack attack : attacks) {
                String name = attack.name() + " " + attack.balancer().name();
                try (CompiledAttack plain = attack.on(opened)) {
                    AttackResult without = plain.run(images, labels, ImageKeys.of(3, 20, ROWS));
                    Traced traced = trace(opened, attack);
                    assertTrue(without.adversarial().sameBits(traced.result().adversarial()), name);
                    assertEquals(List.of(box(without.finalMerit())), List.of(box(traced.result().finalMerit())), name);
                    int steps = attack.rule().restarts() * (attack.rule().steps() + 1);
                    assertEquals(steps * ROWS, traced.records().size(), name);
                    assertEquals(steps, traced.iterates().size(), name);
                    assertTrue(traced.records().getLast().stepSize().isEmpty(), name);
                    assertFalse(traced.records().getFirst().stepSize().isEmpty(), name);
                }
            }
        }
    }

    private static List<Float> box(float[] values) {
        List<Float> list = new ArrayList<>();
        for (float value : values) {
            list.add(value);
        }
        return list;
    }

    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void numbersAreThoseOfTheIterates(String device) {
        Balancer balancer = new Dgba();
        try (Device opened = Toys.open(device)) {
            Traced traced = trace(opened, attack(Pgd.steps(3), balancer));
            for (int step = 0; step <= 3; step++) {
                Tensor at = traced.iterates().get(step);
                double[][] losses = new double[3][];
                double[][] gradients = new double[3][];
                for (int t = 0; t < 3; t++) {
                    int task = t;
                    losses[t] = Toys.look(model, balancer, at, labels, (all, x) -> all.loss(task));
                    gradients[t] = Toys.look(model, balancer, at, labels, (all, x) -> Gradients.of(all.loss(task), x));
                }
                for (int row = 0; row < ROWS; row++) {
                    TracedStep record = traced.of(step, row);
                    assertEquals(row, record.row());
                    assertEquals(step, record.step());
                    double merit = 0;
                    for (int t = 0; t < 3; t++) {
                        assertNear(losses[t][row], record.losses().get("toy" + t));
                        assertNear(length(gradients[t], row), record.gradientNorms().get("toy" + t));
                        merit += Math.log(losses[t][row]);
                    }
                    assertNear(merit, record.merit());
                    double cosine = product(gradients[0], gradients[2], row) / length(gradients[0], row)
                            / length(gradients[2], row);
                    assertEquals(cosine, record.cosines().get("toy0").get("toy2"), 1e-4);
                    assertEquals(List.of("toy1", "toy2"), List.copyOf(record.cosines().get("toy0").keySet()));
                    assertEquals(BUDGET.size(images.floats(), at.floats(), row * EACH, (row + 1) * EACH),
                            record.perturbation());
                    if (step < 3) {
                        // DGBA's weights are inverse to the losses.
                        assertNear(losses[1][row] / losses[0][row],
                                record.weights().get("toy0") / record.weights().get("toy1"));
                        Tensor next = traced.iterates().get(step + 1);
                        for (int t = 0; t < 3; t++) {
                            assertEquals(agreement(gradients[t], at, next, row), record.agreement().get("toy" + t),
                                    1.5 / EACH);
                        }
                        assertEquals(2 / 255.0, record.stepSize().getAsDouble(), 1e-6);
                    }
                }
            }
        }
    }

    private static void assertNear(double expected, double actual) {
        assertEquals(expected, actual, 1e-4 * Math.abs(expected));
    }

    private static double product(double[] a, double[] b, int row) {
        double sum = 0;
        for (int i = row * EACH; i < (row + 1) * EACH; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double length(double[] a, int row) {
        return Math.sqrt(product(a, a, row));
    }

    private static double agreement(double[] gradient, Tensor before, Tensor after, int row) {
        double moved = 0;
        double same = 0;
        for (int i = row * EACH; i < (row + 1) * EACH; i++) {
            double move = after.floats()[i] - before.floats()[i];
            moved += Math.abs(Math.signum(move));
            same += move * gradient[i] > 0 ? 1 : 0;
        }
        return same / moved;
    }

    /** One step from the clean image, too short for any edge: its sign is that of the weighted sum of the gradients. */
    @ParameterizedTest
    @MethodSource("dev.topple.attacks.Toys#devices")
    void weightsAreThoseThatTheStepUsed(String device) {
        Tensor middle = Toys.random(Shape.of(ROWS, 3, 5, 6), 6, 0.3, 0.7);
        try (Device opened = Toys.open(device)) {
            for (String name : List.of("total", "dgba", "softmin", "random", "mgda", "pcgrad", "nash", "imtl-g")) {
                Balancer balancer = Balancers.parse(name, model.tasks()).getFirst();
                Attack attack = attack(Pgd.steps(1).withRandomStart(false), balancer);
                List<TracedStep> records = new ArrayList<>();
                List<Tensor> seen = new ArrayList<>();
                try (Tracer tracer = new Tracer(attack, opened)) {
                    tracer.run(middle, labels, ImageKeys.of(1, 0, ROWS), new TraceSink() {
                        @Override
                        public void see(Sight sight) {
                            seen.add(sight.images());
                        }

                        @Override
                        public void record(List<TracedStep> images) {
                            records.addAll(images);
                        }
                    });
                }
                double[][] gradients = new double[3][];
                for (int t = 0; t < 3; t++) {
                    int task = t;
                    gradients[t] = Toys.look(model, balancer, middle, labels,
                            (all, x) -> Gradients.of(all.loss(task), x));
                }
                int wrong = 0;
                for (int i = 0; i < ROWS * EACH; i++) {
                    double sum = 0;
                    for (int t = 0; t < 3; t++) {
                        sum += records.get(i / EACH).weights().get("toy" + t) * gradients[t][i];
                    }
                    wrong += sum * (seen.get(1).floats()[i] - middle.floats()[i]) > 0 ? 0 : 1;
                }
                assertTrue(wrong <= 2, name + ": " + wrong);
            }
        }
    }

    @Test
    void whatThereIsNotIsLeftOut() {
        try (Device device = Toys.open("reference")) {
            TracedStep votes = trace(device, attack(Pgd.steps(2), new SignSum())).of(0, 0);
            assertEquals(Map.of(), votes.weights());
            assertEquals(3, votes.agreement().size());
            TracedStep blind = trace(device, attack(Square.queries(4), new Dgba())).of(0, 0);
            assertEquals(Map.of(), blind.weights());
            assertEquals(Map.of(), blind.gradientNorms());
            assertEquals(Map.of(), blind.agreement());
            assertEquals(3, blind.losses().size());
            assertTrue(Double.isFinite(blind.merit()) && blind.stepSize().isPresent());
            TracedStep single = trace(device, attack(Pgd.steps(2), new Single("toy1"))).of(1, 0);
            assertEquals(List.of("toy1"), List.copyOf(single.gradientNorms().keySet()));
            assertEquals(List.of("toy0", "toy1", "toy2"), List.copyOf(single.losses().keySet()));
            assertEquals(Map.of("toy1", 1.0), single.weights());
            assertEquals(1, single.agreement().get("toy1"));
            TracedStep round = trace(device, Attack.of(model, l2(0.5), Pgd.steps(2), new Total())).of(2, 1);
            assertTrue(Double.isNaN(round.atBudget()));
            assertTrue(round.perturbation() > 0.1 && round.perturbation() <= 0.5);
        }
    }

    @Test
    void anAttackOnAPartIsTracedThere() {
        float[] open = new float[ROWS * 30];
        Arrays.fill(open, 0, 40, 1);
        Tensor mask = Tensor.of(Shape.of(ROWS, 1, 5, 6), open);
        Attack part = attack(Pgd.steps(2), new Dgba()).aiming(Aim.USUAL.withMask(true));
        List<TracedStep> records = new ArrayList<>();
        try (Device device = Toys.open("reference"); CompiledAttack plain = part.on(device);
                Tracer tracer = new Tracer(part, device)) {
            long[] keys = ImageKeys.of(3, 20, ROWS);
            AttackResult traced = tracer.run(images, labels, keys, Optional.of(mask), records::addAll);
            AttackResult without = plain.run(images, labels, keys, ROWS, Optional.of(mask));
            assertTrue(without.adversarial().sameBits(traced.adversarial()));
        }
        assertTrue(records.get(0).agreement().get("toy0") > 0 && records.get(0).stepSize().getAsDouble() > 0);
        assertEquals(0, records.get(2).stepSize().getAsDouble());
        assertTrue(Double.isNaN(records.get(2).agreement().get("toy0")), "nothing of the last image moved");
    }

    @Test
    void theShareAtTheBudgetCountsWhatCanGoNoFurther() {
        float[] clean = {0.5f, 0.5f, 0.01f, 0.999f, 0, 0.5f};
        float[] at = {0.6f, 0.55f, 0, 1, 0, 0.4f};
        assertEquals(4 / 6.0, Geometry.atBudget(linf(0.1), clean, at, 0, 6));
        assertEquals(0.5, Geometry.agreement(new float[] {1, -1, 0, -3}, new float[4], new float[] {1, 1, 1, -1}, 0, 4,
                false));
        assertEquals(0.25, Geometry.agreement(new float[] {1, -1, 0, -3}, new float[4], new float[] {1, 1, 1, -1}, 0, 4,
                true));
        assertTrue(Double.isNaN(Geometry.agreement(new float[1], new float[1], new float[1], 0, 1, false)));
    }

    /** In a targeted attack a step that lowers a task's loss is one that agrees with it. */
    @Test
    void aTargetedStepAgreesWithTasksThatItLowers() {
        try (Device device = Toys.open("reference")) {
            Attack towards = attack(Pgd.steps(2), new Single("toy0")).aiming(Aim.USUAL.withTargets(true));
            TracedStep step = trace(device, towards).of(0, 0);
            assertEquals(1, step.agreement().get("toy0"));
            assertTrue(step.merit() < 0);
        }
    }

    @Test
    void listenersAreToldOfEveryStep() {
        for (Balancer balancer : List.of(new Total(), new Mgda(), new RandomWeights())) {
            List<Iterate> told = new ArrayList<>();
            try (Device device = Toys.open("reference");
                    CompiledAttack attack = attack(new Ifgsm(3), balancer).on(device)) {
                attack.run(images, labels, ImageKeys.of(1, 0, ROWS));
                attack.onStep(told::add);
                AttackResult result = attack.run(images, labels, ImageKeys.of(1, 0, ROWS));
                assertEquals(List.of(0, 1, 2, 3), told.stream().map(Iterate::step).toList());
                assertTrue(told.getFirst().images().sameBits(images));
                assertTrue(told.getLast().images().sameBits(result.adversarial()));
                assertTrue(told.getFirst().weights().isEmpty());
                assertEquals(!(balancer instanceof Total), told.getLast().weights().isPresent());
                if (balancer instanceof GramWeights) {
                    float[] first = Arrays.copyOf(told.getLast().weights().get().floats(), model.tasks().size());
                    assertEquals(1, Math.max(first[0], Math.max(first[1], first[2])), "the largest weight");
                }
            }
        }
    }

    @Test
    void predictionsAreThoseOfTheImages() {
        try (Device device = Toys.open("reference")) {
            Traced traced = trace(device, attack(Pgd.steps(2), new Dgba()));
            List<Task> tasks = model.tasks();
            for (int t = 0; t < tasks.size(); t++) {
                int task = t;
                double[] expected = Toys.look(model, new Total(), traced.iterates().get(2), labels,
                        (all, x) -> model.heads().get(task).apply(x));
                float[] actual = traced.predictions().get(2).get(t).floats();
                for (int i = 0; i < actual.length; i++) {
                    assertEquals(expected[i], actual[i], 1e-5);
                }
            }
        }
    }
}
