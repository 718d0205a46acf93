// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Executable;
import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same bits, whatever the threads, the neighbours and the state of the JVM. */
class CpuDeterminismTest {

    private static List<Tensor> attack(int threads, int first, int count) {
        try (CpuDevice device = new CpuDevice(new DeviceOptions(threads));
                Executable program = device.compile(SmallNet.attack(count))) {
            program.feed("x", SmallNet.images(first, count));
            program.feed("labels", SmallNet.labels(first, count));
            program.run();
            return List.of(program.fetch("loss"), program.fetch("gradient"), program.fetch("step"));
        }
    }

    private static void assertSameBits(List<Tensor> expected, List<Tensor> actual, String what) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertTrue(expected.get(i).sameBits(actual.get(i)), what + ": tensor " + i + " differs");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void threadsDoNotMatter(int threads) {
        assertSameBits(attack(1, 0, 4), attack(threads, 0, 4), threads + " threads, attack");
        assertSameBits(SmallNet.train(1, true, Simd.chosen(), 4, 2), SmallNet.train(threads, true, Simd.chosen(), 4, 2),
                threads + " threads, training");
    }

    @Test
    void vectorsDoNotMatter() {
        assertSameBits(SmallNet.train(2, true, Simd.OFF, 3, 2), SmallNet.train(2, true, Simd.chosen(), 3, 2),
                "plain loops");
    }

    @Test
    void neighboursDoNotMatter() {
        List<Tensor> batch = attack(2, 0, 5);
        for (int image = 0; image < 5; image++) {
            List<Tensor> alone = attack(2, image, 1);
            for (int k = 0; k < alone.size(); k++) {
                Shape shape = alone.get(k).shape();
                float[] row = Arrays.copyOfRange(batch.get(k).floats(), image * shape.size(),
                        (image + 1) * shape.size());
                assertTrue(alone.get(k).sameBits(Tensor.of(shape, row)),
                        "image " + image + ", output " + k + " differs from the same image alone");
            }
        }
    }

    @Test
    void repeatedRunsAgree() {
        // Long enough for some kernels to be compiled in between.
        try (CpuDevice device = new CpuDevice(new DeviceOptions(2));
                Executable program = device.compile(SmallNet.attack(2))) {
            program.feed("x", SmallNet.images(0, 2));
            program.feed("labels", SmallNet.labels(0, 2));
            program.run();
            Tensor first = program.fetch("gradient");
            for (int i = 0; i < 40; i++) {
                program.run();
                assertTrue(first.sameBits(program.fetch("gradient")), "run " + i + " differs");
            }
        }
    }

    @Test
    void interpretedCodeAgrees() throws Exception {
        long here = 0;
        // Warm, so that at least part of it is compiled.
        for (int i = 0; i < 30; i++) {
            here = BitsProbe.checksum();
        }
        assertEquals(Long.toString(here), BitsProbe.inChild("-Xint"));
    }
}
