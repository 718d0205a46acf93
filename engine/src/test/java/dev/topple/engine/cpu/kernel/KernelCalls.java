// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import dev.topple.engine.cpu.kernel.LossKernels.Memory;
import dev.topple.engine.cpu.kernel.SoftmaxKernels.Places;
import dev.topple.engine.graph.Relation;
import dev.topple.engine.graph.Resampling;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Every kernel of this package on sizes that have whole vectors and a rest, to see whether calls allocate. */
public final class KernelCalls {

    private static final int N = 300;
    private static final int SIZE = 8192;

    private final LaneKernels lanes;
    private final float[] a = floats(1);
    private final float[] b = floats(2);
    private final float[] out = new float[SIZE];
    private final float[] memory = new float[1 << 16];
    private final int[] ints = new int[SIZE];
    private final int[] truth = new int[SIZE];
    private final Map<String, Runnable> calls = new LinkedHashMap<>();

    private KernelCalls(LaneKernels lanes) {
        this.lanes = lanes;
        Random random = new Random(3);
        for (int i = 0; i < SIZE; i++) {
            ints[i] = random.nextInt(5);
            truth[i] = random.nextInt(2);
        }
    }

    private static float[] floats(long seed) {
        Random random = new Random(seed);
        float[] values = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** The calls by name. */
    public static Map<String, Runnable> of(LaneKernels lanes) {
        KernelCalls kernels = new KernelCalls(lanes);
        kernels.arithmetic();
        kernels.choices();
        kernels.functions();
        kernels.sums();
        kernels.rows();
        kernels.softMaxima();
        kernels.images();
        kernels.losses();
        return kernels.calls;
    }

    private void arithmetic() {
        ElementKernels k = lanes.elements();
        calls.put("add", () -> k.add(out, 1, a, 2, b, 3, N));
        calls.put("subtract", () -> k.subtract(out, 1, a, 2, b, 3, N));
        calls.put("multiply", () -> k.multiply(out, 1, a, 2, b, 3, N));
        calls.put("scale", () -> k.scale(out, 1, a, 2, 0.3f, N));
        calls.put("divide", () -> k.divide(out, 1, a, 2, b, 3, N));
        calls.put("maximum", () -> k.maximum(out, 1, a, 2, b, 3, N));
        calls.put("minimum", () -> k.minimum(out, 1, a, 2, b, 3, N));
        calls.put("negate", () -> k.negate(out, 1, a, 2, N));
        calls.put("abs", () -> k.abs(out, 1, a, 2, N));
        calls.put("sqrt", () -> k.sqrt(out, 1, a, 2, N));
        calls.put("inverse", () -> k.inverse(out, 1, a, 2, N));
    }

    private void choices() {
        ElementKernels k = lanes.elements();
        calls.put("clamp", () -> k.clamp(out, 1, a, 2, -1, 1, N));
        calls.put("clampGradient", () -> k.clampGradient(out, 1, a, 2, b, 3, -1, 1, N));
        calls.put("relu", () -> k.relu(out, 1, a, 2, N));
        calls.put("reluGradient", () -> k.reluGradient(out, 1, a, 2, b, 3, N));
        calls.put("sign", () -> k.sign(out, 1, a, 2, N));
        calls.put("choose", () -> k.choose(out, 1, truth, 2, a, 3, b, 4, N));
        int[] result = new int[SIZE];
        calls.put("choose of integers", () -> k.choose(result, 1, truth, 2, ints, 3, truth, 4, N));
        // In turn, as a program with several comparisons calls them: an operator must not become a variable.
        Relation[] relations = Relation.values();
        int[] turn = {0};
        calls.put("compare", () -> k.compare(relations[turn[0]++ % relations.length], result, 1, a, 2, b, 3, N));
        calls.put("compare of integers",
                () -> k.compare(relations[turn[0]++ % relations.length], result, 1, ints, 2, truth, 3, N));
    }

    private void functions() {
        ElementKernels k = lanes.elements();
        calls.put("exp", () -> k.exp(out, 1, a, 2, N));
        calls.put("log", () -> k.log(out, 1, a, 2, N));
        calls.put("sigmoid", () -> k.sigmoid(out, 1, a, 2, b, 3, N));
        calls.put("tanh", () -> k.tanh(out, 1, a, 2, b, 3, N));
        float[] sum = new float[SIZE];
        calls.put("exponentials", () -> k.exponentials(out, 1, a, 2, b, sum, N));
        calls.put("raise", () -> k.raise(sum, a, 2, N));
    }

    private void sums() {
        float[] partial = new float[LaneKernels.WIDTH];
        calls.put("sum", () -> out[0] = lanes.sum(a, 1, N, partial));
        calls.put("sumSquares", () -> out[0] = lanes.sumSquares(a, 1, N, 0.1f, partial));
        calls.put("sumProducts", () -> out[0] = lanes.sumProducts(a, 1, b, 2, N, 0.1f, partial));
        calls.put("max", () -> out[0] = lanes.max(a, 1, N, partial));
    }

    private void rows() {
        calls.put("accumulate", () -> lanes.accumulate(out, a, 1, N));
        calls.put("accumulateMax", () -> lanes.accumulateMax(out, a, 1, N));
        calls.put("blend", () -> lanes.blend(out, 1, a, 2, b, 3, 0.3f, N));
        calls.put("addScaled", () -> lanes.addScaled(out, 1, a, 2, 0.3f, N));
        ResizeTables.Axis axis = ResizeTables.Axis.of(Resampling.Method.BILINEAR, 40, 83);
        ResizeTables.Adjoint back = ResizeTables.Adjoint.of(axis, 40);
        calls.put("stretch", () -> lanes.stretch(out, 1, 83, a, 2, 40, 7, axis.first(), axis.second(), axis.weight(),
                83));
        calls.put("collect", () -> lanes.collect(out, 1, 40, a, 2, 83, 7, back.index(), back.weight(), back.taps(),
                40));
    }

    private void softMaxima() {
        float[][] blocks = new float[3][512];
        int[] valid = new int[512];
        float[] none = {};
        for (Places places : new Places[] {new Places(5, 512, 1), new Places(5, 1, 5)}) {
            String where = places.placeStride() == 1 ? "" : " innermost";
            calls.put("probabilities" + where,
                    () -> SoftmaxKernels.probabilities(places, a, 1, out, 2, N, blocks, lanes));
            calls.put("logProbabilities" + where,
                    () -> SoftmaxKernels.logProbabilities(places, a, 1, out, 2, N, blocks, lanes));
            calls.put("crossEntropy" + where, () -> SoftmaxKernels.crossEntropy(places, a, 1, ints, 0, none, 0,
                    3, out, 2, N, blocks, lanes));
            calls.put("crossEntropyGradient" + where, () -> SoftmaxKernels.crossEntropyGradient(places, a, 1, ints, 0,
                    b, 3, none, 0, 3, out, 2, N, blocks, valid, lanes));
        }
    }

    private void images() {
        ResizeKernel kernel = new ResizeKernel(Resampling.Method.BILINEAR, 9, 24, 20, 50, lanes);
        calls.put("resize", () -> kernel.resize(a, 1, out, 2, memory));
        calls.put("resizeGradient", () -> kernel.gradient(a, 1, out, 2, memory));
    }

    private void losses() {
        Memory rows = new Memory(5, 48, 2000, 2300, 2400, 2500);
        LossKernels losses = lanes.losses();
        calls.put("powers", () -> losses.powers(rows, memory, 0, 300, 48, 0.3f, ints, 0, 4, 0, 48));
        calls.put("gradients", () -> losses.gradients(rows, memory, 0.3f, ints, 0, 0, 48, 600, 900, 48));
        ResizedLossKernel kernel = new ResizedLossKernel(Resampling.Method.BILINEAR, 5, 9, 24, 20, 50, 4, lanes);
        float[] part = new float[kernel.unfinished()];
        int[] sixteen = new int[kernel.intScratch()];
        calls.put("resized loss", () -> kernel.strip(1, a, 1, ints, 2, out, 3, false, part, 0, memory, sixteen));
        calls.put("resized loss with gradient",
                () -> kernel.strip(1, a, 1, ints, 2, out, 3, true, part, 0, memory, sixteen));
        calls.put("end of the gradient", () -> kernel.finish(2, part, 0, 0.3f, out, 1));
    }
}
