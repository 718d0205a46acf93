// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.Precision;
import dev.topple.engine.cpu.blocked.ConvolutionPlan;
import dev.topple.engine.cpu.blocked.ConvolutionTask;
import dev.topple.engine.cpu.blocked.DepthwiseConvolution;
import dev.topple.engine.cpu.blocked.DirectConvolution;
import dev.topple.engine.cpu.blocked.Epilogue;
import dev.topple.engine.cpu.blocked.WinogradConvolution;
import dev.topple.engine.cpu.blocked.WinogradTransform;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Which algorithm computes a convolution: of those that serve it and that the precision allows, the one that
 * {@link ConvolutionCosts} expects to be fastest for one image. One whose prepared weight is larger must be faster by a
 * margin.
 *
 * @param plan the algorithm, ready for the convolution's shapes
 * @param reason the candidates and what they are expected to cost, for people
 */
record AlgorithmChoice(ConvolutionPlan plan, String reason) {

    /** What an algorithm may take of another's time to be worth a larger weight. */
    static final double WORTH_MEMORY = 0.92;

    /** An algorithm that serves. */
    record Candidate(String name, ConvolutionCosts.Cost cost, Supplier<ConvolutionPlan> plan) {

        double microseconds() {
            return cost.microseconds();
        }
    }

    /**
     * The choice for a convolution.
     *
     * @param epilogue what the plan does to each finished element
     * @param repacked whether the weight has to be prepared anew in each run
     */
    static AlgorithmChoice of(ConvolutionTask task, Epilogue epilogue, boolean repacked, CpuContext context) {
        List<Candidate> candidates = candidates(task, epilogue, repacked, context);
        Candidate best = candidates.get(0);
        for (Candidate candidate : candidates) {
            best = candidate.microseconds() < WORTH_MEMORY * best.microseconds() ? candidate : best;
        }
        ConvolutionPlan plan = best.plan().get();
        return new AlgorithmChoice(plan, plan.algorithm() + ", " + task.source().name().toLowerCase(Locale.ROOT)
                + " to " + task.target().name().toLowerCase(Locale.ROOT) + "; expected for one image: "
                + candidates.stream()
                        .map(c -> String.format(Locale.ROOT, "%s %.0f us", c.name(), c.microseconds()))
                        .collect(Collectors.joining(", ")));
    }

    /** The algorithms that serve and that the precision allows, in the order of their weights' sizes. */
    static List<Candidate> candidates(ConvolutionTask task, Epilogue epilogue, boolean repacked, CpuContext context) {
        List<Candidate> candidates = new ArrayList<>();
        if (DepthwiseConvolution.serves(task)) {
            candidates.add(new Candidate("depthwise", ConvolutionCosts.depthwise(task),
                    () -> new DepthwiseConvolution(context.simd(), task, epilogue)));
        }
        candidates.add(new Candidate("direct", ConvolutionCosts.direct(task),
                () -> new DirectConvolution(context.tiles(), task, epilogue)));
        if (WinogradConvolution.serves(task) && context.precision() != Precision.DIRECT) {
            candidates.add(winograd(2, task, epilogue, repacked, context));
            if (context.precision() == Precision.FAST) {
                candidates.add(winograd(4, task, epilogue, repacked, context));
            }
        }
        return candidates;
    }

    private static Candidate winograd(int tile, ConvolutionTask task, Epilogue epilogue, boolean repacked,
            CpuContext context) {
        return new Candidate("F(" + tile + "x" + tile + ")", ConvolutionCosts.winograd(task, tile, repacked),
                () -> new WinogradConvolution(context.tiles(), WinogradTransform.of(context.simd()), tile, task,
                        epilogue));
    }
}
