// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.study;

import dev.topple.attacks.AttackResult;
import dev.topple.attacks.CompiledAttack;
import dev.topple.attacks.ImageKeys;
import dev.topple.attacks.balance.Balancer;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.balance.Total;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.evaluate.Interval;
import dev.topple.attacks.evaluate.Plan;
import dev.topple.attacks.evaluate.Protocol;
import dev.topple.attacks.evaluate.Resamples;
import dev.topple.attacks.step.Nes;
import dev.topple.attacks.step.Noise;
import dev.topple.attacks.step.Pgd;
import dev.topple.attacks.step.Square;
import dev.topple.attacks.step.StepRule;
import dev.topple.engine.Device;
import dev.topple.mtl.data.Batch;
import dev.topple.mtl.data.Batches;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.model.Model;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * How much of DGBA needs no gradient: Square and NES climb {@code sum_i log L_i} by loss values alone, beside the same
 * with the plain sum, random noise, and PGD, which has gradients. The damage after fewer queries is that of the best
 * image so far in the same run; a run with fewer queries from the start would plan its squares for them and do somewhat
 * more.
 */
public final class GradientFree {

    private static final int WHITE_BOX_STEPS = 20;

    private final Model model;
    private final Dataset data;
    private final Device device;
    private final Protocol protocol;
    private final TreeSet<Integer> checkpoints = new TreeSet<>();
    private final List<Plan> plans = new ArrayList<>();
    private final int images;

    /**
     * What an attack came to.
     *
     * @param attack the step rule's name
     * @param balancer the balancer's name, whose merit it climbs
     * @param points along its queries; of attacks that ask nothing, or for gradients, only the end
     * @param seconds for all images
     */
    public record Curve(String attack, String balancer, List<Point> points, double seconds) {

        /** The end of the curve. */
        public Point last() {
            return points.getLast();
        }
    }

    /**
     * What so many queries came to.
     *
     * @param queries per image; of PGD its steps
     * @param arp in percent
     * @param interval of that
     * @param meanLogLoss the mean over images of {@code sum_i log L_i}
     */
    public record Point(int queries, double arp, Interval interval, double meanLogLoss) {}

    /**
     * By how much one attack's ARP is above another's, at the end of both.
     *
     * @param attack with DGBA
     * @param over the attack and the balancer of the other
     * @param arp the difference
     * @param interval of that, of the same images in every resample
     */
    public record Lead(String attack, String over, double arp, Interval interval) {}

    /**
     * The study's result.
     *
     * @param images how many images
     * @param cleanLogLoss the mean over clean images of {@code sum_i log L_i}
     * @param curves the attacks
     * @param leads of gradient-free DGBA over the same attack on the plain sum, and over noise
     */
    public record Result(int images, double cleanLogLoss, List<Curve> curves, List<Lead> leads) {

        /** An attack's ARP as a share of white-box PGD's with the same balancer. */
        public double shareOfWhiteBox(Curve curve) {
            return curve.last().arp() / curves.stream().filter(each -> each.attack().equals("pgd")
                    && each.balancer().equals(curve.balancer())).findFirst().orElseThrow().last().arp();
        }
    }

    /** Told how far the study is. */
    @FunctionalInterface
    public interface Listener {
        /** So many passes through the model of all are done. */
        void progress(long done, long all, String what);
    }

    /**
     * A study.
     *
     * @param data images with labels for all tasks
     * @param queries of Square and NES
     * @param at after how many queries to look; the end is always looked at
     * @param rules what attacks without gradients; see {@link #rules}
     */
    public GradientFree(Model model, Dataset data, Device device, Protocol protocol, Budget budget, int queries,
            List<Integer> at, List<StepRule> rules) {
        this.model = model;
        this.data = data;
        this.device = device;
        this.protocol = protocol;
        this.images = protocol.limit() == 0 ? data.size() : Math.min(protocol.limit(), data.size());
        for (int each : at) {
            if (each < 1) {
                throw new IllegalArgumentException("there is nothing to see after " + each + " queries");
            }
        }
        at.stream().filter(each -> each < queries).forEach(checkpoints::add);
        plans.add(new Plan(budget, new Noise(), new Dgba()));
        for (Balancer balancer : List.of(new Dgba(), new Total())) {
            plans.add(new Plan(budget, Pgd.steps(WHITE_BOX_STEPS), balancer));
        }
        for (StepRule rule : rules) {
            if (rule.usesDirection()) {
                throw new IllegalArgumentException("attack '" + rule.name() + "' needs gradients");
            }
            for (Balancer balancer : List.of(new Dgba(), new Total())) {
                plans.add(new Plan(budget, rule, balancer));
            }
        }
    }

