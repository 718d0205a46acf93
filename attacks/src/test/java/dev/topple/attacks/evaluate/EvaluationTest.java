// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Attack;
import dev.topple.attacks.AttackResult;
import dev.topple.attacks.Toys;
import dev.topple.attacks.Toys.ToyModel;
import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.Single;
import dev.topple.attacks.balance.Total;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.step.Ifgsm;
import dev.topple.attacks.step.Pgd;
import dev.topple.engine.Device;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EvaluationTest {

    private static final EvaluationListener QUIET = (stage, index, stages, done, images) -> {};

    private static final Budget BUDGET = linf(8 / 255.0);

    private final ToyModel model = Toys.smooth(1, 0.05);

    private final Dataset data = new ToyData(7, Set.of("toy0", "toy1"), false);

    private EvaluationResult evaluate(Dataset dataset, int batch, int limit, List<Plan> plans) {
        try (Device device = Toys.open("reference")) {
            Protocol protocol = new Protocol(3, batch, limit);
            return new Evaluation(model, dataset, device, protocol, plans).run(QUIET, new ResultSink() {});
        }
    }

    private List<Plan> plans(String balancers) {
        return plans(BUDGET, balancers);
    }

    private List<Plan> plans(Budget budget, String balancers) {
        return Balancers.parse(balancers, model.tasks()).stream().map(b -> new Plan(budget, Pgd.steps(3), b))
                .toList();
    }

    @Test
    void theResultDoesNotDependOnTheBatchSize() {
        EvaluationResult one = evaluate(data, 1, 0, plans("total,dgba"));
        for (int batch : new int[] {3, 7, 64}) {
            assertSame(one, evaluate(data, batch, 0, plans("total,dgba")));
        }
        Dataset mixed = new ToyData(7, Set.of("toy0", "toy1"), true);
        assertSame(evaluate(mixed, 1, 0, plans("dgba")), evaluate(mixed, 2, 0, plans("dgba")));
    }

    /** Everything but the time. */
    static void assertSame(EvaluationResult a, EvaluationResult b) {
        assertEquals(a.images(), b.images());
        assertEquals(a.clean().metrics(), b.clean().metrics());
        assertEquals(a.clean().intervals(), b.clean().intervals());
        assertEquals(a.clean().released(), b.clean().released());
        assertEquals(a.clean().meanLogLoss(), b.clean().meanLogLoss());
        assertEquals(a.clean().meanLogLossInterval(), b.clean().meanLogLossInterval());
        assertEquals(a.attacks().size(), b.attacks().size());
        for (int i = 0; i < a.attacks().size(); i++) {
            AttackOutcome one = a.attacks().get(i);
            AttackOutcome other = b.attacks().get(i);
            assertEquals(one.tasks(), other.tasks());
            assertEquals(one.arp(), other.arp());
            assertEquals(one.arpInterval(), other.arpInterval());
            assertEquals(one.broken(), other.broken());
            assertEquals(one.released(), other.released());
            assertEquals(one.meanLogLoss(), other.meanLogLoss());
            assertEquals(one.meanLogLossInterval(), other.meanLogLossInterval());
            assertEquals(one.audit(), other.audit());
            one.parts().forEach((task, parts) -> assertTrue(Arrays.deepEquals(parts, other.parts().get(task)), task));
        }
        assertEquals(a.leads(), b.leads());
        assertEquals(a.controls(), b.controls());
        assertEquals(a.transfers(), b.transfers());
        assertEquals(a.warnings(), b.warnings());
    }

    @Test
    void everyNumberHasAnIntervalAroundIt() {
        EvaluationResult result = evaluate(data, 7, 0, plans("single:toy0,total,dgba"));
        result.clean().metrics().forEach((task, metrics) -> metrics.forEach((metric, value) -> assertAround(value,
                result.clean().intervals().get(task).get(metric))));
        assertAround(result.clean().meanLogLoss(), result.clean().meanLogLossInterval());
        for (AttackOutcome outcome : result.attacks()) {
            assertAround(outcome.arp(), outcome.arpInterval());
            assertAround(outcome.meanLogLoss(), outcome.meanLogLossInterval());
            assertAround(outcome.broken().all(), outcome.broken().allInterval());
            for (Map<String, Change> task : outcome.tasks().values()) {
                task.values().forEach(change -> {
                    assertAround(change.attacked(), change.attackedInterval());
                    assertAround(change.relative(), change.relativeInterval());
                });
            }
        }
    }

    private static void assertAround(double value, Interval interval) {
        assertTrue(interval.low() <= value && value <= interval.high(), value + " " + interval);
    }

    @Test
    void leadsAreDifferencesOfDgbaToTheOthersOfTheSameAttack() {
        List<Plan> plans = new ArrayList<>(plans("dgba,single:toy0,total"));
        plans.add(new Plan(BUDGET, new Ifgsm(3), new Total()));
        plans.add(new Plan(BUDGET, new Ifgsm(2), new Dgba()));
        EvaluationResult result = evaluate(data, 7, 0, plans);
        assertEquals(List.of("single:toy0", "total"), result.leads().stream().map(Lead::over).toList());
        for (int i = 0; i < 2; i++) {
            Lead lead = result.leads().get(i);
            assertEquals("pgd", lead.attack());
            assertEquals("dgba", lead.balancer());
            assertEquals(result.attacks().get(0).arp() - result.attacks().get(i + 1).arp(), lead.arp());
            assertAround(lead.arp(), lead.interval());
        }
        assertEquals(List.of(), evaluate(data, 7, 0, plans("total")).leads());
    }

    @Test
    void severalBudgetsAreAsGoodAsSeveralEvaluations() {
        List<Plan> plans = new ArrayList<>();
        List<Budget> budgets = List.of(linf(2 / 255.0), BUDGET, linf(0));
        budgets.forEach(budget -> plans.addAll(plans(budget, "total,dgba")));
        EvaluationResult all = evaluate(data, 3, 0, plans);
        assertEquals(List.of(0.5 / 255, 2.0 / 255, 0.0), Stream.of(0, 2, 4)
                .map(i -> all.attacks().get(i).stepSize().orElseThrow()).toList());
        assertEquals(budgets, all.leads().stream().map(Lead::budget).toList());
        for (int i = 0; i < budgets.size(); i++) {
            EvaluationResult one = evaluate(data, 3, 0, plans(budgets.get(i), "total,dgba"));
            assertSame(one, new EvaluationResult(one.model(), one.data(), one.device(), one.seed(), one.images(),
                    one.labels(), one.tasks(), all.clean(), all.attacks().subList(2 * i, 2 * i + 2),
                    all.leads().subList(i, i + 1), one.controls(), one.transfers(), one.warnings()));
            for (AttackOutcome outcome : all.attacks().subList(2 * i, 2 * i + 2)) {
                assertEquals(budgets.get(i), outcome.budget());
                assertTrue(outcome.audit().sound());
                assertTrue(outcome.randomStart());
            }
        }
        assertTrue(all.attacks().get(3).meanLogLoss() > all.attacks().get(1).meanLogLoss());
        assertTrue(all.attacks().get(1).meanLogLoss() > all.attacks().get(5).meanLogLoss());
    }

    @Test
    void cleanAndAttackedAreResampledTogether() {
        try (Device device = Toys.open("reference")) {
            EvaluationResult nothing = new Evaluation(model, data, device, new Protocol(3, 7, 0),
                    plans(linf(0), "total,dgba")).run(QUIET, new ResultSink() {});
            Interval zero = new Interval(0, 0);
            for (AttackOutcome outcome : nothing.attacks()) {
                assertEquals(zero, outcome.arpInterval());
                Change error = outcome.tasks().get("toy1").get("error");
                assertEquals(zero, error.relativeInterval());
                assertTrue(error.attackedInterval().low() < error.attackedInterval().high());
                assertEquals(nothing.clean().intervals().get("toy1").get("error"), error.attackedInterval());
            }
            assertEquals(zero, nothing.leads().get(0).interval());
        }
    }

    @Test
    void oneImageHasNoIntervals() {
        EvaluationResult one = evaluate(data, 1, 1, plans("total,dgba"));
        assertFalse(one.attacks().get(0).arpInterval().defined());
        assertFalse(one.clean().intervals().get("toy0").get("error").defined());
        assertFalse(one.leads().get(0).interval().defined());
        assertFalse(one.leads().get(0).interval().positive() || one.leads().get(0).interval().negative());
    }

    @Test
    void theLimitTakesTheFirstImages() {
        EvaluationResult limited = evaluate(data, 2, 3, plans("dgba"));
        assertEquals(3, limited.images());
        assertSame(limited, evaluate(new ToyData(3, data.labelled(), false), 2, 0, plans("dgba")));
        assertEquals(7, evaluate(data, 4, 100, List.of()).images());
    }

    @Test
    void numbersAreThoseOfTheAttacksThemselves() {
        Plan plan = new Plan(BUDGET, new Ifgsm(3), new Dgba());
        EvaluationResult result = evaluate(data, 2, 2, List.of(plan));
        AttackOutcome outcome = result.attacks().get(0);
        double logLoss = 0;
        double cleanLogLoss = 0;
        double largest = 0;
        try (Device device = Toys.open("reference")) {
            for (int i = 0; i < 2; i++) {
                Sample sample = data.sample(i);
                Tensor image = sample.image().reshape(Shape.of(1, 3, 4, 5));
                Map<String, Tensor> labels = new HashMap<>();
                sample.labels().forEach((task, label) -> labels.put(task, label.reshape(Shape.of(1, 1, 4, 5))));
                AttackResult attacked =
                        Attack.of(model, plan.budget(), plan.rule(), plan.balancer()).run(device, image, labels, 3);
                for (String task : List.of("toy0", "toy1")) {
                    logLoss += Math.log(attacked.finalLosses().get(task)[0]) / 2;
                    cleanLogLoss += Math.log(attacked.cleanLosses().get(task)[0]) / 2;
                }
                largest = Math.max(largest,
                        linf(1).size(image.floats(), attacked.adversarial().floats(), 0, image.shape().size()));
            }
        }
        assertEquals(logLoss, outcome.meanLogLoss(), 1e-5);
        assertEquals(cleanLogLoss, result.clean().meanLogLoss(), 1e-5);
        assertTrue(logLoss > cleanLogLoss);
        assertEquals(largest, outcome.audit().largestPerturbation());
        assertEquals("ifgsm", outcome.attack());
        assertEquals("dgba", outcome.balancer());
        assertEquals(3, outcome.steps());
        assertEquals(0, outcome.audit().notWorse());
        assertTrue(outcome.audit().sound());
        Change error = outcome.tasks().get("toy0").get("error");
        assertEquals(result.clean().metrics().get("toy0").get("error"), error.clean());
        assertEquals((error.attacked() - error.clean()) / error.clean(), error.relative(), 1e-15);
        // Each image's parts add up to the metric: 19 of 20 pixels are valid.
        double[][] parts = outcome.parts().get("toy0");
        assertEquals(2, parts.length);
        assertArrayEquals(new double[] {19, 19}, new double[] {parts[0][2], parts[1][2]});
        assertEquals(error.attacked(), (parts[0][0] + parts[1][0]) / 38, 1e-12);
    }

    @Test
    void balancedAttacksReachEveryTaskAndSingleOnesTheirOwn() {
        EvaluationResult result = evaluate(data, 7, 0, plans("single,total,signsum,dgba"));
        assertEquals(List.of("single:toy0", "single:toy1", "total", "signsum", "dgba"),
                result.attacks().stream().map(AttackOutcome::balancer).toList());
        double dgba = result.attacks().get(4).meanLogLoss();
        for (AttackOutcome outcome : result.attacks().subList(0, 4)) {
            assertTrue(dgba > outcome.meanLogLoss(), outcome.balancer());
        }
    }

    @Test
    void withoutLabelsTheModelsOwnPredictionsServeAndTheResultSaysSo() {
        EvaluationResult none = evaluate(new ToyData(3, Set.of(), false), 2, 0, plans("dgba"));
        assertEquals("predictions", none.labels());
        Map<String, Change> toy = none.attacks().get(0).tasks().get("toy1");
        assertEquals(1e-6, toy.get("error").clean(), 2e-7);
        assertTrue(toy.get("error").attacked() > 0);
        assertTrue(Double.isNaN(toy.get("error").relative()));
        assertFalse(toy.get("error").relativeInterval().defined());
        assertTrue(toy.get("within").relativeInterval().defined());
        assertEquals(100, toy.get("within").clean());
        assertTrue(Double.isFinite(none.attacks().get(0).arp()));
        EvaluationResult half = evaluate(new ToyData(3, Set.of("toy0"), false), 2, 0, plans("dgba"));
        assertEquals("data; predictions for toy1", half.labels());
        assertTrue(Double.isFinite(half.attacks().get(0).tasks().get("toy0").get("error").relative()));
        assertEquals("data", evaluate(data, 2, 0, List.of()).labels());
    }

    @Test
    void progressAndResultsComeInOrder() {
        List<String> events = new ArrayList<>();
        ResultSink sink = new ResultSink() {
            @Override
            public void clean(CleanOutcome outcome) {
                events.add("clean done");
            }

            @Override
            public void attack(AttackOutcome outcome) {
                events.add(outcome.balancer() + " done");
            }

            @Override
            public void result(EvaluationResult result) {
                events.add("all done");
            }
        };
        try (Device device = Toys.open("reference")) {
            new Evaluation(model, data, device, new Protocol(1, 4, 5), plans("total")).run(
                    (stage, index, stages, done, images) -> events
                            .add(stage + " " + index + "/" + stages + " " + done + "/" + images),
                    sink);
        }
        assertEquals(List.of("clean 0/2 0/5", "clean 0/2 4/5", "clean 0/2 5/5", "clean done", "pgd total 1/2 0/5",
                "pgd total 1/2 4/5", "pgd total 1/2 5/5", "total done", "all done"), events);
    }

    @Test
    void badInputIsRefusedBeforeAnythingRuns() {
        assertThrows(IllegalArgumentException.class, () -> new Protocol(1, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Protocol(1, 1, -1));
        assertThrows(IllegalArgumentException.class,
                () -> evaluate(data, 1, 0, List.of(new Plan(BUDGET, Pgd.steps(1), new Single("depth")))));
        String message = assertThrows(IllegalArgumentException.class,
                () -> evaluate(new ToyData(0, Set.of(), false), 1, 0, plans("total"))).getMessage();
        assertEquals("the data set 'random' has no images", message);
    }
}
