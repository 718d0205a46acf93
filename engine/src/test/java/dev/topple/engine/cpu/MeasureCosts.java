// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.Precision;
import dev.topple.engine.cpu.AlgorithmChoice.Candidate;
import dev.topple.engine.cpu.LeastSquares.Sample;
import dev.topple.engine.cpu.blocked.CacheLine;
import dev.topple.engine.cpu.blocked.ConvolutionPlan;
import dev.topple.engine.cpu.blocked.ConvolutionTask;
import dev.topple.engine.cpu.blocked.Epilogue;
import dev.topple.engine.cpu.blocked.Form;
import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.random.RandomSource;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Measures every algorithm that serves a convolution on a list of convolutions, on one thread and by its running time,
 * fits the constants of {@link ConvolutionCosts} to the times, and prints a table and the constants to paste. Started
 * by {@code benchmarks/run costs}; takes less than four minutes. It lies among the tests because it looks inside.
 */
public final class MeasureCosts {

    /** Channels of image and result, kernel, height, width, dilation, stride, groups. */
    private static final String[] SHAPES = {
        // ResNets, a pyramid's decoder, small maps.
        "64 64 3 72 96 1 1 1", "64 64 3 36 48 1 1 1", "64 64 3 18 24 1 1 1", "128 128 3 36 48 1 1 1",
        "128 128 3 18 24 1 1 1", "128 128 3 9 12 1 1 1", "128 128 3 6 8 1 1 1", "256 256 3 18 24 1 1 1",
        "256 256 3 9 12 1 1 1", "512 512 3 18 24 1 1 1", "512 512 3 9 12 1 1 1", "512 512 3 5 6 1 1 1",
        "32 32 3 96 128 1 1 1", "32 32 3 48 64 1 1 1", "32 32 3 24 32 1 1 1", "48 48 3 24 32 1 1 1",
        "96 96 3 12 16 1 1 1", "512 128 3 36 48 1 1 1", "512 128 3 18 24 1 1 1",
        // Dilated.
        "128 256 3 36 48 2 1 1", "256 256 3 36 48 2 1 1", "256 256 3 18 24 2 1 1", "512 512 3 36 48 4 1 1",
        "512 512 3 18 24 4 1 1", "512 256 3 36 48 12 1 1", "512 256 3 28 28 12 1 1", "512 256 3 36 48 24 1 1",
        // Strided.
        "64 128 3 72 96 1 2 1", "128 256 3 36 48 1 2 1", "3 64 7 144 192 1 2 1", "3 32 3 96 128 1 1 1",
        "3 32 3 112 112 1 2 1",
        // One pixel.
        "512 256 1 36 48 1 1 1", "256 1024 1 18 24 1 1 1", "64 256 1 36 48 1 1 1", "128 32 1 24 32 1 1 1",
        "64 128 1 72 96 1 2 1", "128 13 1 36 48 1 1 1", "32 1 1 96 128 1 1 1", "32 3 1 96 128 1 1 1",
        // MobileNetV2.
        "32 16 1 112 112 1 1 1", "16 96 1 112 112 1 1 1", "96 24 1 56 56 1 1 1", "24 144 1 56 56 1 1 1",
        "192 64 1 14 14 1 1 1", "576 96 1 14 14 1 1 1", "320 1280 1 7 7 1 1 1", "96 96 3 112 112 1 2 96",
        "144 144 3 56 56 1 1 144", "384 384 3 14 14 1 1 384", "960 960 3 7 7 1 1 960"};

    private static final int SAMPLES = 7;
    private static final double SAMPLE_SECONDS = 0.03;
    private static final double WARM_SECONDS = 0.12;
    /** What weights take turns in: more than the caches keep, as in a network. */
    private static final int WEIGHT_FLOATS = 6 << 20;

    private final ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    private final RandomSource random = new RandomSource(1);

    /** One algorithm for one convolution. */
    private record Timing(Candidate candidate, double microseconds) {

        Sample sample() {
            return new Sample(candidate.cost().counts(), microseconds * 1000);
        }
    }

    /** All algorithms for one convolution. */
    private record Case(String name, boolean grouped, List<Timing> timings) {

