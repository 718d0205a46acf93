// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import static dev.topple.attacks.budget.Budgets.linf;
import static dev.topple.attacks.evaluate.EvaluationTest.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Toys;
import dev.topple.attacks.Toys.ToyModel;
import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.step.Pgd;
import dev.topple.engine.Device;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.Sample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** An evaluation that is interrupted and goes on. */
class ResumeTest {

    private static final int IMAGES = 7;

    private final ToyModel model = Toys.smooth(1, 0.05);
    private final Dataset data = new ToyData(IMAGES, Set.of("toy0", "toy1"), true);
    private final List<Plan> plans = Balancers.parse("total,dgba", model.tasks()).stream()
            .map(balancer -> new Plan(linf(8 / 255.0), Pgd.steps(3), balancer)).toList();
    private final EvaluationResult whole = evaluate(data, 2, new Memory(), Integer.MAX_VALUE, new ArrayList<>());

    /** What a folder would hold. */
    private static final class Memory implements ProgressStore {

        private final Map<Plan, List<BatchOutcome>> saved = new LinkedHashMap<>();

        @Override
        public List<BatchOutcome> load(Plan plan) {
            return List.copyOf(saved.getOrDefault(plan, List.of()));
        }

        @Override
        public void save(Plan plan, BatchOutcome outcome) {
            saved.computeIfAbsent(plan, each -> new ArrayList<>()).add(outcome);
        }

        private int images() {
            return saved.values().stream().flatMap(List::stream).mapToInt(batch -> batch.images().size()).sum();
        }
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Runs until the listener has been called so often; {@code starts} gets how many images each stage began with. */
    private EvaluationResult evaluate(Dataset images, int batch, ProgressStore store, int calls,
            List<Integer> starts) {
        int[] called = {0};
        int[] stage = {-1};
        try (Device device = Toys.open("reference")) {
            Protocol protocol = new Protocol(3, batch, 0);
            return new Evaluation(model, images, device, protocol, plans).run((name, index, stages, done, count) -> {
                if (index != stage[0]) {
                    starts.add(done);
                    stage[0] = index;
                }
                if (++called[0] > calls) {
                    throw new Killed();
                }
            }, new ResultSink() {}, store);
        }
    }

    @Test
    void whereverItWasInterruptedItEndsWithTheSameBits() {
        Memory memory = new Memory();
        int calls = 1;
        for (; interrupted(memory, calls); calls++) {
            int before = memory.images();
            List<Integer> starts = new ArrayList<>();
            // Another size of batch on the way back: outcomes are of images.
            assertSame(whole, evaluate(data, calls % 2 == 0 ? 2 : 3, memory, Integer.MAX_VALUE, starts));
            assertEquals(before, starts.get(1) + starts.get(2), "what was saved was not computed again");
            assertEquals(0, starts.get(0));
            assertEquals(2 * IMAGES, memory.images());
            memory = new Memory();
        }
        // Three stages, each with its start and four batches.
        assertEquals(15, calls);
    }

    /** Whether an evaluation was interrupted after so many calls of its listener, as a kill would interrupt it. */
    private boolean interrupted(ProgressStore store, int calls) {
        try {
            evaluate(data, 2, store, calls, new ArrayList<>());
            return false;
        } catch (Killed e) {
            return true;
        }
    }

    @Test
    void aFinishedEvaluationIsReadBackWithItsTime() {
        Memory memory = new Memory();
        EvaluationResult first = evaluate(data, 2, memory, Integer.MAX_VALUE, new ArrayList<>());
        EvaluationResult second = evaluate(data, 2, memory, Integer.MAX_VALUE, new ArrayList<>());
        assertSame(first, second);
        for (int i = 0; i < plans.size(); i++) {
            assertEquals(first.attacks().get(i).seconds(), second.attacks().get(i).seconds(), 1e-12);
        }
    }

    @Test
    void imagesThatHaveChangedAreAttackedAnew() {
        Memory memory = new Memory();
        assertThrows(Killed.class, () -> evaluate(data, 2, memory, 8, new ArrayList<>()));
        int before = memory.images();
        assertTrue(before >= 4 && before < 2 * IMAGES, () -> before + "");
        int changed = memory.saved.get(plans.get(0)).get(0).images().get(0).index();
        Dataset other = new Dataset() {
            @Override
            public String name() {
                return data.name();
            }

            @Override
            public int size() {
                return data.size();
            }

            @Override
            public Set<String> labelled() {
                return data.labelled();
            }

            @Override
            public Sample sample(int index) {
                Sample sample = data.sample(index);
                if (index == changed) {
                    float[] pixels = sample.image().floats();
                    pixels[5] = 1 - pixels[5];
                }
                return sample;
            }
        };
        List<Integer> starts = new ArrayList<>();
        EvaluationResult resumed = evaluate(other, 2, memory, Integer.MAX_VALUE, starts);
        assertEquals(before - 1, starts.get(1) + starts.get(2));
        assertSame(evaluate(other, 2, new Memory(), Integer.MAX_VALUE, new ArrayList<>()), resumed);
        assertNotEquals(whole.clean().meanLogLoss(), resumed.clean().meanLogLoss());
    }

    @Test
    void whatDoesNotFitIsDropped() {
        Memory memory = new Memory();
        evaluate(data, 2, memory, Integer.MAX_VALUE, new ArrayList<>());
        Memory odd = new Memory();
        memory.saved.forEach((plan, batches) -> batches.forEach(batch -> odd.save(plan, new BatchOutcome(
                batch.images().stream().map(ResumeTest::spoilt).toList(), batch.seconds()))));
        // Twice the same image is no fault: a batch can be written and its evaluation killed before it knows.
        memory.saved.forEach((plan, batches) -> {
            odd.save(plan, batches.get(0));
            odd.save(plan, batches.get(0));
        });
        List<Integer> starts = new ArrayList<>();
        assertSame(whole, evaluate(data, 2, odd, Integer.MAX_VALUE, starts));
        assertEquals(List.of(0, 2, 2), starts);
    }

    /** The parts of another task, another number of parts of either kind, another image, one that is not there. */
    private static ImageOutcome spoilt(ImageOutcome image) {
        Map<String, double[]> parts = new LinkedHashMap<>(image.parts());
        Map<String, double[]> released = new LinkedHashMap<>(image.releasedParts());
        String fingerprint = image.fingerprint();
        int index = image.index();
        switch (image.index() % 4) {
            case 0 -> parts.put("toy9", parts.remove("toy1"));
            case 1 -> (image.index() == 1 ? parts : released).put("toy1", new double[2]);
            case 2 -> fingerprint = fingerprint.replace(fingerprint.charAt(0), 'x');
            default -> index = image.index() == 3 ? IMAGES : -1;
        }
        return new ImageOutcome(index, fingerprint, parts, released, image.logLoss(), image.audit());
    }
}
