// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import ai.djl.ndarray.types.DataType;
import com.sun.management.OperatingSystemMXBean;
import dev.topple.engine.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * The first steps of an attack in a fresh process: when each began and ended, and what the process needed.
 *
 * @param marks one more than there were steps
 * @param firstStep when the first step was over, milliseconds since 1970
 * @param firstStepProcessor how long the process's threads had been on a processor by the end of all steps,
 *     milliseconds
 * @param peakMebibytes the most memory that the process ever had resident
 * @param preparedMebibytes what of it are weights in the forms that algorithms need
 */
record StepMarks(List<Clock.Mark> marks, double firstStep, double firstStepProcessor, double peakMebibytes,
        double preparedMebibytes) {

    private static final double MEBIBYTE = 1 << 20;
    private static final Path STATUS = Path.of("/proc/self/status");

    /**
     * Attacks.
     *
     * @param variant a {@link Precision} or a {@link Way}
     */
    static StepMarks of(Side side, AttackCase of, String variant, int threads, int steps) {
        return switch (side) {
            case TOPPLE -> topple(of, Precision.of(variant), threads, steps);
            case LIBTORCH -> libtorch(of, Way.valueOf(variant.toUpperCase(Locale.ROOT)), threads, steps);
        };
    }

    /** What is known once the steps are done. */
    private static StepMarks now(List<Clock.Mark> marks, DoubleSupplier preparedBytes) {
        double sinceFirst = (System.nanoTime() - marks.get(1).wall()) * 1e-6;
        double epoch = System.currentTimeMillis() - sinceFirst;
        double processor = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() * 1e-6;
        return new StepMarks(marks, epoch, processor, peak(), preparedBytes.getAsDouble() / MEBIBYTE);
    }

    private static StepMarks topple(AttackCase of, Precision precision, int threads, int steps) {
        try (ToppleAttack attack = new ToppleAttack(of, threads, precision)) {
            return now(attack.attack(steps), () -> Algorithms.preparedBytes(attack.direction().explanation()));
        }
    }

    private static StepMarks libtorch(AttackCase of, Way way, int threads, int steps) {
        Libtorch.load(threads);
        List<Clock.Mark> marks = new ArrayList<>();
        try (TorchAttack attack = new TorchAttack(of.network(), of.scenes(), way, DataType.FLOAT32)) {
            marks.add(Clock.Mark.now());
            for (int step = 0; step < steps; step++) {
                attack.step();
                marks.add(Clock.Mark.now());
            }
        }
        return now(marks, () -> 0);
    }

    /** VmHWM, the high-water mark of resident memory. */
    private static double peak() {
        try {
            return Files.readAllLines(STATUS).stream().filter(line -> line.startsWith("VmHWM:")).findFirst()
                    .map(line -> Double.parseDouble(line.replaceAll("\\D", "")) * 1024 / MEBIBYTE)
                    .orElseThrow(() -> new IllegalStateException(STATUS + " has no line VmHWM"));
        } catch (IOException e) {
            throw new UncheckedIOException("the memory of a process is read on Linux alone: " + e.getMessage(), e);
        }
    }

    void into(Readings readings) {
        long own = Clock.Mark.ownBytes();
        for (int i = 1; i < marks.size(); i++) {
            Clock.Mark from = marks.get(i - 1);
            Clock.Mark to = marks.get(i);
            String step = "step" + i;
            readings.put(step, "wall_ms", (to.wall() - from.wall()) / (double) TimeUnit.MILLISECONDS.toNanos(1));
            readings.put(step, "cpu_ms", (to.cpu() - from.cpu()) / (double) TimeUnit.MILLISECONDS.toNanos(1));
            readings.put(step, "allocated", Math.max(0, to.allocated() - from.allocated() - own));
        }
        readings.put("process", "first_step_epoch_ms", firstStep);
        readings.put("process", "processor_ms", firstStepProcessor);
        readings.put("process", "peak_mib", peakMebibytes);
        readings.put("process", "prepared_mib", preparedMebibytes);
    }
}
