// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.attacks.trace;

import dev.topple.attacks.Attack;
import dev.topple.attacks.AttackResult;
import dev.topple.attacks.CompiledAttack;
import dev.topple.attacks.Iterate;
import dev.topple.engine.Device;
import dev.topple.engine.Executable;
import dev.topple.engine.ProgramCache;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.task.Task;
import java.util.Map;
import java.util.Optional;

/**
 * Runs an attack and looks at every iterate: one forward pass more for each, and a backward pass for each task that the
 * attack follows. The attack itself runs as it is, so it ends with the same bits.
 *
 * <pre>{@code
 * try (Tracer tracer = new Tracer(attack, device)) {
 *     tracer.run(images, labels, ImageKeys.of(seed, 0, 8), step -> step.forEach(System.out::println));
 * }
 * }</pre>
 *
 * <p>Used by one thread at a time; close it to free its programs and memory on the device.
 */
public final class Tracer implements AutoCloseable {

    private static final int SHAPES = 2;

    private final Attack attack;
    private final CompiledAttack compiled;
    private final ProgramCache<Shape> programs;
    /** Whether the objective asks for it; the same for all shapes. */
    private boolean takesProgress;

    /** Makes ready; nothing is compiled yet. */
    public Tracer(Attack attack, Device device) {
        this.attack = attack;
        this.compiled = attack.on(device);
        this.programs = new ProgramCache<>(device, SHAPES, this::graph);
    }

    private Graph graph(Shape images) {
        Graph graph = TraceGraph.of(attack, images);
        takesProgress = graph.inputs().containsKey(TraceGraph.PROGRESS);
        return graph;
    }

    /**
     * Attacks a batch.
     *
     * @param images floats {@code [N, 3, H, W]} in [0, 1]; not changed
     * @param labels for each task of the model labels of its label type; not changed
     * @param keys a random key per image
     * @param sink takes the records
     * @throws IllegalArgumentException if images, labels and keys do not fit the model and each other
     */
    public AttackResult run(Tensor images, Map<String, Tensor> labels, long[] keys, TraceSink sink) {
        return run(images, labels, keys, Optional.empty(), sink);
    }

    /**
     * Attacks a part of each image.
     *
     * @param mask where images may change, as {@link CompiledAttack#run(Tensor, Map, long[], int, Optional)} takes it
     */
    public AttackResult run(Tensor images, Map<String, Tensor> labels, long[] keys, Optional<Tensor> mask,
            TraceSink sink) {
        Run run = new Run(images, labels, sink);
        compiled.onStep(run::step);
        return compiled.run(images, labels, keys, keys.length, mask);
    }

    @Override
    public void close() {
        compiled.close();
        programs.close();
    }

    /** One batch on its way. */
    private final class Run {

        private final Tensor clean;
        private final Map<String, Tensor> labels;
        private final TraceSink sink;
        private boolean begun;
        private Optional<Place> last = Optional.empty();

        private Run(Tensor clean, Map<String, Tensor> labels, TraceSink sink) {
            this.clean = clean;
            this.labels = labels;
            this.sink = sink;
        }

        private void step(Iterate iterate) {
            Executable program = programs.get(clean.shape());
            if (!begun) {
                begin(program);
            }
            last.ifPresent(place -> sink.record(place.records(clean, Optional.of(iterate))));
            program.feed(TraceGraph.IMAGES, iterate.images());
            int steps = attack.rule().steps();
            progress(program, Math.min(iterate.step(), steps - 1));
            program.run();
            Place here = new Place(attack, iterate, program);
            sink.see(new Seen(iterate.walk(), iterate.step(), iterate.images(), program));
            last = Optional.of(here);
            if (iterate.step() == steps) {
                sink.record(here.records(clean, Optional.empty()));
                last = Optional.empty();
            }
        }

        /** What stays the same for all iterates; the losses of the clean images come from the program itself. */
        private void begin(Executable program) {
            begun = true;
            Tensor none = Tensor.zeros(clean.type().withShape(Shape.of(clean.shape().dim(0))));
            for (Task task : attack.model().tasks()) {
                program.feed(TraceGraph.LABEL + task.name(), labels.get(task.name()));
            }
            attack.attended().forEach(task -> program.feed(TraceGraph.CLEAN_LOSS + task.name(), none));
            program.feed(TraceGraph.IMAGES, clean);
            progress(program, 0);
            program.run();
            attack.attended().forEach(task -> program.feed(TraceGraph.CLEAN_LOSS + task.name(),
                    program.fetch(TraceGraph.LOSS + task.name())));
            sink.clean(new Seen(0, 0, clean, program));
        }

        private void progress(Executable program, int step) {
            if (takesProgress) {
                program.feed(TraceGraph.PROGRESS, Tensor.scalar((float) step / attack.rule().steps()));
            }
        }
    }

    private record Seen(int walk, int step, Tensor images, Executable program) implements Sight {

        @Override
        public Tensor prediction(Task task) {
            return program.fetch(TraceGraph.PREDICTION + task.name());
        }
    }
}
