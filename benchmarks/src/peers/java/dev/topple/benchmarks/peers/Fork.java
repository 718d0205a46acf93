// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import ai.djl.ndarray.types.DataType;
import dev.topple.engine.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * A process that measures one side of a part once. JMH runs in it without forks: this process is the fork, so that the
 * two sides can take turns.
 */
final class Fork {

    /** Long enough for a clock, short enough for a long list. */
    private static final TimeValue EACH = TimeValue.milliseconds(100);

    private final Path folder;
    private final Side side;
    private final int threads;
    private final Readings readings = new Readings();

    private Fork(Path folder, Side side, int threads) {
        this.folder = folder;
        this.side = side;
        this.threads = threads;
    }

    /**
     * Measures.
     *
     * @param args a folder for what comes out, the side, the number of threads, the part, then what the part needs
     */
    public static void main(String[] args) throws RunnerException {
        Path folder = Path.of(args[0]);
        Fork fork = new Fork(folder, Side.valueOf(args[1]), Integer.parseInt(args[2]));
        Part part = Part.of(args[3]);
        switch (part) {
            case CONV -> fork.convolutions(ConvolutionCase.matching(args[4]));
            case ATTACK_STEP -> fork.attack(args[4], args[5]);
            case TRAINING_STEP -> fork.training(args[4]);
            case ACCURACY -> fork.direction(args[4], args[5]);
            case MEMORY, START, FRESH -> fork.steps(args[4], args[5], Integer.parseInt(args[6]));
        }
        fork.readings.write(folder.resolve("readings.json"));
        // Threads of libtorch's or JMH's must not keep the process.
        System.exit(0);
    }

    private void convolutions(List<String> shapes) throws RunnerException {
        boolean topple = side == Side.TOPPLE;
        if (topple) {
            readings.put("peak", "gigaflops", FmaPeak.gigaflops(threads));
        }
        Jmh jmh = topple
                ? new Jmh(ToppleConvolution.class, threads).param("layers", "1", ConvolutionPair.LAYERS)
                : new Jmh(LibtorchConvolution.class, threads);
        jmh.param("shape", shapes.toArray(String[]::new)).param("pass", "FORWARD", "INPUT_GRADIENT");
        if (topple) {
            // Kernels serve many shapes: a first round over all of them is what a network's first steps are.
            jmh.run(0, 1, EACH, new Readings());
        }
        jmh.run(1, 3, EACH, readings);
        if (topple) {
            for (String shape : shapes) {
                for (Pass pass : Pass.values()) {
                    readings.note(shape + " " + pass,
                            ToppleConvolution.algorithm(ConvolutionCase.of(shape), pass, threads));
                }
            }
        }
    }

    private void attack(String attacked, String variant) throws RunnerException {
        switch (side) {
            case TOPPLE -> new Jmh(ToppleAttackStep.class, threads).param("attacked", attacked)
                    .param("precision", variant).param("steps", "3").param("folder", folder.toString())
                    .run(1, 1, TimeValue.NONE, readings);
            case LIBTORCH -> {
                for (Way way : Way.values()) {
                    new Jmh(LibtorchAttackStep.class, threads).param("attacked", attacked).param("way", way.name())
                            .param("steps", "1").param("folder", folder.toString())
                            .run(1, way == Way.STRONG ? 2 : 1, TimeValue.NONE, readings);
                }
            }
        }
    }

    private void training(String trained) throws RunnerException {
        boolean topple = side == Side.TOPPLE;
        new Jmh(topple ? ToppleTrainingStep.class : LibtorchTrainingStep.class, threads).param("trained", trained)
                .run(topple ? 6 : 2, 5, TimeValue.NONE, readings);
        try (Training training = Training.of(side, TrainingCase.of(trained), threads)) {
            for (int step = 0; step < TrainingCase.COMPARED; step++) {
                readings.put("losses", "step" + step, training.step());
            }
        }
    }

    private void direction(String attacked, String variant) {
        AttackCase of = AttackCase.of(attacked);
        switch (side) {
            case TOPPLE -> {
                try (ToppleAttack attack = new ToppleAttack(of, threads, Precision.of(variant))) {
                    DirectionFile.write(folder, attack);
                }
            }
            case LIBTORCH -> {
                Libtorch.load(threads);
                DataType type = DataType.valueOf(variant.toUpperCase(Locale.ROOT));
                try (TorchAttack attack = new TorchAttack(of.network(), of.scenes(), Way.STRONG, type)) {
                    DirectionFile.write(folder, attack, of);
                }
            }
        }
    }

    private void steps(String attacked, String variant, int steps) {
        StepMarks marks = StepMarks.of(side, AttackCase.of(attacked), variant, threads, steps);
        marks.into(readings);
    }
}
