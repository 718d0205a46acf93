// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import dev.topple.attacks.AttackGraphs.Stage;
import dev.topple.attacks.balance.DrawnWeights;
import dev.topple.attacks.balance.GramWeights;
import dev.topple.attacks.budget.EightBits;
import dev.topple.engine.Device;
import dev.topple.engine.Executable;
import dev.topple.engine.ProgramCache;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Task;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An attack on a device. It compiles its programs when it first meets a shape of batch and keeps those of the last few
 * shapes. Used by one thread at a time; close it to free its programs and memory on the device.
 */
public final class CompiledAttack implements AutoCloseable {

    private static final int SHAPES = 2;

    private final Attack attack;
    private final Device device;
    private final LinkedHashMap<Shape, Session> sessions = new LinkedHashMap<>(4, 0.75f, true);
    private Optional<StepListener> listener = Optional.empty();
    private boolean closed;

    CompiledAttack(Attack attack, Device device) {
        this.attack = attack;
        this.device = device;
    }

    /** The attack. */
    public Attack attack() {
        return attack;
    }

    /**
     * Has somebody look on from the next run on, instead of whoever did before. The attack computes the same bits as
     * without; its seconds count what the listener takes.
     */
    public void onStep(StepListener onlooker) {
        listener = Optional.of(onlooker);
    }

    /**
     * The memory on the device for batches of a shape: what the programs hold for intermediate values, and what is kept
     * between them. The model's weights are not counted.
     *
     * @param images {@code [N, 3, H, W]}
     */
    public long bytes(Shape images) {
        Session session = session(images);
        session.compile();
        long sum = session.variables.all().stream()
                .mapToLong(variable -> (long) Float.BYTES * variable.type().shape().size())
                .sum();
        for (Stage stage : Stage.values()) {
            sum += session.uses(stage) ? session.programs.get(stage).arenaBytes() : 0;
        }
        return sum;
    }

    /**
     * Attacks a batch.
     *
     * @param images floats {@code [N, 3, H, W]} in [0, 1]; not changed
     * @param labels for each task of the model labels of its label type; not changed
     * @param keys a random key per image, {@link ImageKeys#of}
     * @throws IllegalArgumentException if images, labels and keys do not fit the model and each other
     */
    public AttackResult run(Tensor images, Map<String, Tensor> labels, long[] keys) {
        return run(images, labels, keys, images.shape().dim(0));
    }

    /**
     * Attacks a short batch that was filled up.
     *
     * @param count how many rows are images, the first ones; what becomes of the others means nothing, and they have no
     *     part in what a balancer that {@linkplain dev.topple.attacks.balance.Balancer#couplesImages couples images}
     *     computes over the batch
     */
    public AttackResult run(Tensor images, Map<String, Tensor> labels, long[] keys, int count) {
        return run(images, labels, keys, count, Optional.empty());
    }

    /**
     * Attacks a part of each image.
     *
     * @param count how many rows are images
     * @param mask floats {@code [N, 1, H, W]}: 1 where an image may change, 0 where it stays as it is; given exactly if
     *     the attack's {@linkplain Aim aim} says so
     */
    public AttackResult run(Tensor images, Map<String, Tensor> labels, long[] keys, int count, Optional<Tensor> mask) {
        if (closed) {
            throw new IllegalStateException("this attack was closed");
        }
        BatchChecks.check(attack.model(), images, labels, keys.length);
        if (count < 1 || count > keys.length) {
            throw new IllegalArgumentException("of " + keys.length + " rows, " + count + " cannot be images");
        }
        BatchChecks.checkMask(attack.aim(), images, mask);
        Session session = session(images.shape());
        session.compile();
        long begin = System.nanoTime();
        Executable load = session.programs.get(Stage.LOAD);
        load.feed("images", images);
        load.feed("rows", rows(keys.length, count));
        mask.ifPresent(each -> load.feed(AttackGraphs.MASK, each));
        attack.model().tasks().forEach(task -> load.feed("label." + task.name(), labels.get(task.name())));
        load.run();
        for (int walk = 0; walk < attack.rule().restarts(); walk++) {
            walk(session, keys, walk);
        }
        Executable finish = session.programs.get(Stage.FINISH);
        if (attack.aim().quantized()) {
            Executable result = session.programs.get(Stage.RESULT);
            result.run();
            finish.feed(AttackGraphs.ROUNDED,
                    EightBits.rounded(attack.budget(), images, result.fetch(AttackGraphs.ROUNDED)));
        }
        finish.run();
        return result(load, finish, begin);
    }

    private void walk(Session session, long[] keys, int walk) {
        Executable start = session.programs.get(Stage.START);
        if (session.graphs.takes(Stage.START, AttackGraphs.KEYS)) {
            start.feed(AttackGraphs.KEYS, ImageKeys.ofWalk(keys, walk));
        }
        start.run();
        tell(session, walk, 0, Optional.empty());
        for (int i = 0; i < attack.rule().steps(); i++) {
            feed(session, keys, walk, i);
            tell(session, walk, i + 1, step(session, keys, walk, i));
        }
        if (attack.rule().keepsBest()) {
            session.programs.get(Stage.SETTLE).run();
        }
    }

    private void tell(Session session, int walk, int step, Optional<Tensor> weights) {
        // Without a listener a step allocates nothing.
        if (listener.isPresent()) {
            Executable look = session.programs.get(Stage.LOOK);
            look.run();
            listener.get().onStep(new Iterate(walk, step, look.fetch("iterate"), look.fetch("best"), weights));
        }
    }

