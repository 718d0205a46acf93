// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import static dev.topple.attacks.budget.Budgets.linf;
import static dev.topple.attacks.evaluate.EvaluationTest.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.Attack;
import dev.topple.attacks.AttackResult;
import dev.topple.attacks.ToyTask;
import dev.topple.attacks.Toys;
import dev.topple.attacks.Toys.ToyModel;
import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.ReleasedTotal;
import dev.topple.attacks.balance.Total;
import dev.topple.attacks.step.Ifgsm;
import dev.topple.engine.Device;
import dev.topple.mtl.data.Batch;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Evaluations with a balancer under which the images of a batch influence each other. */
class CoupledImagesTest {

    private static final int IMAGES = 7;

    private final ToyModel model = Toys.smooth(1, 0.3);

    /** The later an image, the fewer valid pixels for the first task; the pixels of one image can be spoilt. */
    private record Uneven(boolean mixed, int spoilt) implements Dataset {
        @Override
        public String name() {
            return "uneven";
        }

        @Override
        public int size() {
            return IMAGES;
        }

        @Override
        public Set<String> labelled() {
            return Set.of("toy0", "toy1");
        }

        @Override
        public Sample sample(int index) {
            Sample sample = new ToyData(IMAGES, labelled(), mixed).sample(index);
            Arrays.fill(sample.labels().get("toy0").floats(), 0, 2 * index + 1, ToyTask.NONE);
            if (index == spoilt) {
                sample.image().floats()[3] = 1 - sample.image().floats()[3];
            }
            return sample;
        }
    }

    private static final class Memory implements ProgressStore {

        private final List<BatchOutcome> saved = new ArrayList<>();

        @Override
        public List<BatchOutcome> load(Plan plan) {
            return List.copyOf(saved);
        }

        @Override
        public void save(Plan plan, BatchOutcome outcome) {
            saved.add(outcome);
        }
    }

    private EvaluationResult evaluate(Dataset data, Balancer balancer, int batch, ProgressStore store) {
        try (Device device = Toys.open("reference")) {
            Plan plan = new Plan(linf(8 / 255.0), new Ifgsm(3), balancer);
            return new Evaluation(model, data, device, new Protocol(3, batch, 0), List.of(plan))
                    .run((stage, index, stages, done, images) -> {}, new ResultSink() {}, store);
        }
    }

    @Test
    void batchesAreThoseOfTheProtocolAndTheLastHasNoOthers() {
        Dataset data = new Uneven(false, -1);
        AttackOutcome outcome = evaluate(data, new ReleasedTotal(), 3, ProgressStore.NONE).attacks().getFirst();
        double logLoss = 0;
        try (Device device = Toys.open("reference")) {
            for (int from = 0; from < IMAGES; from += 3) {
                List<Integer> indices = IntStream.range(from, Math.min(from + 3, IMAGES)).boxed().toList();
                Batch batch = Batch.of(indices, indices.stream().map(data::sample).toList(), indices.size());
                AttackResult result = Attack.of(model, linf(8 / 255.0), new Ifgsm(3), new ReleasedTotal())
                        .run(device, batch.images(), batch.labels(), 3);
                for (int row = 0; row < indices.size(); row++) {
                    for (Map.Entry<String, float[]> losses : result.finalLosses().entrySet()) {
                        logLoss += Dgba.logLoss(losses.getValue()[row]) / IMAGES;
                    }
                }
            }
        }
        assertEquals(logLoss, outcome.meanLogLoss(), 1e-6);
        assertEquals("total:released", outcome.balancer());
    }

    @Test
    void theBatchSizeMattersToItAlone() {
        Dataset data = new Uneven(false, -1);
        assertNotEquals(evaluate(data, new ReleasedTotal(), 2, ProgressStore.NONE).attacks().getFirst().arp(),
                evaluate(data, new ReleasedTotal(), 3, ProgressStore.NONE).attacks().getFirst().arp());
        assertEquals(evaluate(data, new Total(), 2, ProgressStore.NONE).attacks().getFirst().arp(),
                evaluate(data, new Total(), 3, ProgressStore.NONE).attacks().getFirst().arp());
    }

    @Test
    void whereverItWasInterruptedItEndsWithTheSameBits() {
        for (boolean mixed : new boolean[] {false, true}) {
            Dataset data = new Uneven(mixed, -1);
            Memory all = new Memory();
            EvaluationResult whole = evaluate(data, new ReleasedTotal(), 2, all);
            for (int done = 0; done <= all.saved.size(); done++) {
                // The first batches, as after a kill, and all but one, as where a file was damaged.
                Memory first = new Memory();
                first.saved.addAll(all.saved.subList(0, done));
                assertSame(whole, evaluate(data, new ReleasedTotal(), 2, first));
                assertEquals(all.saved.size(), first.saved.size(), "what was saved was not computed again");
                Memory others = new Memory();
                others.saved.addAll(all.saved);
                others.saved.remove(Math.min(done, all.saved.size() - 1));
                assertSame(whole, evaluate(data, new ReleasedTotal(), 2, others));
            }
        }
    }

    @Test
    void whoeverWasAttackedWithAnImageThatHasChangedIsAttackedAnew() {
        Memory store = new Memory();
        evaluate(new Uneven(false, -1), new ReleasedTotal(), 3, store);
        int saved = store.saved.size();
        Dataset changed = new Uneven(false, 4);
        assertSame(evaluate(changed, new ReleasedTotal(), 3, ProgressStore.NONE),
                evaluate(changed, new ReleasedTotal(), 3, store));
        assertEquals(saved + 1, store.saved.size());
        List<Integer> again = store.saved.getLast().images().stream().map(ImageOutcome::index).toList();
        assertEquals(List.of(3, 4, 5), again);
        assertTrue(new ReleasedTotal().couplesImages());
    }
}
