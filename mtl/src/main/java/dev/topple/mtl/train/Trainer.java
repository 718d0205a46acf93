// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.Device;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.random.Philox;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Variable;
import dev.topple.mtl.data.Batch;
import dev.topple.mtl.data.Batches;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.Sample;
import dev.topple.mtl.model.TrainableModel;
import dev.topple.mtl.task.Task;
import dev.topple.mtl.task.Tasks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Trains a model: epochs over a shuffled data set, one program a step, checkpoints. A training that was killed at any
 * instant and is started again with the same arguments ends with the same bits as one that was not.
 */
public final class Trainer {

    private final Device device;
    private final TrainableModel model;
    private final Dataset dataset;
    private final TrainingConfiguration configuration;
    private final Path file;
    private final TrainingListener listener;
    private final Adam adam;
    private final Checkpoint checkpoint;

    /**
     * Prepares a training.
     *
     * @param device does the work; afterwards it holds the trained weights
     * @param model starts with the initial values of its variables, unless there is a checkpoint
     * @param dataset images of one size, with labels for all tasks of the model
     * @param file the checkpoint: read if it is there, written every so many steps and at the end
     * @throws IllegalArgumentException if data set, model and configuration do not fit together
     */
    public Trainer(Device device, TrainableModel model, Dataset dataset, TrainingConfiguration configuration, Path file,
            TrainingListener listener) {
        this.device = device;
        this.model = model;
        this.dataset = dataset;
        this.configuration = configuration;
        this.file = file;
        this.listener = listener;
        for (Task task : model.tasks()) {
            if (!dataset.labelled().contains(task.name())) {
                throw new IllegalArgumentException(dataset.name() + " has no labels for the task " + task.name());
            }
        }
        for (String task : configuration.lossWeights().keySet()) {
            if (!Tasks.names(model.tasks()).contains(task)) {
                throw new IllegalArgumentException("a loss weight names the task " + task + ", but the model has "
                        + String.join(", ", Tasks.names(model.tasks())));
            }
        }
        if (dataset.size() < configuration.batch()) {
            throw new IllegalArgumentException(dataset.name() + " has " + dataset.size()
                    + " images, fewer than a batch of " + configuration.batch());
        }
        this.adam = new Adam(configuration.adam(), model.parameters());
        List<Variable> state = new ArrayList<>(model.parameters());
        state.addAll(model.statistics());
        state.addAll(adam.moments());
        this.checkpoint = new Checkpoint(file, state, description());
    }

    private JsonObject description() {
        JsonValue.Builder json = JsonValue.object();
        configuration.toJson().members().forEach(json::put);
        return json.put("data", dataset.name()).put("tasks", JsonValue.strings(Tasks.names(model.tasks()))).build();
    }

    /**
     * Looks whether {@link #run} would go on with the checkpoint, if there is one. It reads no image, so it can be
     * asked before a data set is prepared.
     *
     * @throws dev.topple.engine.io.FormatException if the checkpoint cannot be read or is of another training
     */
    public void requireResumable() {
        if (Files.exists(file)) {
            checkpoint.check();
        }
    }

    /**
     * Trains to the end, from the start or from the checkpoint.
     *
     * @throws DivergedException if a loss is not a number any more; the last checkpoint stays
     * @throws dev.topple.engine.io.FormatException if the checkpoint cannot be read or is of another training
     */
    public void run() {
        int done = 0;
        if (Files.exists(file)) {
            done = checkpoint.load(device);
            listener.resumed(done);
        }
        if (done >= configuration.steps()) {
            return;
        }
        Sample first = dataset.sample(0);
        int perEpoch = dataset.size() / configuration.batch();
        Speed speed = new Speed();
        try (TrainingStep step = new TrainingStep(device, model, adam, configuration, first.height(), first.width())) {
            while (done < configuration.steps()) {
                int epoch = done / perEpoch;
                int end = (int) Math.min((epoch + 1L) * perEpoch, configuration.steps());
                runEpoch(step, epoch, done, end, perEpoch, speed);
                done = end;
            }
        }
    }

    private void runEpoch(TrainingStep program, int epoch, int from, int to, int perEpoch, Speed speed) {
        int[] order = new RandomSource(Philox.derive(configuration.seed(), epoch), 1).permutation(dataset.size());
        int start = (from - epoch * perEpoch) * configuration.batch();
        int[] rest = Arrays.copyOfRange(order, start, start + (to - from) * configuration.batch());
        Dataset augmented = new Augmented(dataset, model.tasks(), configuration, epoch);
        try (Batches batches = Batches.of(augmented, rest, configuration.batch())) {
            for (int step = from; step < to; step++) {
                Batch batch = batches.next().filter(next -> next.count() == configuration.batch())
                        .orElseThrow(() -> new IllegalArgumentException(
                                dataset.name() + " has images of several sizes; training takes images of one size"));
                double rate = configuration.schedule().rate(step);
                Map<String, Double> losses = program.run(batch, step, rate);
                requireFinite(losses, step);
                int done = step + 1;
                speed.stepDone();
                listener.step(new TrainingProgress(done, configuration.steps(), rate, losses,
                        speed.stepsPerSecond() * configuration.batch(), speed.timeFor(configuration.steps() - done)));
                if (done % configuration.checkpointEvery() == 0 || done == configuration.steps()) {
                    checkpoint.save(device, done);
                    listener.checkpoint(done, file);
                }
            }
        }
    }

    private void requireFinite(Map<String, Double> losses, int step) {
        losses.forEach((task, loss) -> {
            if (!Double.isFinite(loss)) {
                throw new DivergedException("the loss of " + task + " is " + loss + " at step " + (step + 1)
                        + (Files.exists(file) ? "; the checkpoint " + file + " is kept" : "")
                        + "; check the data, or train with a smaller learning rate");
            }
        });
    }

    /** Measures time by the last steps. */
    private static final class Speed {

        private static final double SHARE_OF_LAST = 0.05;

        private long last = System.nanoTime();
        private int count;
        private double seconds;

        void stepDone() {
            long now = System.nanoTime();
            double duration = (now - last) / 1e9;
            last = now;
            // The first steps run before the JIT has compiled the kernels, so their weight falls quickly.
            double share = Math.max(SHARE_OF_LAST, 1.0 / ++count);
            seconds += share * (duration - seconds);
        }

        double stepsPerSecond() {
            return seconds > 0 ? 1 / seconds : 0;
        }

        Duration timeFor(int steps) {
            return Duration.ofMillis(Math.round(1000 * seconds * steps));
        }
    }
}