    /** What the rule's part of a step reads. */
    private void feed(Session session, long[] keys, int walk, int step) {
        Stage last = attack.balancer() instanceof GramWeights ? Stage.MOVE : Stage.STEP;
        Executable program = session.programs.get(last);
        if (session.graphs.takes(last, AttackGraphs.KEYS)) {
            program.feed(AttackGraphs.KEYS, ImageKeys.ofStepWords(keys, walk, step));
        }
        feedProgress(session, last, step);
        if (last == Stage.MOVE) {
            feedProgress(session, Stage.MEASURE, step);
        }
    }

    private void feedProgress(Session session, Stage stage, int step) {
        if (session.graphs.takes(stage, AttackGraphs.PROGRESS)) {
            Tensor progress = Tensor.scalar((float) step / attack.rule().steps());
            session.programs.get(stage).feed(AttackGraphs.PROGRESS, progress);
        }
    }

    /** Gives the weights that the host decided on, if it did. */
    private Optional<Tensor> step(Session session, long[] keys, int walk, int index) {
        int tasks = attack.attended().size();
        switch (attack.balancer()) {
            case GramWeights gram -> {
                Executable measure = session.programs.get(Stage.MEASURE);
                measure.run();
                Executable move = session.programs.get(Stage.MOVE);
                Tensor weights = HostWeights.of(gram, measure, tasks,
                        ImageKeys.ofStep(keys, walk, index));
                move.feed(Directions.WEIGHTS, weights);
                move.run();
                return listener.map(onlooker -> HostWeights.unscaled(weights, measure, tasks));
            }
            case DrawnWeights drawn -> {
                Executable step = session.programs.get(Stage.STEP);
                Tensor weights = HostWeights.of(drawn, session.rows(), tasks,
                        ImageKeys.ofStep(keys, walk, index));
                step.feed(Directions.WEIGHTS, weights);
                step.run();
                return Optional.of(weights);
            }
            default -> {
                session.programs.get(Stage.STEP).run();
                return Optional.empty();
            }
        }
    }

    private AttackResult result(Executable load, Executable finish, long begin) {
        Tensor adversarial = finish.fetch("adversarial");
        Map<String, float[]> cleanLosses = new LinkedHashMap<>();
        Map<String, float[]> finalLosses = new LinkedHashMap<>();
        Map<String, int[]> zeroWeightSteps = new LinkedHashMap<>();
        for (Task task : attack.model().tasks()) {
            cleanLosses.put(task.name(), load.fetch("loss." + task.name()).floats());
            finalLosses.put(task.name(), finish.fetch("loss." + task.name()).floats());
            if (attack.balancer().attends(task)) {
                zeroWeightSteps.put(task.name(), counts(finish.fetch("zeroWeightSteps." + task.name())));
            }
        }
        return new AttackResult(adversarial, cleanLosses, finalLosses, load.fetch("merit").floats(),
                finish.fetch("merit").floats(), zeroWeightSteps, counts(finish.fetch("undefinedSteps")),
                counts(finish.fetch("zeroSteps")),
                new AttackResult.Climb(finish.fetch("startMerit").floats(), finish.fetch("firstMerit").floats(),
                        finish.fetch("bestMerit").floats()),
                attack.passes(), (System.nanoTime() - begin) * 1e-9);
    }

    private static Tensor rows(int all, int count) {
        float[] rows = new float[all];
        Arrays.fill(rows, 0, count, 1);
        return Tensor.of(Shape.of(all), rows);
    }

    private static int[] counts(Tensor floats) {
        int[] counts = new int[floats.shape().size()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = Math.round(floats.floats()[i]);
        }
        return counts;
    }

    private Session session(Shape shape) {
        Session known = sessions.get(shape);
        if (known != null) {
            return known;
        }
        Iterator<Session> oldest = sessions.values().iterator();
        while (sessions.size() >= SHAPES) {
            Session session = oldest.next();
            oldest.remove();
            session.close();
        }
        Session session = new Session(shape);
        sessions.put(shape, session);
        return session;
    }

    @Override
    public void close() {
        closed = true;
        sessions.values().forEach(Session::close);
        sessions.clear();
    }

    /** Programs and variables for one shape of batch. */
    private final class Session {

        private final AttackVariables variables;
        private final ProgramCache<Stage> programs;
        private final AttackGraphs graphs;

        private Session(Shape shape) {
            int kept = attack.balancer() instanceof GramWeights ? attack.attended().size() : 0;
            variables = new AttackVariables(shape, attack.model().tasks(), kept);
            graphs = new AttackGraphs(attack, variables);
            programs = new ProgramCache<>(device, Stage.values().length, graphs::of);
        }

        /** Ahead of the first run and in order: the start of a walk introduces the states that its steps use. */
        private void compile() {
            for (Stage stage : Stage.values()) {
                if (uses(stage)) {
                    programs.get(stage);
                }
            }
        }

        private boolean uses(Stage stage) {
            boolean halves = attack.balancer() instanceof GramWeights;
            return switch (stage) {
                case STEP -> !halves;
                case MEASURE, MOVE -> halves;
                case SETTLE -> attack.rule().keepsBest();
                case RESULT -> attack.aim().quantized();
                case LOOK -> listener.isPresent();
                default -> true;
            };
        }

        private int rows() {
            return variables.clean.type().shape().dim(0);
        }

        private void close() {
            programs.close();
            variables.all().forEach(device::release);
        }
    }
}
