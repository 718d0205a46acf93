// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A step of training in Topple: forward, backward, Adam. */
@BenchmarkMode(Mode.SingleShotTime)
@Fork(0)
@State(Scope.Thread)
public class ToppleTrainingStep {

    /** As {@link TrainingCase} reads it. */
    @Param("resnet18-light 8x96x128")
    private String trained;

    /** Threads to work with. */
    @Param("1")
    private int threads;

    private Training training;

    /** Makes network and images. */
    @Setup
    public void prepare() {
        training = Training.of(Side.TOPPLE, TrainingCase.of(trained), threads);
    }

    /** One step. */
    @Benchmark
    public double step(Clock clock) {
        clock.start();
        double loss = training.step();
        clock.stop();
        return loss;
    }

    /** Frees everything. */
    @TearDown
    public void close() {
        training.close();
    }
}