        /** Whether the constants are to fit it: nobody would take the direct algorithm, channel by channel. */
        boolean counts(Timing timing) {
            return !grouped || timing.candidate().name().equals("depthwise");
        }

        Timing fastest() {
            return timings.stream().min((a, b) -> Double.compare(a.microseconds(), b.microseconds())).orElseThrow();
        }

        /** The choice by constants of each algorithm, with the rule of {@link AlgorithmChoice}. */
        Timing choice(Map<String, double[]> each) {
            Timing best = timings.get(0);
            for (Timing timing : timings) {
                best = expected(timing, each) < AlgorithmChoice.WORTH_MEMORY * expected(best, each) ? timing : best;
            }
            return best;
        }

        static double expected(Timing timing, Map<String, double[]> each) {
            return timing.sample().expected(each.get(timing.candidate().name())) / 1000;
        }
    }

    /** Measures and prints. */
    public static void main(String[] args) {
        new MeasureCosts().run();
    }

    private void run() {
        try (Workers workers = new Workers(1)) {
            CpuContext context = CpuContext.of(workers, Simd.chosen(), Precision.FAST);
            // A first pass is what a network's first steps are: kernels serve many shapes.
            for (int i = 0; i < SHAPES.length; i += 4) {
                measure(SHAPES[i], false, context, 2, 0.02);
                measure(SHAPES[i], true, context, 2, 0.02);
            }
            List<Case> cases = new ArrayList<>();
            for (String shape : SHAPES) {
                cases.add(measure(shape, false, context, SAMPLES, WARM_SECONDS));
                cases.add(measure(shape, true, context, SAMPLES, WARM_SECONDS));
            }
            report(cases);
        }
    }

    private Case measure(String shape, boolean backward, CpuContext context, int samples, double warmSeconds) {
        int[] s = Arrays.stream(shape.split(" ")).mapToInt(Integer::parseInt).toArray();
        Geometry geometry = Geometry.UNIT.padding(s[2] / 2 * s[5]).dilation(s[5]).stride(s[6]).groups(s[7]);
        Form image = form(s[0]);
        Form result = form(s[1]);
        ConvolutionTask task = backward
                ? ConvolutionTask.inputGradient(geometry, 1, s[0], s[3], s[4], s[1], s[2], s[2], result, image)
                : ConvolutionTask.forward(geometry, 1, s[0], s[3], s[4], s[1], s[2], s[2], image, result);
        float[] x = floats(task.sourceSize());
        float[] w = floats(task.weightSize());
        float[] y = new float[CacheLine.FIRST + task.targetSize()];
        List<Timing> timings = new ArrayList<>();
        for (Candidate candidate : AlgorithmChoice.candidates(task, Epilogue.none(), false, context)) {
            timings.add(new Timing(candidate,
                    microseconds(candidate.plan().get(), context.workers(), x, w, y, samples, warmSeconds)));
        }
        return new Case(String.format("%4d to %4d, %dx%d, %3dx%3d%s%s%s%s", s[0], s[1], s[2], s[2], s[3], s[4],
                s[5] > 1 ? ", dilation " + s[5] : "", s[6] > 1 ? ", stride " + s[6] : "",
                s[7] > 1 ? ", depthwise" : "", backward ? ", gradient" : ""), s[7] > 1, timings);
    }

    /** As the layout pass has it: few channels are not worth a block. */
    private static Form form(int channels) {
        return channels < 13 ? Form.PLAIN : Form.BLOCKED;
    }

    private float[] floats(int size) {
        float[] values = new float[CacheLine.FIRST + size];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }

