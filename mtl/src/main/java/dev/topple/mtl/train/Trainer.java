// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import dev.topple.engine.Device;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.random.Philox;
import dev.topple.engine.random.RandomSource;
import dev.topple.engine.tensor.Tensor;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
    private final Optional<Validation> validation;
    private final Optimiser optimiser;
    private final Checkpoint checkpoint;

    /** Prepares a training that nothing judges on its way. */
    public Trainer(Device device, TrainableModel model, Dataset dataset, TrainingConfiguration configuration, Path file,
            TrainingListener listener) {
        this(device, model, dataset, configuration, Optional.empty(), file, listener);
    }

    /**
     * Prepares a training.
     *
     * @param device does the work; afterwards it holds the trained weights
     * @param model starts with the initial values of its variables, unless there is a checkpoint
     * @param dataset images of one size, with labels for all tasks of the model
     * @param validation what judges the weights on the way; the best are those that the device holds in the end
     * @param file the checkpoint: read if it is there, written every so many steps and at the end
     * @throws IllegalArgumentException if data set, model and configuration do not fit together
     */
    public Trainer(Device device, TrainableModel model, Dataset dataset, TrainingConfiguration configuration,
            Optional<Validation> validation, Path file, TrainingListener listener) {
        this.device = device;
        this.model = model;
        this.dataset = dataset;
        this.configuration = configuration;
        this.validation = validation;
        this.file = file;
        this.listener = listener;
        requireLabels(dataset);
        validation.ifPresent(judges -> requireLabels(judges.images()));
        for (String task : configuration.lossWeights().keySet()) {
            if (!Tasks.names(model.tasks()).contains(task)) {
                throw new IllegalArgumentException("a loss weight names the task " + task + ", but the model has "
                        + String.join(", ", Tasks.names(model.tasks())));
            }
        }
        if (dataset.size() < configuration.images()) {
            throw new IllegalArgumentException(dataset.name() + " has " + dataset.size()
                    + " images, fewer than a step's " + configuration.images());
        }
        this.optimiser = configuration.optimiser().over(model.parameters(), configuration.encoderRate());
        List<Variable> state = weights();
        state.addAll(optimiser.state());
        this.checkpoint = new Checkpoint(file, state, description());
    }

    private void requireLabels(Dataset images) {
        for (Task task : model.tasks()) {
            if (!images.labelled().contains(task.name())) {
                throw new IllegalArgumentException(images.name() + " has no labels for the task " + task.name());
            }
        }
    }

    private JsonObject description() {
        JsonValue.Builder json = JsonValue.object();
        configuration.toJson().members().forEach(json::put);
        validation.ifPresent(judges -> json.put("validation", judges.toJson()));
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
     * @return how the losses went, all of the training that was resumed included
     * @throws DivergedException if a loss or a weight is not a number any more; the last checkpoint stays
     * @throws dev.topple.engine.io.FormatException if the checkpoint cannot be read or is of another training
     */
    public TrainingCurve run() {
        TrainingState state = new TrainingState(configuration.steps());
        int done = 0;
        if (Files.exists(file)) {
            done = checkpoint.load(device, state);
            listener.resumed(done);
        }
        if (done < configuration.steps() && !state.stopped()) {
            run(state, done);
        }
        for (Variable variable : weights()) {
            Tensor best = state.best().get(variable.name());
            if (best != null) {
                device.write(variable, best);
            }
        }
        return state.curve();
    }

    private void run(TrainingState state, int from) {
        Sample first = dataset.sample(0);
        int perEpoch = dataset.size() / configuration.images();
        Speed speed = new Speed();
        int done = from;
        try (TrainingStep step = new TrainingStep(device, model, optimiser, configuration, first.height(),
                first.width())) {
            while (done < configuration.steps() && !state.stopped()) {
                int epoch = done / perEpoch;
                int end = (int) Math.min((epoch + 1L) * perEpoch, configuration.steps());
                runEpoch(step, state, epoch, done, end, speed);
                done = end;
            }
        }
    }

    private void runEpoch(TrainingStep program, TrainingState state, int epoch, int from, int to, Speed speed) {
        int[] order = new RandomSource(Philox.derive(configuration.seed(), epoch), 1).permutation(dataset.size());
        int start = (from - epoch * (dataset.size() / configuration.images())) * configuration.images();
        int[] rest = Arrays.copyOfRange(order, start, start + (to - from) * configuration.images());
        Dataset augmented = new Augmented(dataset, model.tasks(), configuration, epoch);
        try (Batches batches = Batches.of(augmented, rest, configuration.batch())) {
            for (int step = from; step < to && !state.stopped(); step++) {
                double rate = configuration.schedule().rate(step);
                Map<String, Double> losses = step(program, batches, step, rate);
                int done = step + 1;
                state.trained(done, configuration.steps(), rate, losses);
                speed.stepDone();
                listener.step(new TrainingProgress(done, configuration.steps(), rate, losses,
                        speed.stepsPerSecond() * configuration.images(), speed.timeFor(configuration.steps() - done)));
                boolean last = done == configuration.steps();
                if (validation.isPresent() && (done % validation.get().every() == 0 || last)) {
                    judge(validation.get(), state, done, rate);
                }
                if (done % configuration.checkpointEvery() == 0 || last || state.stopped()) {
                    checkpoint.save(device, done, state);
                    listener.checkpoint(done, file);
                }
            }
        }
    }

    /** Makes a step with as many batches as it takes; the losses are the means of theirs. */
    private Map<String, Double> step(TrainingStep program, Batches batches, int step, double rate) {
        Map<String, Double> losses = new LinkedHashMap<>();
        int parts = configuration.accumulate();
        for (int part = 0; part < parts; part++) {
            Batch batch = batches.next().filter(next -> next.count() == configuration.batch())
                    .orElseThrow(() -> new IllegalArgumentException(
                            dataset.name() + " has images of several sizes; training takes images of one size"));
            program.run(batch, step, part, rate).forEach((task, loss) -> losses.merge(task, loss / parts, Double::sum));
        }
        requireFinite(losses, step);
        return losses;
    }

    private void judge(Validation judges, TrainingState state, int step, double rate) {
        Map<String, Double> losses = new LinkedHashMap<>();
        double score = 0;
        for (TaskEvaluation task : ModelEvaluation.evaluate(device, model, judges.images(), configuration.batch(),
                done -> {}).tasks()) {
            losses.put(task.task().name(), task.loss());
            score += configuration.lossWeight(task.task().name()) * task.loss();
        }
        boolean best = state.judged(new TrainingCurve.Point(step, rate, losses), score, judges.patience());
        if (best) {
            Map<String, Tensor> kept = new LinkedHashMap<>();
            weights().forEach(variable -> kept.put(variable.name(), device.read(variable)));
            state.keep(kept);
        }
        listener.validated(step, losses, best);
    }

    private List<Variable> weights() {
        List<Variable> weights = new ArrayList<>(model.parameters());
        weights.addAll(model.statistics());
        return weights;
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