    /** The attacks that are studied unless others are named. */
    public static List<StepRule> rules(int queries) {
        return List.of(Square.queries(queries), Nes.queries(queries));
    }

    /** How many steps and queries all attacks take on all images together. */
    public long steps() {
        return plans.stream().mapToLong(plan -> plan.rule().steps()).sum() * images;
    }

    /** Runs it. */
    public Result run(Listener listener) {
        long all = steps();
        long done = 0;
        try (Scored scored = new Scored(model, device)) {
            Scored.Scores clean = Scored.Scores.none(model, images);
            overBatches(batch -> scored.score(batch, batch.images(), clean));
            Resamples resamples = new Resamples(protocol.seed(), images);
            Damage damage = new Damage(model.tasks(), clean.parts(), resamples);
            List<Curve> curves = new ArrayList<>();
            List<Damage.Sampled> ends = new ArrayList<>();
            for (Plan plan : plans) {
                long before = done;
                int steps = plan.rule().steps();
                Walked walked =
                        walk(plan, scored, part -> listener.progress(before + part, all, plan.text()));
                done += (long) steps * images;
                List<Point> points = new ArrayList<>();
                for (int i = 0; i < walked.at.size(); i++) {
                    Damage.Sampled sampled = damage.of(walked.scores.get(i).parts());
                    points.add(new Point(walked.at.get(i), sampled.arp(), damage.interval(sampled),
                            mean(walked.scores.get(i).logLosses())));
                    if (i == walked.at.size() - 1) {
                        ends.add(sampled);
                    }
                }
                curves.add(new Curve(plan.attack(), plan.balancer().name(), points, walked.seconds));
            }
            return new Result(images, mean(clean.logLosses()), curves, leads(damage, curves, ends));
        }
    }

    private record Walked(List<Integer> at, List<Scored.Scores> scores, double seconds) {}

    private Walked walk(Plan plan, Scored scored, LongConsumer listener) {
        boolean looks = !plan.rule().usesDirection() && plan.rule().keepsBest();
        List<Integer> at = new ArrayList<>(looks ? checkpoints : List.of());
        at.add(plan.rule().steps());
        List<Scored.Scores> scores = at.stream().map(each -> Scored.Scores.none(model, images)).toList();
        double[] seconds = {0};
        long[] done = {0};
        try (CompiledAttack attack = plan.on(model).on(device)) {
            overBatches(batch -> {
                long[] keys = ImageKeys.of(protocol.seed(), batch.indices());
                attack.onStep(step -> {
                    int point = at.indexOf(step.step());
                    if (point >= 0 && point < at.size() - 1) {
                        scored.score(batch, step.best(), scores.get(point));
                    }
                    listener.accept(done[0] + (long) step.step() * batch.count());
                });
                AttackResult result = attack.run(batch.images(), batch.labels(), keys, batch.count());
                scored.score(batch, result.adversarial(), scores.getLast());
                seconds[0] += result.seconds();
                done[0] += (long) plan.rule().steps() * batch.count();
            });
        }
        return new Walked(at, scores, seconds[0]);
    }

    private static List<Lead> leads(Damage damage, List<Curve> curves, List<Damage.Sampled> ends) {
        List<Lead> leads = new ArrayList<>();
        String dgba = new Dgba().name();
        for (int i = 0; i < curves.size(); i++) {
            Curve leader = curves.get(i);
            if (!leader.balancer().equals(dgba) || leader.attack().equals("noise")) {
                continue;
            }
            for (int j = 0; j < curves.size(); j++) {
                Curve other = curves.get(j);
                boolean same = other.attack().equals(leader.attack()) && !other.balancer().equals(dgba);
                if (same || other.attack().equals("noise")) {
                    leads.add(new Lead(leader.attack(), same ? other.attack() + " " + other.balancer() : "noise",
                            ends.get(i).arp() - ends.get(j).arp(), damage.interval(ends.get(i), ends.get(j))));
                }
            }
        }
        return leads;
    }

    private void overBatches(Consumer<Batch> work) {
        try (Batches batches = Batches.of(data, IntStream.range(0, images).toArray(),
                Math.min(protocol.batch(), images))) {
            for (Optional<Batch> batch = batches.next(); batch.isPresent(); batch = batches.next()) {
                work.accept(batch.get());
            }
        }
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }
}
