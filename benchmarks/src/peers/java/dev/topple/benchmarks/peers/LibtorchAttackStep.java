// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import ai.djl.ndarray.types.DataType;
import java.nio.file.Path;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** An attack of some steps in libtorch. */
@BenchmarkMode(Mode.SingleShotTime)
@Fork(0)
@State(Scope.Thread)
public class LibtorchAttackStep {

    /** As {@link AttackCase} reads it. */
    @Param("resnet34-light 1x288x384")
    private String attacked;

    /** How the direction is computed. */
    @Param("STRONG")
    private Way way;

    /** Steps of an attack. */
    @Param("3")
    private int steps;

    /** Threads of libtorch. */
    @Param("1")
    private int threads;

    /** Where to file the direction of the clean images in the end; nowhere if empty. */
    @Param("")
    private String folder;

    private TorchAttack attack;

    /** Makes network and images. */
    @Setup
    public void prepare() {
        Libtorch.load(threads);
        AttackCase of = AttackCase.of(attacked);
        attack = new TorchAttack(of.network(), of.scenes(), way, DataType.FLOAT32);
    }

    /** One attack. */
    @Benchmark
    public void attack(Clock clock) {
        attack.restart();
        for (int i = 0; i < steps; i++) {
            clock.start();
            attack.step();
            clock.stop();
        }
    }

    /** Files what is to be compared and frees everything. */
    @TearDown
    public void close() {
        if (way == Way.STRONG && !folder.isEmpty()) {
            DirectionFile.write(Path.of(folder), attack, AttackCase.of(attacked));
        }
        attack.close();
    }
}
