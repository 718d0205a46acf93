// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Precision;
import dev.topple.engine.cpu.blocked.ConvolutionTask;
import dev.topple.engine.cpu.blocked.Epilogue;
import dev.topple.engine.cpu.blocked.Form;
import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Convolution.Geometry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which algorithm a convolution gets, and what that must not depend on. */
class AlgorithmChoiceTest {

    private final Workers workers = new Workers(1);

    @AfterEach
    void close() {
        workers.close();
    }

    private AlgorithmChoice choice(ConvolutionTask task, Precision precision) {
        return AlgorithmChoice.of(task, Epilogue.none(), false, CpuContext.of(workers, Simd.OFF, precision));
    }

    private static ConvolutionTask task(int images, Geometry geometry, int in, int out, int kernel, int height,
            int width) {
        return ConvolutionTask.forward(geometry, images, in, height, width, out, kernel, kernel, Form.BLOCKED,
                Form.BLOCKED);
    }

    @Test
    void winogradServesLargeImagesOfThreeByThree() {
        ConvolutionTask task = task(1, Geometry.UNIT.padding(1), 64, 64, 3, 72, 96);
        assertTrue(choice(task, Precision.FAST).plan().algorithm().contains("F(4"), "the fastest");
        assertTrue(choice(task, Precision.EXACT).plan().algorithm().contains("F(2"), "the fastest that is exact");
        assertFalse(choice(task, Precision.EXACT).reason().contains("F(4"), "not even thought of");
        assertEquals("direct", choice(task, Precision.DIRECT).plan().algorithm(), "the smallest");
        assertFalse(choice(task, Precision.DIRECT).reason().contains("F("), "not even thought of");
    }

    @Test
    void dilationBeyondTheImageIsDirect() {
        // Of the nine taps only the one in the middle meets the image.
        ConvolutionTask task = task(1, Geometry.UNIT.padding(24).dilation(24), 256, 256, 3, 18, 24);
        assertTrue(choice(task, Precision.FAST).plan().algorithm().contains("direct"),
                choice(task, Precision.FAST).reason());
    }

    @Test
    void strideAndOnePixelKernelsAreDirect() {
        assertTrue(choice(task(1, Geometry.UNIT.padding(1).stride(2), 64, 128, 3, 72, 96), Precision.FAST).plan()
                .algorithm().contains("direct"));
        assertTrue(choice(task(1, Geometry.UNIT, 256, 64, 1, 18, 24), Precision.FAST).plan().algorithm()
                .contains("direct"));
    }

    @Test
    void channelsApartAreDepthwise() {
        assertTrue(choice(task(1, Geometry.UNIT.padding(1).groups(96), 96, 96, 3, 56, 56), Precision.FAST).plan()
                .algorithm().contains("depthwise"));
    }

    /** The same algorithm for the same expected costs, written out, whatever the batch. */
    @Test
    void theBatchDoesNotMatter() {
        for (int dilation : new int[] {1, 2, 4, 12}) {
            for (int channels : new int[] {16, 40, 128, 512}) {
                Geometry geometry = Geometry.UNIT.padding(dilation).dilation(dilation);
                assertEquals(choice(task(1, geometry, channels, 64, 3, 20, 26), Precision.FAST).reason(),
                        choice(task(9, geometry, channels, 64, 3, 20, 26), Precision.FAST).reason());
            }
        }
    }
}