    private double microseconds(ConvolutionPlan plan, Workers workers, float[] x, float[] w, float[] y, int samples,
            double warmSeconds) {
        float[] packed = new float[CacheLine.FIRST + plan.packedSize()];
        plan.pack(workers, w, CacheLine.FIRST, packed, CacheLine.FIRST);
        float[][] weights = new float[Math.clamp(WEIGHT_FLOATS / Math.max(1, packed.length), 1, 8)][];
        Arrays.setAll(weights, i -> packed.clone());
        float[] scratch = new float[CacheLine.FIRST + plan.scratch(1)];
        int turn = 0;
        int calls = 0;
        long begin = clock.getCurrentThreadCpuTime();
        double each;
        do {
            plan.run(workers, x, CacheLine.FIRST, weights[turn++ % weights.length], CacheLine.FIRST, y,
                    CacheLine.FIRST, scratch, CacheLine.FIRST);
            calls++;
            each = (clock.getCurrentThreadCpuTime() - begin) * 1e-9 / calls;
        } while (calls < 2 || each * calls < warmSeconds);
        int repeats = (int) Math.max(1, Math.round(SAMPLE_SECONDS / each));
        double[] times = new double[samples];
        for (int i = 0; i < samples; i++) {
            begin = clock.getCurrentThreadCpuTime();
            for (int k = 0; k < repeats; k++) {
                plan.run(workers, x, CacheLine.FIRST, weights[turn++ % weights.length], CacheLine.FIRST, y,
                        CacheLine.FIRST, scratch, CacheLine.FIRST);
            }
            times[i] = (clock.getCurrentThreadCpuTime() - begin) * 1e-3 / repeats;
        }
        Arrays.sort(times);
        return times[samples / 2];
    }

    private static void report(List<Case> cases) {
        Map<String, List<Sample>> samples = new LinkedHashMap<>();
        Map<String, double[]> known = new LinkedHashMap<>();
        for (Case one : cases) {
            for (Timing timing : one.timings()) {
                List<Sample> list = samples.computeIfAbsent(timing.candidate().name(), name -> new ArrayList<>());
                if (one.counts(timing)) {
                    list.add(timing.sample());
                }
                known.put(timing.candidate().name(), timing.candidate().cost().nanoseconds());
            }
        }
        Map<String, double[]> fitted = new LinkedHashMap<>();
        samples.forEach((name, list) -> fitted.put(name, LeastSquares.fit(list)));
        print("Microseconds of one image on one thread, measured (expected by the new constants).%n%n");
        print("| convolution | %s | fastest | choice before | choice now |%n|%s%n",
                String.join(" | ", samples.keySet()), " --- |".repeat(samples.size() + 4));
        for (Case one : cases) {
            String times = samples.keySet().stream()
                    .map(name -> one.timings().stream().filter(t -> t.candidate().name().equals(name)).findFirst()
                            .map(t -> format("%.0f (%.0f)", t.microseconds(), Case.expected(t, fitted))).orElse(""))
                    .collect(Collectors.joining(" | "));
            print("| %s | %s | %s | %s | %s |%n", one.name(), times, one.fastest().candidate().name(),
                    verdict(one, known), verdict(one, fitted));
        }
        summary("before", cases, known);
        summary("now", cases, fitted);
        print("%nTo paste into ConvolutionCosts, nanoseconds:%n");
        fitted.forEach((name, each) -> print("%-10s {%s}%n", name,
                Arrays.stream(each).mapToObj(one -> format("%.4g", one)).collect(Collectors.joining(", "))));
    }

    private static String verdict(Case one, Map<String, double[]> each) {
        Timing choice = one.choice(each);
        double loss = choice.microseconds() / one.fastest().microseconds();
        return choice.candidate().name() + (loss > 1 ? format(", %.2f times the fastest", loss) : "");
    }

    private static void summary(String when, List<Case> cases, Map<String, double[]> each) {
        double chosen = 0;
        double fastest = 0;
        double worst = 1;
        double error = 0;
        int count = 0;
        for (Case one : cases) {
            chosen += one.choice(each).microseconds();
            fastest += one.fastest().microseconds();
            worst = Math.max(worst, one.choice(each).microseconds() / one.fastest().microseconds());
            for (Timing timing : one.timings()) {
                if (one.counts(timing)) {
                    error += Math.abs(Math.log(Case.expected(timing, each) / timing.microseconds()));
                    count++;
                }
            }
        }
        print("%nConstants %s: %.0f us in all, %.0f if the fastest were always chosen; at worst %.2f times the fastest;"
                + " expected times are off by a factor of %.2f on average (geometric).%n", when, chosen, fastest, worst,
                Math.exp(error / count));
    }

    private static String format(String text, Object... values) {
        return String.format(Locale.ROOT, text, values);
    }

    private static void print(String text, Object... values) {
        System.out.print(format(text, values));
    }
}
