// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Executable;
import dev.topple.engine.Precision;
import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.reference.ReferenceDevice;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A net whose images are in blocks nearly everywhere: its values, and the same bits under all circumstances. */
class BlockedNetTest {

    private static final int WIDTH = 3;

    private static List<Tensor> attack(Device device, int first, int count) {
        try (device; Executable program = device.compile(SmallNet.attack(count, WIDTH))) {
            program.feed("x", SmallNet.images(first, count));
            program.feed("labels", SmallNet.labels(first, count));
            program.run();
            return List.of(program.fetch("loss"), program.fetch("gradient"), program.fetch("step"));
        }
    }

    private static CpuDevice device(int threads, boolean fuse, Simd simd, Precision precision) {
        return new CpuDevice(new DeviceOptions(threads, precision), fuse, simd);
    }

    private static CpuDevice device(int threads) {
        return device(threads, true, Simd.chosen(), Precision.FAST);
    }

    private static double relativeError(float[] expected, float[] actual) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow(actual[i] - (double) expected[i], 2);
            norm += Math.pow(expected[i], 2);
        }
        return Math.sqrt(difference / norm);
    }

    private static double equalSigns(float[] expected, float[] actual) {
        int equal = 0;
        for (int i = 0; i < expected.length; i++) {
            equal += Math.signum(expected[i]) == Math.signum(actual[i]) ? 1 : 0;
        }
        return (double) equal / expected.length;
    }

    private static void sameBits(List<Tensor> expected, List<Tensor> actual, String what) {
        for (int i = 0; i < expected.size(); i++) {
            assertTrue(expected.get(i).sameBits(actual.get(i)), what + ": tensor " + i + " differs");
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void lossAndGradientAreThoseOfTheReference(Precision precision) {
        List<Tensor> expected = attack(new ReferenceDevice(), 0, 3);
        for (boolean fuse : new boolean[] {true, false}) {
            List<Tensor> actual = attack(device(2, fuse, Simd.chosen(), precision), 0, 3);
            double tolerance = precision == Precision.EXACT ? 1e-5 : 1e-4;
            assertEquals(0, relativeError(expected.get(0).floats(), actual.get(0).floats()), tolerance, "loss");
            float[] exact = expected.get(1).floats();
            float[] gradient = actual.get(1).floats();
            assertEquals(0, relativeError(exact, gradient), 10 * tolerance, "gradient");
            assertTrue(equalSigns(exact, gradient) > 0.999, "signs: " + equalSigns(exact, gradient));
        }
    }

    @Test
    void nearlyAllIsBlocked() {
        Graph graph = SmallNet.attack(1, WIDTH);
        try (CpuDevice device = device(1); CpuProgram program = (CpuProgram) device.compile(graph)) {
            long reorders = Arrays.stream(program.instructions()).filter(ReorderInstruction.class::isInstance).count();
            assertEquals(0, reorders, program.explain());
            assertTrue(program.explain().lines().filter(line -> line.contains("blocked to blocked")).count() > 8,
                    program.explain());
        }
    }

    @Test
    void trainingIsTheSameFusedAndNot() {
        List<Tensor> fused = SmallNet.train(2, true, Simd.chosen(), 2, 2, WIDTH);
        List<Tensor> single = SmallNet.train(2, false, Simd.chosen(), 2, 2, WIDTH);
        for (int i = 0; i < fused.size(); i++) {
            assertEquals(0, relativeError(single.get(i).floats(), fused.get(i).floats()), 2e-3, "tensor " + i);
        }
    }

    @Test
    void threadsDoNotMatter() {
        sameBits(attack(device(1), 0, 3), attack(device(3), 0, 3), "attack");
        sameBits(SmallNet.train(1, true, Simd.chosen(), 3, 1, WIDTH),
                SmallNet.train(3, true, Simd.chosen(), 3, 1, WIDTH), "training");
    }

    @ParameterizedTest
    @EnumSource(Simd.class)
    void theWidthOfVectorsDoesNotMatter(Simd simd) {
        if (simd.bits() <= Simd.chosen().bits()) {
            sameBits(attack(device(2), 0, 2), attack(device(2, true, simd, Precision.FAST), 0, 2), "attack");
            sameBits(SmallNet.train(2, true, Simd.chosen(), 2, 1, WIDTH), SmallNet.train(2, true, simd, 2, 1, WIDTH),
                    "training");
        }
    }

    @Test
    void neighboursDoNotMatter() {
        List<Tensor> batch = attack(device(2), 0, 4);
        for (int image = 0; image < 4; image++) {
            List<Tensor> alone = attack(device(1), image, 1);
            for (int k = 0; k < alone.size(); k++) {
                Shape shape = alone.get(k).shape();
                float[] row = Arrays.copyOfRange(batch.get(k).floats(), image * shape.size(),
                        (image + 1) * shape.size());
                assertTrue(alone.get(k).sameBits(Tensor.of(shape, row)), "image " + image + ", output " + k);
            }
        }
    }
}
