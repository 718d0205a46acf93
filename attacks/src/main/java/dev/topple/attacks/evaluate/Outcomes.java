// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.evaluate;

import dev.topple.attacks.Attack;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.Single;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.evaluate.check.Checks;
import dev.topple.attacks.evaluate.check.Damage;
import dev.topple.attacks.evaluate.check.Facts;
import dev.topple.attacks.evaluate.check.Warning;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Turns scores into outcomes: metrics, their relative changes, the ARP, and how certain all of them are. */
final class Outcomes {

    /** The ARP of an attack, on all images and in every resample, and what else the checks look at. */
    private record Sampled(Attack attack, double arp, double[] samples, Damage damage, Audit audit) {}

    /**
     * What became of the metrics.
     *
     * @param changes by task and metric
     * @param relatives by task, {@code [metric]}
     * @param samples by task, {@code [metric][resample]}
     */
    private record Measured(Map<String, Map<String, Change>> changes, double[][] relatives, double[][][] samples) {}

    /** A loss that is of the size of float32's rounding. */
    private static final double NEXT_TO_NOTHING = 1e-6;
    /** Of a task's mean loss. */
    private static final double SMALL_SHARE = 1e-3;

    private final List<Task> tasks;
    private final Predicate<Task> zeroByConstruction;
    private final Resamples resamples;
    private final int batch;
    private final CleanOutcome clean;
    /** By task, {@code [metric][resample]}. */
    private final Map<String, double[][]> cleanSamples = new LinkedHashMap<>();
    private final List<Sampled> sampled = new ArrayList<>();
    private final Map<Budget, Scores> noise = new LinkedHashMap<>();
    private final Scores cleanScores;
    private final List<Transfers.Source> singles = new ArrayList<>();

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
        this.cleanScores = scores;
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
        Measured measured = measure(scores);
        double arp = Arp.of(measured.changes().values());
        double[] arps = arps(measured.samples());
        if (attack.balancer() instanceof Single) {
            singles.add(new Transfers.Source(attack, measured.relatives(), measured.samples()));
        }
        sampled.add(new Sampled(attack, arp, arps, damage(attack, scores, measured), audit));
        ReleasedOutcome released = ReleasedOutcome.of(tasks, zeroByConstruction, clean.released(),
                scores.releasedMetrics(batch));
        return new AttackOutcome(attack.name(), attack.balancer().name(), attack.budget(), attack.aim(),
                attack.rule().steps(), attack.rule().restarts(), attack.rule().stepSize(attack.budget()),
                attack.rule().randomStart(), measured.changes(), arp, resamples.interval(arp, arps),
                Broken.of(tasks, clean.parts(), scores.allParts(), resamples), released,
                scores.meanLogLoss(), logLossInterval(scores), audit, attack.passes(), seconds, scores.allParts());
    }

    private Measured measure(Scores scores) {
        Map<String, Map<String, Double>> attacked = scores.metrics();
        Map<String, Map<String, Change>> changes = new LinkedHashMap<>();
        double[][] relatives = new double[tasks.size()][];
        double[][][] sampled = new double[tasks.size()][][];
        for (int i = 0; i < tasks.size(); i++) {
            Task task = tasks.get(i);
            double[][] samples = resamples.metrics(task.metrics(), scores.allParts().get(task.name()));
            sampled[i] = new double[samples.length][];
            Map<String, Change> ofTask = changes(task, attacked.get(task.name()), samples, sampled[i]);
            changes.put(task.name(), ofTask);
            relatives[i] = ofTask.values().stream().mapToDouble(Change::relative).toArray();
        }
        return new Measured(changes, relatives, sampled);
    }

    private static double[] arps(double[][][] relatives) {
        double[] arps = new double[Resamples.COUNT];
        for (int resample = 0; resample < arps.length; resample++) {
            arps[resample] = Arp.of(at(relatives, resample));
        }
        return arps;
    }

    /** The damage to the tasks that an attack attends to; of losses, where no metric has a relative change. */
    private Damage damage(Attack attack, Scores scores, Measured measured) {
        int[] attended = IntStream.range(0, tasks.size()).filter(i -> attack.balancer().attends(tasks.get(i)))
                .toArray();
        double[][] relatives = new double[attended.length][];
        double[][][] samples = new double[attended.length][][];
        for (int i = 0; i < attended.length; i++) {
            relatives[i] = measured.relatives()[attended[i]];
            samples[i] = measured.samples()[attended[i]];
        }
        double arp = Arp.of(relatives);
        double[] none = {};
        return Double.isNaN(arp)
                ? new Damage(scores.meanLogLoss(), resamples.single() ? none : resamples.means(scores.logLosses()))
                : new Damage(arp, resamples.single() ? none : arps(samples));
    }

    /** Takes what noise of a budget's size did. */
    void noise(Budget budget, Scores scores) {
        noise.put(budget, scores);
    }

    /** What noise did. */
    List<Control> controls() {
        List<Control> controls = new ArrayList<>();
        noise.forEach((budget, scores) -> {
            Measured measured = measure(scores);
            double arp = Arp.of(measured.relatives());
            controls.add(new Control(budget, measured.changes(), arp,
                    resamples.interval(arp, arps(measured.samples())), scores.meanLogLoss(), logLossInterval(scores)));
        });
        return controls;
    }

    /** What the attacks so far fail of the checks. */
    List<Warning> warnings() {
        Map<Budget, Measured> controls = new LinkedHashMap<>();
        noise.forEach((budget, scores) -> controls.put(budget, measure(scores)));
        return Checks.warnings(sampled.stream().map(each -> {
            Budget budget = each.attack().budget();
            Audit audit = each.audit();
            return new Facts(each.attack(), cleanScores.logLosses().length,
                    new Facts.Counts(audit.undefinedGradients(), audit.zeroGradients(), audit.belowBest(),
                            audit.roundedOutOfBudget(), audit.roundedAway()),
                    audit.firstRise(), audit.rise(), each.damage(),
                    Optional.ofNullable(controls.get(budget))
                            .map(control -> damage(each.attack(), noise.get(budget), control)),
                    nearZero(each.attack()));
        }).toList());
    }

    /** In how many images a task's loss is next to nothing; not of tasks where that is so by construction. */
    private Map<String, Integer> nearZero(Attack attack) {
        Map<String, Integer> nearZero = new LinkedHashMap<>();
        for (Task task : attack.attended()) {
            double[] losses = Arrays.stream(cleanScores.losses(task)).filter(loss -> !Double.isNaN(loss)).toArray();
            double limit = Math.max(NEXT_TO_NOTHING, SMALL_SHARE * Arrays.stream(losses).average().orElse(0));
            long count = zeroByConstruction.test(task) ? 0
                    : Arrays.stream(losses).filter(loss -> loss <= limit).count();
            nearZero.put(task.name(), (int) count);
        }
        return nearZero;
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

    /** What attacks on single tasks do to the others, wherever there are several. */
    List<Transfer> transfers() {
        return Transfers.of(singles, tasks, resamples);
    }

    /** The relative changes of one resample, by task and metric. */
    static double[][] at(double[][][] relatives, int resample) {
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
                    && each.attack().aim().equals(other.attack().aim())
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
        return new Lead(attack.name(), attack.budget(), attack.balancer().name(),
                other.attack().balancer().name(), difference, resamples.interval(difference, differences));
    }
}
