// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import static dev.topple.attacks.budget.Budgets.linf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.evaluate.AttackOutcome;
import dev.topple.attacks.evaluate.Evaluation;
import dev.topple.attacks.evaluate.EvaluationResult;
import dev.topple.attacks.evaluate.Plan;
import dev.topple.attacks.evaluate.Protocol;
import dev.topple.attacks.evaluate.ResultSink;
import dev.topple.attacks.step.Pgd;
import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.engine.tensor.Variable;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.Sample;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Classification;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Task;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tasks of the whole image go through attacks and their evaluation, beside tasks of every pixel. */
class ClassificationAttackTest {

    private static final List<Task> TASKS = List.of(new Classification("left", List.of("a", "b", "c")),
            new Classification("right", List.of("d", "e")), new Depth());

    /** The mean colours of the left and of the right half, each through a matrix; depth is the mean colour. */
    private static final class Halves implements Model {

        private final Variable left = new Variable("left", Toys.random(Shape.of(3, 3), 1, -9, 9));
        private final Variable right = new Variable("right", Toys.random(Shape.of(3, 2), 2, -9, 9));

        @Override
        public String name() {
            return "halves";
        }

        @Override
        public List<Task> tasks() {
            return TASKS;
        }

        @Override
        public List<Value> predict(Value images) {
            int n = images.shape().dim(0);
            int height = images.shape().dim(2);
            int width = images.shape().dim(3);
            return List.of(
                    logits(images.slice(3, 0, width / 2), left, n, 3),
                    logits(images.slice(3, width / 2, width), right, n, 2),
                    images.mean(1).reshape(n, 1, height, width).plus(1));
        }

        private static Value logits(Value half, Variable weight, int n, int classes) {
            return half.mean(2, 3).matmul(half.graph().read(weight)).reshape(n, classes, 1, 1);
        }
    }

    private record Random(Set<String> labelled) implements Dataset {

        @Override
        public String name() {
            return "random";
        }

        @Override
        public int size() {
            return 9;
        }

        @Override
        public Sample sample(int index) {
            Map<String, Tensor> labels = new HashMap<>();
            for (Task task : TASKS) {
                if (labelled.contains(task.name())) {
                    labels.put(task.name(), task.wholeImage() ? Tensor.of(Shape.scalar(), index % 3 - 1)
                            : Toys.random(Shape.of(1, 6, 8), 100 + index, 1, 2));
                }
            }
            return new Sample("image " + index, Toys.random(Shape.of(3, 6, 8), index, 0, 1), labels);
        }
    }

    @ParameterizedTest
    @CsvSource({"cpu, 1", "cpu, 4", "reference, 4"})
    void everythingWorks(String device, int batch) {
        EvaluationResult result = evaluate(device, batch, Set.of("left", "right", "depth"));
        assertEquals("data", result.labels());
        // A third of the images has the label -1: nobody knows their class.
        double accuracy = result.clean().metrics().get("left").get("Accuracy") * 6;
        assertEquals(Math.rint(accuracy), accuracy, 1e-9);
        for (AttackOutcome outcome : result.attacks()) {
            assertTrue(outcome.audit().sound());
            assertTrue(outcome.meanLogLoss() > result.clean().meanLogLoss());
            assertTrue(outcome.broken().tasks().get("left") <= 6 / 9.0);
        }
    }

    @ParameterizedTest
    @CsvSource({"cpu", "reference"})
    void predictionsServeAsLabels(String device) {
        EvaluationResult result = evaluate(device, 4, Set.of("depth"));
        assertEquals("data; predictions for left, right", result.labels());
        assertEquals(1, result.clean().metrics().get("left").get("Accuracy"));
        AttackOutcome dgba = result.attacks().getLast();
        double after = dgba.tasks().get("left").get("Accuracy").attacked();
        assertEquals(1 - after, dgba.broken().tasks().get("left"), 1e-12, "what was right and is not any more");
        assertTrue(after < 1);
    }

    private static EvaluationResult evaluate(String name, int batch, Set<String> labelled) {
        Model model = new Halves();
        List<Plan> plans = Balancers.parse("single:right,total,signsum,dgba", model.tasks()).stream()
                .map(balancer -> new Plan(linf(0.2), Pgd.steps(4), balancer)).toList();
        try (Device device = Devices.open(name, DeviceOptions.DEFAULT)) {
            return new Evaluation(model, new Random(labelled), device, new Protocol(3, batch, 0), plans)
                    .run((stage, index, stages, done, images) -> {}, new ResultSink() {});
        }
    }
}
