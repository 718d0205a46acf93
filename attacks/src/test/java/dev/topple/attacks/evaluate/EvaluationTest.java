// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Attack;
import dev.topple.attacks.AttackResult;
import dev.topple.attacks.ToyTask;
import dev.topple.attacks.Toys;
import dev.topple.attacks.Toys.ToyModel;
import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.Single;
import dev.topple.attacks.balance.Total;
import dev.topple.attacks.step.Ifgsm;
import dev.topple.attacks.step.Pgd;
import dev.topple.engine.Device;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EvaluationTest {

    private static final EvaluationListener QUIET = (stage, index, stages, done, images) -> {};

    private final ToyModel model = Toys.smooth(1, 0.05);

    /** Random images; labels for the given tasks, about as large as the predictions; some images may be wider. */
    private record RandomData(int size, Set<String> labelled, boolean mixed) implements Dataset {
        @Override
        public String name() {
            return "random";
        }

        @Override
        public Sample sample(int index) {
            int width = mixed && index % 3 == 1 ? 7 : 5;
            Tensor image = Toys.random(Shape.of(3, 4, width), index, 0, 1);
            Map<String, Tensor> labels = new HashMap<>();
            for (String task : labelled) {
                Tensor label = Toys.random(Shape.of(1, 4, width), 1000 + index, 0, 1);
                label.floats()[0] = ToyTask.NONE;
                labels.put(task, label);
            }
            return new Sample("image " + index, image, labels);
        }
    }

    private final Dataset data = new RandomData(7, Set.of("toy0", "toy1"), false);

    private EvaluationResult evaluate(Dataset dataset, int batch, int limit, List<Plan> plans) {
        try (Device device = Toys.open("reference")) {
            Protocol protocol = new Protocol(linf(8 / 255.0), 3, batch, limit);
            return new Evaluation(model, dataset, device, protocol, plans).run(QUIET, new ResultSink() {});
        }
    }

    private List<Plan> plans(String balancers) {
        return Balancers.parse(balancers, model.tasks()).stream().map(b -> new Plan(Pgd.steps(3), b)).toList();
    }

    @Test
    void theResultDoesNotDependOnTheBatchSize() {
        EvaluationResult one = evaluate(data, 1, 0, plans("total,dgba"));
        for (int batch : new int[] {3, 7, 64}) {
            assertSame(one, evaluate(data, batch, 0, plans("total,dgba")));
        }
        Dataset mixed = new RandomData(7, Set.of("toy0", "toy1"), true);
        assertSame(evaluate(mixed, 1, 0, plans("dgba")), evaluate(mixed, 2, 0, plans("dgba")));
    }

    private static void assertSame(EvaluationResult a, EvaluationResult b) {
        assertEquals(a.clean().metrics(), b.clean().metrics());
        assertEquals(a.clean().meanLogLoss(), b.clean().meanLogLoss());
        for (int i = 0; i < a.attacks().size(); i++) {
            assertEquals(a.attacks().get(i).tasks(), b.attacks().get(i).tasks());
            assertEquals(a.attacks().get(i).arp(), b.attacks().get(i).arp());
            assertEquals(a.attacks().get(i).meanLogLoss(), b.attacks().get(i).meanLogLoss());
            assertEquals(a.attacks().get(i).audit(), b.attacks().get(i).audit());
        }
    }

    @Test
    void theLimitTakesTheFirstImages() {
        EvaluationResult limited = evaluate(data, 2, 3, plans("dgba"));
        assertEquals(3, limited.images());
        assertSame(limited, evaluate(new RandomData(3, data.labelled(), false), 2, 0, plans("dgba")));
        assertEquals(7, evaluate(data, 4, 100, List.of()).images());
    }

    @Test
    void numbersAreThoseOfTheAttacksThemselves() {
        Plan plan = new Plan(new Ifgsm(3), new Dgba());
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
                        Attack.of(model, linf(8 / 255.0), plan.rule(), plan.balancer()).run(device, image, labels, 3);
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
        EvaluationResult none = evaluate(new RandomData(3, Set.of(), false), 2, 0, plans("dgba"));
        assertEquals("predictions", none.labels());
        Map<String, Change> toy = none.attacks().get(0).tasks().get("toy1");
        assertEquals(1e-6, toy.get("error").clean(), 2e-7);
        assertTrue(toy.get("error").attacked() > 0);
        assertTrue(Double.isNaN(toy.get("error").relative()));
        assertEquals(100, toy.get("within").clean());
        assertTrue(Double.isFinite(none.attacks().get(0).arp()));
        EvaluationResult half = evaluate(new RandomData(3, Set.of("toy0"), false), 2, 0, plans("dgba"));
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
            new Evaluation(model, data, device, new Protocol(linf(0.1), 1, 4, 5), plans("total")).run(
                    (stage, index, stages, done, images) -> events
                            .add(stage + " " + index + "/" + stages + " " + done + "/" + images),
                    sink);
        }
        assertEquals(List.of("clean 0/2 0/5", "clean 0/2 4/5", "clean 0/2 5/5", "clean done", "pgd total 1/2 0/5",
                "pgd total 1/2 4/5", "pgd total 1/2 5/5", "total done", "all done"), events);
    }

    @Test
    void badInputIsRefusedBeforeAnythingRuns() {
        assertThrows(IllegalArgumentException.class, () -> new Protocol(linf(0.1), 1, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Protocol(linf(0.1), 1, 1, -1));
        assertThrows(IllegalArgumentException.class,
                () -> evaluate(data, 1, 0, List.of(new Plan(Pgd.steps(1), new Single("depth")))));
        String message = assertThrows(IllegalArgumentException.class,
                () -> evaluate(new RandomData(0, Set.of(), false), 1, 0, List.of(new Plan(Pgd.steps(1), new Total()))))
                .getMessage();
        assertEquals("the data set 'random' has no images", message);
    }
}
