// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.Attack;
import dev.topple.attacks.AttackResult;
import dev.topple.attacks.CompiledAttack;
import dev.topple.attacks.ImageKeys;
import dev.topple.attacks.Mask;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.budget.Budgets;
import dev.topple.engine.Device;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.Batch;
import dev.topple.mtl.data.Batches;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.model.Model;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Attacks a model on a data set with each of several plans, and measures what that does to every task.
 *
 * <p>First the clean images, then plan by plan all images; the data set is read once for each. Plans may have different
 * budgets. A task for which the data set has no labels is attacked against the model's own predictions on the clean
 * images, and judged by how far it leaves them. Its clean errors are then 0 by construction (but for rounding), so
 * metrics of which lower is better have no relative change and no part in the ARP.
 *
 * <p>Beside the clean images, random noise of the size of each budget is measured, and all attacks have to pass
 * {@linkplain dev.topple.attacks.evaluate.check.Checks checks} that need little but what is known anyway. What fails
 * is a warning of the result.
 *
 * <p>Every number of the result has a bootstrap {@link Interval}. An evaluation that was killed goes on if it has a
 * {@link ProgressStore}.
 */
public final class Evaluation {

    private final Model model;
    private final Dataset data;
    private final Device device;
    private final Protocol protocol;
    private final List<Plan> plans;
    private final Optional<Mask> mask;
    private final List<Attack> attacks;
    private final int images;

    /**
     * An evaluation, checked.
     *
     * @throws IllegalArgumentException in one line, if a plan makes no sense for this model, or there are no images
     */
    public Evaluation(Model model, Dataset data, Device device, Protocol protocol, List<Plan> plans) {
        this(model, data, device, protocol, plans, Optional.empty());
    }

    /**
     * An evaluation that attacks a part of every image.
     *
     * @param mask where images may change; given exactly if the plans' {@linkplain dev.topple.attacks.Aim aims} say so
     */
    public Evaluation(Model model, Dataset data, Device device, Protocol protocol, List<Plan> plans,
            Optional<Mask> mask) {
        this.mask = mask;
        if (plans.stream().anyMatch(plan -> plan.aim().masked() != mask.isPresent())) {
            throw new IllegalArgumentException("either all attacks of an evaluation have a mask, or none");
        }
        this.model = model;
        this.data = data;
        this.device = device;
        this.protocol = protocol;
        this.plans = List.copyOf(plans);
        this.attacks = plans.stream().map(plan -> plan.on(model)).toList();
        this.images = protocol.limit() == 0 ? data.size() : Math.min(protocol.limit(), data.size());
        if (images == 0) {
            throw new IllegalArgumentException("the data set '" + data.name() + "' has no images");
        }
    }

    /** Does it all: tells the listener how far it is, the sink what came out. */
    public EvaluationResult run(EvaluationListener listener, ResultSink sink) {
        return run(listener, sink, ProgressStore.NONE);
    }

    /**
     * Does what is not yet in the store, and saves what it does there, batch by batch. An evaluation that goes on ends
     * with the same bits as one that did it all; only an attack's seconds, the sum over the runs, differ.
     */
    public EvaluationResult run(EvaluationListener listener, ResultSink sink, ProgressStore store) {
        try (Labels labels = new Labels(model, data.labelled(), device); Scorer scorer = new Scorer(model, device)) {
            String[] fingerprints = new String[images];
            Map<Budget, Scores> noise = new LinkedHashMap<>();
            Outcomes outcomes = new Outcomes(model.tasks(), labels::fromPredictions,
                    new Resamples(protocol.seed(), images), protocol.batch(),
                    clean(labels, scorer, fingerprints, noise, listener));
            noise.forEach(outcomes::noise);
            sink.clean(outcomes.clean());
            List<AttackOutcome> attacked = new ArrayList<>();
            for (int i = 0; i < attacks.size(); i++) {
                Unfinished rest = unfinished(i, fingerprints, store);
                attack(i, rest, labels, scorer, fingerprints, listener, sink, store);
                AttackOutcome outcome =
                        outcomes.attack(attacks.get(i), rest.scores, rest.audit(), rest.seconds);
                sink.attack(outcome);
                attacked.add(outcome);
            }
            EvaluationResult result = new EvaluationResult(model.name(), data.name(), device.name(), protocol.seed(),
                    images, labels.source(), model.tasks(), outcomes.clean(), attacked, outcomes.leads(),
                    outcomes.controls(), outcomes.transfers(), outcomes.warnings());
            sink.result(result);
            return result;
        }
    }

