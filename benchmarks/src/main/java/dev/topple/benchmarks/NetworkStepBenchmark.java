// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks;

import dev.topple.attacks.Attack;
import dev.topple.attacks.AttackResult;
import dev.topple.attacks.CompiledAttack;
import dev.topple.attacks.ImageKeys;
import dev.topple.attacks.balance.Dgba;
import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.step.Ifgsm;
import dev.topple.benchmarks.networks.NetworkModel;
import dev.topple.benchmarks.networks.Scenes;
import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Precision;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A DGBA attack on a network of the papers, any device. On a GPU steps run while the host goes on, so a step cannot be
 * timed by itself: two attacks that differ in their number of steps alone can, and a step is the difference of their
 * times over that of their steps. Copies of images and the losses before and after drop out.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2)
@Measurement(iterations = 7)
@Fork(value = 1, jvmArgsPrepend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
    "-XX:ObjectAlignmentInBytes=64", "-XX:+IgnoreUnrecognizedVMOptions", "-XX:+UseTransparentHugePages"})
@State(Scope.Thread)
public class NetworkStepBenchmark {

    /** A network. */
    @Param("resnet34-light")
    private String network;

    /** Images at a time. */
    @Param({"1", "8", "32"})
    private int images;

    /** The size of an image, height x width. */
    @Param("288x384")
    private String size;

    /** What computes. */
    @Param("cuda")
    private String device;

    /** How exactly. */
    @Param({"exact", "fast"})
    private String precision;

    /** Steps of an attack. */
    @Param({"5", "25"})
    private int steps;

    private Device opened;
    private CompiledAttack attack;
    private Scenes scenes;
    private long[] keys;

    /** Makes the images and compiles the attack. */
    @Setup
    public void compile() {
        int x = size.indexOf('x');
        scenes = Scenes.of(images, Integer.parseInt(size.substring(0, x)), Integer.parseInt(size.substring(x + 1)));
        keys = ImageKeys.of(1, 0, images);
        opened = Devices.open(device, new DeviceOptions(0, Precision.of(precision)));
        attack = Attack.of(new NetworkModel(network), Budgets.linf(8 / 255.0), new Ifgsm(steps), new Dgba())
                .on(opened);
    }

    /** Frees everything. */
    @TearDown
    public void close() {
        attack.close();
        opened.close();
    }

    /** One attack. */
    @Benchmark
    public AttackResult attack() {
        return attack.run(scenes.images(), scenes.labels(), keys);
    }
}
