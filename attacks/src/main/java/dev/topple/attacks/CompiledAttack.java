// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks;

import dev.topple.attacks.AttackGraphs.Stage;
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

/**
 * An attack on a device. It compiles its programs when it first meets a shape of batch and keeps those of the last few
 * shapes. Used by one thread at a time; close it to free its programs and memory on the device.
 */
public final class CompiledAttack implements AutoCloseable {

    private static final int SHAPES = 2;

    private final Attack attack;
    private final Device device;
    private final LinkedHashMap<Shape, Session> sessions = new LinkedHashMap<>(4, 0.75f, true);
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
        if (closed) {
            throw new IllegalStateException("this attack was closed");
        }
        BatchChecks.check(attack.model(), images, labels, keys.length);
        if (count < 1 || count > keys.length) {
            throw new IllegalArgumentException("of " + keys.length + " rows, " + count + " cannot be images");
        }
        Session session = session(images.shape());
        session.compile();
        long begin = System.nanoTime();
        Executable load = session.programs.get(Stage.LOAD);
        load.feed("images", images);
        load.feed("rows", rows(keys.length, count));
        attack.model().tasks().forEach(task -> load.feed("label." + task.name(), labels.get(task.name())));
        load.run();
        for (int walk = 0; walk < attack.rule().restarts(); walk++) {
            walk(session, ImageKeys.ofWalk(keys, walk));
        }
        Executable finish = session.programs.get(Stage.FINISH);
        finish.run();
        return result(load, finish, begin);
    }

    /** Every kind of balancer so far needs one program per step; one that decides on the host would take turns here. */
    private void walk(Session session, Tensor keys) {
        Executable start = session.programs.get(Stage.START);
        if (session.graphs.drawsRandomNumbers()) {
            start.feed("keys", keys);
        }
        start.run();
        Executable step = session.programs.get(Stage.STEP);
        for (int i = 0; i < attack.rule().steps(); i++) {
            step.run();
        }
        if (attack.rule().keepsBest()) {
            session.programs.get(Stage.SETTLE).run();
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
            variables = new AttackVariables(shape, attack.model().tasks());
            graphs = new AttackGraphs(attack, variables);
            programs = new ProgramCache<>(device, Stage.values().length, graphs::of);
        }

        /** Ahead of the first run and in order: the start of a walk introduces the states that its steps use. */
        private void compile() {
            for (Stage stage : Stage.values()) {
                if (stage != Stage.SETTLE || attack.rule().keepsBest()) {
                    programs.get(stage);
                }
            }
        }

        private void close() {
            programs.close();
            variables.all().forEach(device::release);
        }
    }
}
