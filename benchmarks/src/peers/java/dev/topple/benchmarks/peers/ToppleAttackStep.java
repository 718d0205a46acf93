// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import dev.topple.engine.Precision;
import java.nio.file.Path;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** An attack of some steps in Topple; the {@link Clock} counts its steps alone, not what is done once per attack. */
@BenchmarkMode(Mode.SingleShotTime)
@Fork(0)
@State(Scope.Thread)
public class ToppleAttackStep {

    /** As {@link AttackCase} reads it. */
    @Param("resnet34-light 1x288x384")
    private String attacked;

    /** {@code fast} or {@code exact}. */
    @Param("fast")
    private String precision;

    /** Steps of an attack. */
    @Param("3")
    private int steps;

    /** Threads of the device. */
    @Param("1")
    private int threads;

    /** Where to file the direction of the clean images in the end; nowhere if empty. */
    @Param("")
    private String folder;

    private ToppleAttack attack;

    /** Makes network and images. */
    @Setup
    public void prepare() {
        attack = new ToppleAttack(AttackCase.of(attacked), threads, Precision.of(precision));
    }

    /** One attack. */
    @Benchmark
    public void attack(Clock clock) {
        List<Clock.Mark> marks = attack.attack(steps);
        for (int i = 0; i < steps; i++) {
            clock.add(marks.get(i), marks.get(i + 1));
        }
    }

    /** Files what is to be compared and frees everything. */
    @TearDown
    public void close() {
        if (!folder.isEmpty()) {
            DirectionFile.write(Path.of(folder), attack);
        }
        attack.close();
    }
}
