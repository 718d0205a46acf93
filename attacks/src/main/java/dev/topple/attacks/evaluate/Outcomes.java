// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.Attack;
import dev.topple.attacks.balance.Dgba;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Turns scores into outcomes: metrics, their relative changes, the ARP, and how certain all of them are. */
final class Outcomes {

    /** The ARP of an attack, on all images and in every resample. */
    private record Sampled(Attack attack, double arp, double[] samples) {}

    private final List<Task> tasks;
    private final Predicate<Task> zeroByConstruction;
    private final Resamples resamples;
    private final int batch;
    private final CleanOutcome clean;
    /** By task, {@code [metric][resample]}. */
    private final Map<String, double[][]> cleanSamples = new LinkedHashMap<>();
    private final List<Sampled> sampled = new ArrayList<>();

    /**
     * Outcomes beside those of the clean images.
     *
     * @param zeroByConstruction tasks whose clean errors are 0 by construction and so have no relative change
     * @param batch how many images a batch has, for the released metrics
     * @param scores of the clean images
     */
    Outcomes(List<Task> tasks, Predicate<Task> zeroByConstruction, Resamples resamples, int batch, Scores scores) {
        this.tasks = tasks;
        this.zeroByConstruction = zeroByConstruction;
        this.resamples = resamples;
        this.batch = batch;
        Map<String, Map<String, Double>> metrics = scores.metrics();
        Map<String, Map<String, Interval>> intervals = new LinkedHashMap<>();
        for (Task task : tasks) {
            double[][] samples = resamples.metrics(task.metrics(), scores.allParts().get(task.name()));
            cleanSamples.put(task.name(), samples);
            Map<String, Interval> ofTask = new LinkedHashMap<>();
            List<Metric> list = task.metrics().list();
            for (int i = 0; i < list.size(); i++) {
                String name = list.get(i).name();
                ofTask.put(name, resamples.interval(metrics.get(task.name()).get(name), samples[i]));
            }
            intervals.put(task.name(), ofTask);
        }
        this.clean = new CleanOutcome(metrics, intervals, scores.releasedMetrics(batch), scores.meanLogLoss(),
                logLossInterval(scores), scores.allParts());
    }

    CleanOutcome clean() {
        return clean;
    }

    /** The outcome of an attack. */
    AttackOutcome attack(Attack attack, Scores scores, Audit audit, double seconds) {
        Map<String, Map<String, Double>> attacked = scores.metrics();
        Map<String, Map<String, Change>> changes = new LinkedHashMap<>();
        double[][][] relatives = new double[tasks.size()][][];
        for (int i = 0; i < tasks.size(); i++) {
            Task task = tasks.get(i);
            double[][] samples = resamples.metrics(task.metrics(), scores.allParts().get(task.name()));
            relatives[i] = new double[samples.length][];
            changes.put(task.name(), changes(task, attacked.get(task.name()), samples, relatives[i]));
        }
        double arp = Arp.of(changes.values());
        double[] arps = new double[Resamples.COUNT];
        for (int resample = 0; resample < arps.length; resample++) {
            arps[resample] = Arp.of(at(relatives, resample));
        }
        sampled.add(new Sampled(attack, arp, arps));
        ReleasedOutcome released = ReleasedOutcome.of(tasks, zeroByConstruction, clean.released(),
                scores.releasedMetrics(batch));
        return new AttackOutcome(attack.rule().name(), attack.balancer().name(), attack.budget(),
                attack.rule().steps(), attack.rule().restarts(), attack.rule().stepSize(attack.budget()),
                attack.rule().randomStart(), changes, arp, resamples.interval(arp, arps), released,
                scores.meanLogLoss(), logLossInterval(scores), audit, attack.passes(), seconds, scores.allParts());
    }

    /**
     * The changes of a task's metrics.
     *
     * @param samples the attacked metrics, {@code [metric][resample]}
     * @param relatives takes the relative changes, {@code [metric][resample]}
     */
    private Map<String, Change> changes(Task task, Map<String, Double> attacked, double[][] samples,
            double[][] relatives) {
        Map<String, Change> changes = new LinkedHashMap<>();
        List<Metric> metrics = task.metrics().list();
        for (int i = 0; i < metrics.size(); i++) {
            Metric metric = metrics.get(i);
            double before = clean.metrics().get(task.name()).get(metric.name());
            double after = attacked.get(metric.name());
            double relative = relative(task, metric, before, after);
            relatives[i] = new double[samples[i].length];
            for (int resample = 0; resample < samples[i].length; resample++) {
                relatives[i][resample] =
                        relative(task, metric, cleanSamples.get(task.name())[i][resample], samples[i][resample]);
            }
            changes.put(metric.name(), new Change(before, after, relative, resamples.interval(after, samples[i]),
                    resamples.interval(relative, relatives[i])));
        }
        return changes;
    }

    private double relative(Task task, Metric metric, double before, double after) {
        boolean zero = zeroByConstruction.test(task) && !metric.higherIsBetter();
        return zero ? Double.NaN : Arp.relative(metric, before, after);
    }

    private static double[][] at(double[][][] relatives, int resample) {
        double[][] one = new double[relatives.length][];
        for (int task = 0; task < one.length; task++) {
            one[task] = new double[relatives[task].length];
            for (int metric = 0; metric < one[task].length; metric++) {
                one[task][metric] = relatives[task][metric][resample];
            }
        }
        return one;
    }

    private Interval logLossInterval(Scores scores) {
        return resamples.interval(scores.meanLogLoss(), resamples.means(scores.logLosses()));
    }

    /** The leads of DGBA, of the attacks so far. */
    List<Lead> leads() {
        List<Lead> leads = new ArrayList<>();
        for (Sampled other : sampled) {
            if (other.attack().balancer() instanceof Dgba) {
                continue;
            }
            Optional<Sampled> dgba = sampled.stream().filter(each -> each.attack().balancer() instanceof Dgba
                    && each.attack().rule().equals(other.attack().rule())
                    && each.attack().budget().equals(other.attack().budget())).findFirst();
            dgba.ifPresent(leader -> leads.add(lead(leader, other)));
        }
        return leads;
    }

    private Lead lead(Sampled leader, Sampled other) {
        double[] differences = new double[Resamples.COUNT];
        for (int i = 0; i < differences.length; i++) {
            differences[i] = leader.samples()[i] - other.samples()[i];
        }
        double difference = leader.arp() - other.arp();
        Attack attack = leader.attack();
        return new Lead(attack.rule().name(), attack.budget(), attack.balancer().name(),
                other.attack().balancer().name(), difference, resamples.interval(difference, differences));
    }
}
