// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Convolution.Geometry;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JoinedPointwiseTest {

    private static ConvolutionTask task(int images, int parts, int each, int height, int width, int target) {
        return ConvolutionTask.inputGradient(Geometry.UNIT, images, target, height, width, parts * each, 1, 1,
                Form.BLOCKED, Form.BLOCKED);
    }

    private static float[] random(Random random, int size) {
        float[] x = new float[size];
        for (int i = 0; i < size; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    private static float[] nans(int size) {
        float[] x = new float[size];
        Arrays.fill(x, Float.NaN);
        return x;
    }

    /** Runs with parts that follow each other in one array, or with each in its own; plain in, plain out. */
    private static float[] run(Simd simd, int threads, ConvolutionTask task, int parts, boolean together, float[][] x,
            float[] w, float[] residual) {
        int plane = task.targetHeight() * task.targetWidth();
        int each = task.sourceChannels() / parts;
        Epilogue epilogue = new Epilogue(false, false, true, true, false);
        JoinedPointwise plan = new JoinedPointwise(TileKernel.of(simd), task, parts, epilogue);
        try (Workers workers = new Workers(threads)) {
            float[] packed = nans(plan.packedSize() + 3);
            plan.pack(workers, w, 0, packed, 3);
            int size = Form.BLOCKED.size(task.images(), each, task.targetHeight(), task.targetWidth());
            float[] all = nans(parts * (size + 5));
            for (int part = 0; part < parts; part++) {
                float[] blocked = ReferenceConvolution.toBlocked(x[part], task.images(), each, plane);
                System.arraycopy(blocked, 0, all, part * (size + 5), size);
                plan.source(part, together ? all : blocked, together ? part * (size + 5) : 0);
            }
            // The residual is where the target goes.
            float[] y = new float[task.targetSize() + 7];
            float[] added = ReferenceConvolution.toBlocked(residual, task.images(), task.targetChannels(), plane);
            System.arraycopy(added, 0, y, 7, added.length);
            epilogue.residual(y, 7);
            float[] scratch = nans(plan.scratch(threads) + 5);
            plan.run(workers, all, 0, packed, 3, y, 7, scratch, 5);
            return ReferenceConvolution.toPlain(Arrays.copyOfRange(y, 7, y.length), task.images(),
                    task.targetChannels(), plane);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 2, 16, 3, 4, 16", "2, 5, 32, 6, 8, 48", "2, 3, 16, 7, 5, 20", "1, 2, 48, 1, 13, 70",
        "3, 3, 96, 11, 19, 33", "1, 4, 16, 8, 12, 32", "1, 2, 16, 2, 97, 17"})
    void rightAndTheSameBits(int images, int parts, int each, int height, int width, int target) {
        ConvolutionTask task = task(images, parts, each, height, width, target);
        Random random = new Random(task.hashCode());
        int plane = height * width;
        float[][] x = new float[parts][];
        float[] whole = new float[images * parts * each * plane];
        for (int part = 0; part < parts; part++) {
            x[part] = random(random, images * each * plane);
            for (int n = 0; n < images; n++) {
                System.arraycopy(x[part], n * each * plane, whole, (n * parts + part) * each * plane, each * plane);
            }
        }
        float[] w = random(random, task.weightSize());
        float[] residual = random(random, images * target * plane);
        double[] expected = ReferenceConvolution.of(task, whole, w);
        for (int i = 0; i < expected.length; i++) {
            expected[i] = Math.max(0, expected[i] + residual[i]);
        }
        float[] first = run(Simd.chosen(), 1, task, parts, true, x, w, residual);
        assertTrue(ReferenceConvolution.error(expected, first) < 1e-6,
                "error " + ReferenceConvolution.error(expected, first));
        for (Simd simd : Simd.values()) {
            assertArrayEquals(first, run(simd, 3, task, parts, true, x, w, residual), simd.toString());
        }
        float[] apart = run(Simd.chosen(), 2, task, parts, false, x, w, residual);
        assertTrue(ReferenceConvolution.error(expected, apart) < 1e-6,
                "apart: error " + ReferenceConvolution.error(expected, apart));
    }

    @Test
    void refusesWhatItCannotDo() {
        assertFalse(JoinedPointwise.serves(task(1, 3, 8, 5, 5, 16), 3), "parts that are no whole blocks");
        assertFalse(JoinedPointwise.serves(task(1, 2, 16, 2, 5, 16), 2), "a plane smaller than a tile");
        assertFalse(JoinedPointwise.serves(task(1, 20, 16, 5, 5, 16), 20), "too long a chain");
        assertFalse(JoinedPointwise.serves(ConvolutionTask.inputGradient(Geometry.UNIT.padding(1), 1, 16, 5, 5, 32, 3,
                3, Form.BLOCKED, Form.BLOCKED), 2), "a kernel of 3 by 3");
        assertEquals(2, assertThrows(IllegalArgumentException.class, () -> new JoinedPointwise(
                TileKernel.of(Simd.OFF), task(1, 2, 8, 5, 5, 16), 2, Epilogue.none())).getMessage()
                .split(" parts").length);
    }
}
