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
import dev.topple.mtl.model.MultiTaskModel;
import dev.topple.mtl.train.DefaultRecipe;
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

/** An IFGSM attack of ten steps on the model that comes with Topple; the time is that of one step of one batch. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 2, jvmArgsPrepend = "--add-modules=jdk.incubator.vector")
@State(Scope.Thread)
public class AttackStepBenchmark {

    private static final int STEPS = 10;

    /** How the tasks become one direction. */
    @Param({"single:segmentation", "total", "signsum", "dgba"})
    private String balancer;

    /** Images at a time. */
    @Param({"1", "8"})
    private int images;

    /** Threads of the device; 0 for all processors. */
    @Param("0")
    private int threads;

    private Device device;
    private CompiledAttack attack;
    private Batch batch;

    /** Renders the images and compiles the attack. The time of a step does not depend on the weights. */
    @Setup
    public void compile() {
        MultiTaskModel model = MultiTaskModel.create("untrained", DefaultRecipe.description(), 1);
        device = Devices.open("cpu", new DeviceOptions(threads));
        RoomsDataset rooms = RoomsDataset.heldOut(images, RoomsDataset.HEIGHT, RoomsDataset.WIDTH);
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
