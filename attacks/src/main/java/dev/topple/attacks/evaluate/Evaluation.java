// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.Attack;
import dev.topple.attacks.AttackResult;
import dev.topple.attacks.CompiledAttack;
import dev.topple.attacks.ImageKeys;
import dev.topple.engine.Device;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.Batch;
import dev.topple.mtl.data.Batches;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.model.Model;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Task;
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
 * <p>First the clean images, then plan by plan all images; the data set is read once for each. A task for which the
 * data set has no labels is attacked against the model's own predictions on the clean images, and judged by how far it
 * leaves them. Its clean errors are then 0 by construction (but for rounding), so metrics of which lower is better have
 * no relative change and no part in the ARP.
 */
public final class Evaluation {

    private final Model model;
    private final Dataset data;
    private final Device device;
    private final Protocol protocol;
    private final List<Plan> plans;
    private final List<Attack> attacks;
    private final int images;

    /**
     * An evaluation, checked.
     *
     * @throws IllegalArgumentException in one line, if a plan makes no sense for this model, or there are no images
     */
    public Evaluation(Model model, Dataset data, Device device, Protocol protocol, List<Plan> plans) {
        this.model = model;
        this.data = data;
        this.device = device;
        this.protocol = protocol;
        this.plans = List.copyOf(plans);
        this.attacks = plans.stream()
                .map(plan -> Attack.of(model, protocol.budget(), plan.rule(), plan.balancer())).toList();
        this.images = protocol.limit() == 0 ? data.size() : Math.min(protocol.limit(), data.size());
        if (images == 0) {
            throw new IllegalArgumentException("the data set '" + data.name() + "' has no images");
        }
    }

    /** Does it all: tells the listener how far it is, the sink what came out. */
    public EvaluationResult run(EvaluationListener listener, ResultSink sink) {
        try (Labels labels = new Labels(model, data.labelled(), device); Scorer scorer = new Scorer(model, device)) {
            CleanOutcome clean = clean(labels, scorer, listener);
            sink.clean(clean);
            List<AttackOutcome> outcomes = new ArrayList<>();
            for (int i = 0; i < attacks.size(); i++) {
                AttackOutcome outcome = attack(i, labels, scorer, clean, listener);
                sink.attack(outcome);
                outcomes.add(outcome);
            }
            EvaluationResult result = new EvaluationResult(model.name(), data.name(), device.name(), protocol.seed(),
                    images, labels.source(), model.tasks(), clean, outcomes);
            sink.result(result);
            return result;
        }
    }

    private CleanOutcome clean(Labels labels, Scorer scorer, EvaluationListener listener) {
        Scores scores = new Scores(model.tasks(), images);
        overBatches("clean", 0, listener, batch -> scorer.score(batch, batch.images(), labels.of(batch), scores));
        return new CleanOutcome(scores.metrics(), scores.meanLogLoss(), scores.allParts());
    }

    private AttackOutcome attack(int index, Labels labels, Scorer scorer, CleanOutcome clean,
            EvaluationListener listener) {
        Attack attack = attacks.get(index);
        Scores scores = new Scores(model.tasks(), images);
        AuditTally audit = new AuditTally(protocol.budget());
        double[] seconds = new double[1];
        try (CompiledAttack compiled = attack.on(device)) {
            overBatches(plans.get(index).text(), index + 1, listener, batch -> {
                Map<String, Tensor> label = labels.of(batch);
                long[] keys = ImageKeys.of(protocol.seed(), batch.indices());
                AttackResult result = compiled.run(batch.images(), label, keys);
                seconds[0] += result.seconds();
                audit.add(batch.images(), result, batch.count());
                scorer.score(batch, result.adversarial(), label, scores);
            });
        }
        Map<String, Map<String, Change>> changes = changes(clean.metrics(), scores.metrics(), labels);
        return new AttackOutcome(attack.rule().name(), attack.balancer().name(), protocol.budget(),
                attack.rule().steps(), attack.rule().restarts(), changes, Arp.of(changes.values()),
                scores.meanLogLoss(), audit.audit(), attack.passes(), seconds[0], scores.allParts());
    }

    private Map<String, Map<String, Change>> changes(Map<String, Map<String, Double>> clean,
            Map<String, Map<String, Double>> attacked, Labels labels) {
        Map<String, Map<String, Change>> changes = new LinkedHashMap<>();
        for (Task task : model.tasks()) {
            Map<String, Change> ofTask = new LinkedHashMap<>();
            for (Metric metric : task.metrics().list()) {
                double before = clean.get(task.name()).get(metric.name());
                double after = attacked.get(task.name()).get(metric.name());
                boolean zero = labels.fromPredictions(task) && !metric.higherIsBetter();
                double relative = zero ? Double.NaN : Arp.relative(metric, before, after);
                ofTask.put(metric.name(), new Change(before, after, relative));
            }
            changes.put(task.name(), ofTask);
        }
        return changes;
    }

    private void overBatches(String stage, int index, EvaluationListener listener, Consumer<Batch> work) {
        int done = 0;
        listener.progress(stage, index, plans.size() + 1, done, images);
        int[] order = IntStream.range(0, images).toArray();
        try (Batches batches = Batches.of(data, order, Math.min(protocol.batch(), images))) {
            for (Optional<Batch> batch = batches.next(); batch.isPresent(); batch = batches.next()) {
                work.accept(batch.get());
                done += batch.get().count();
                listener.progress(stage, index, plans.size() + 1, done, images);
            }
        }
    }
}
