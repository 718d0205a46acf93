// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks;

import dev.topple.attacks.Attack;
import dev.topple.attacks.CompiledAttack;
import dev.topple.attacks.ImageKeys;
import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.step.Ifgsm;
import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.mtl.data.Batch;
import dev.topple.mtl.data.Batches;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.model.ModelDescription;
import dev.topple.mtl.model.MultiTaskModel;
import dev.topple.mtl.task.Task;
import dev.topple.mtl.train.DefaultRecipe;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One step of an attack: forward pass, balanced backward pass, update. The model is that of {@link DefaultRecipe} with 1,
 * 3 or 5 tasks on one shared encoder; the attack is IFGSM, so that what is measured holds ten steps and two more forward
 * passes (losses before and after), and the time is a tenth of that.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsPrepend = {"--add-modules=jdk.incubator.vector",
    "-XX:ObjectAlignmentInBytes=64", "-XX:+IgnoreUnrecognizedVMOptions", "-XX:+UseTransparentHugePages"})
@State(Scope.Thread)
public class AttackStepBenchmark {

    private static final int STEPS = 10;

    /** How the tasks become one direction. */
    @Param({"single:segmentation", "total", "signsum", "dgba"})
    private String balancer;

    /** How many tasks the model has. */
    @Param({"1", "3", "5"})
    private int tasks;

    /** Images at a time. */
    @Param({"1", "8"})
    private int images;

    /** The size of an image, height x width. */
    @Param({"96x128", "192x256"})
    private String size;

    /** Threads of the device; 0 for all processors. */
    @Param("0")
    private int threads;

    private Device device;
    private CompiledAttack attack;
    private Batch batch;

    /** Renders the images and compiles the attack. The time of a step does not depend on the weights. */
    @Setup
    public void compile() {
        List<Task> attacked = RoomsDataset.allTasks().subList(0, tasks);
        ModelDescription usual = DefaultRecipe.description();
        MultiTaskModel model = MultiTaskModel.create("untrained",
                new ModelDescription(usual.encoder(), usual.decoder(), usual.normalisation(), attacked), 1);
        device = Devices.open("cpu", new DeviceOptions(threads));
        int x = size.indexOf('x');
        RoomsDataset rooms = RoomsDataset.heldOut(images, Integer.parseInt(size.substring(0, x)),
                Integer.parseInt(size.substring(x + 1))).withTasks(attacked);
        try (Batches batches = Batches.of(rooms, images)) {
            batch = batches.next().orElseThrow();
        }
        attack = Attack.of(model, Budgets.linf(8 / 255.0), new Ifgsm(STEPS),
                Balancers.parse(balancer, model.tasks()).get(0)).on(device);
    }

    /** Frees everything. */
    @TearDown
    public void close() {
        attack.close();
        device.close();
    }

    /** Ten steps; JMH divides by ten. */
    @Benchmark
    @OperationsPerInvocation(STEPS)
    public Object step() {
        return attack.run(batch.images(), batch.labels(), ImageKeys.of(1, 0, images));
    }
}