    /** Measures the clean images, and the same with noise of each budget's size. */
    private Scores clean(Labels labels, Scorer scorer, String[] fingerprints, Map<Budget, Scores> noise,
            EvaluationListener listener) {
        Scores scores = new Scores(model.tasks(), images);
        try (NoiseControl control = new NoiseControl(device)) {
            overBatches("clean", 0, IntStream.range(0, images).toArray(), listener, batch -> {
                Map<String, Tensor> label = labels.of(batch);
                scorer.score(batch, batch.images(), label, scores);
                for (Budget budget : controlled(plans)) {
                    Tensor noisy = control.images(budget, batch.images(),
                            ImageKeys.of(protocol.seed(), batch.indices()));
                    mask.ifPresent(each -> each.restore(batch.images(), noisy));
                    scorer.score(batch, noisy, label,
                            noise.computeIfAbsent(budget, each -> new Scores(model.tasks(), images)));
                }
                for (int row = 0; row < batch.count(); row++) {
                    fingerprints[batch.indices().get(row)] = Fingerprint.of(batch, row, model.tasks(), label);
                }
            });
        }
        return scores;
    }

    /** The budgets that have a control: all but those that allow nothing. Each costs a forward pass per image. */
    public static List<Budget> controlled(List<Plan> plans) {
        return plans.stream().map(Plan::budget).filter(budget -> budget.epsilon() > 0).distinct().toList();
    }

    /** An attack so far: what the store has of it. */
    private Unfinished unfinished(int index, String[] fingerprints, ProgressStore store) {
        Unfinished rest = new Unfinished(plans.get(index));
        boolean whole = plans.get(index).balancer().couplesImages();
        for (BatchOutcome batch : store.load(plans.get(index))) {
            int taken = 0;
            if (whole && !batch.images().stream().allMatch(image -> rest.lacks(image, fingerprints))) {
                // Images that were attacked together belong together: what is left then falls into the same batches.
                continue;
            }
            for (ImageOutcome image : batch.images()) {
                int at = image.index();
                if (rest.lacks(image, fingerprints)) {
                    rest.done[at] = true;
                    rest.scores.put(image);
                    rest.audits[at] = image.audit();
                    taken++;
                }
            }
            rest.seconds += taken == 0 ? 0 : batch.seconds() * taken / batch.images().size();
        }
        return rest;
    }

    private void attack(int index, Unfinished rest, Labels labels, Scorer scorer, String[] fingerprints,
            EvaluationListener listener, ResultSink sink, ProgressStore store) {
        Plan plan = plans.get(index);
        int[] order = IntStream.range(0, images).filter(image -> !rest.done[image]).toArray();
        try (CompiledAttack compiled = attacks.get(index).on(device)) {
            overBatches(stage(plan), index + 1, order, listener, batch -> {
                Map<String, Tensor> label = labels.of(batch);
                long[] keys = ImageKeys.of(protocol.seed(), batch.indices());
                AttackResult result = compiled.run(batch.images(), label, keys, batch.count(),
                        mask.map(each -> each.of(batch.images().shape())));
                rest.seconds += result.seconds();
                scorer.score(batch, result.adversarial(), label, rest.scores);
                List<ImageOutcome> attacked = new ArrayList<>();
                for (int row = 0; row < batch.count(); row++) {
                    int image = batch.indices().get(row);
                    ImageAudit audit = ImageAudit.of(plan.budget(), plan.aim().quantized(),
                            batch.images(), result, row);
                    rest.audits[image] = audit;
                    attacked.add(rest.scores.image(image, fingerprints[image], audit));
                }
                sink.images(plan, batch, result.adversarial());
                store.save(plan, new BatchOutcome(attacked, result.seconds()));
            });
        }
    }

    /** The budget is said where there are several. */
    private String stage(Plan plan) {
        boolean several = plans.stream().map(Plan::budget).distinct().count() > 1;
        return several ? plan.text() + " " + Budgets.fraction(plan.budget().epsilon()) : plan.text();
    }

    /**
     * Batches are made of the images that are left: what happens to an image does not depend on its company, and where
     * it does, whole batches are left.
     */
    private void overBatches(String stage, int index, int[] order, EvaluationListener listener, Consumer<Batch> work) {
        int done = images - order.length;
        listener.progress(stage, index, plans.size() + 1, done, images);
        try (Batches batches = Batches.of(data, order, Math.min(protocol.batch(), images))) {
            for (Optional<Batch> batch = batches.next(); batch.isPresent(); batch = batches.next()) {
                work.accept(batch.get());
                done += batch.get().count();
                listener.progress(stage, index, plans.size() + 1, done, images);
            }
        }
    }

    /** What is known of an attack while it is on its way. */
    private final class Unfinished {

        private final boolean[] done = new boolean[images];
        private final Scores scores = new Scores(model.tasks(), images);
        private final ImageAudit[] audits = new ImageAudit[images];
        private final Plan plan;
        private double seconds;

        private Unfinished(Plan plan) {
            this.plan = plan;
        }

        /** In the order of the images, whoever came first. */
        private Audit audit() {
            AuditTally tally = new AuditTally(plan.budget());
            for (ImageAudit audit : audits) {
                tally.add(audit);
            }
            return tally.audit();
        }

        /** Whether the outcome is of an image of this evaluation that is not yet done. */
        private boolean lacks(ImageOutcome image, String[] fingerprints) {
            int at = image.index();
            return at >= 0 && at < images && !done[at] && image.fingerprint().equals(fingerprints[at])
                    && scores.fits(image);
        }
    }
}
