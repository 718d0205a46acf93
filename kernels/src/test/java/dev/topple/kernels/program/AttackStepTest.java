// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Executable;
import dev.topple.engine.Precision;
import dev.topple.engine.reference.ReferenceDevice;
import dev.topple.engine.reference.ReferenceExecutable;
import dev.topple.engine.tensor.Tensor;
import dev.topple.kernels.emulator.EmulatedDriver;
import dev.topple.kernels.emulator.EmulatorOptions;
import dev.topple.kernels.emulator.EmulatorOptions.BlockOrder;
import org.junit.jupiter.api.Test;

/** Whole attack steps of a small model, on the emulator, against the device {@code reference}. */
class AttackStepTest {

    private static final double STEP = 1 / 255.0;
    private static final double EPSILON = 4 / 255.0;

    private final SmallModel model = new SmallModel(3);

    private static double relativeError(double[] expected, float[] actual) {
        double error = 0;
        double scale = 0;
        for (int i = 0; i < expected.length; i++) {
            error += (expected[i] - actual[i]) * (expected[i] - actual[i]);
            scale += expected[i] * expected[i];
        }
        return Math.sqrt(error / scale);
    }

    private static double disagreement(float[] a, float[] b) {
        int different = 0;
        for (int i = 0; i < a.length; i++) {
            different += Math.abs(a[i] - b[i]) > STEP / 2 ? 1 : 0;
        }
        return (double) different / a.length;
    }

    @Test
    void firstStepIsThatOfTheReference() {
        try (CudaDevice device = EmulatedDevices.exact();
                Executable program = device.compile(model.step(STEP, EPSILON));
                ReferenceDevice oracle = new ReferenceDevice();
                ReferenceExecutable judge = oracle.compile(model.step(STEP, EPSILON))) {
            model.feed(program);
            model.feed(judge);
            program.run();
            judge.run();
            for (String output : new String[] {"segmentation", "depth", "gradient"}) {
                double error = relativeError(judge.fetchDoubles(output), program.fetch(output).floats());
                assertTrue(error < 1e-5, () -> output + " is off by " + error + "\n" + program.explain());
            }
            double flipped = disagreement(model.iterate(oracle).floats(), model.iterate(device).floats());
            assertTrue(flipped < 0.002, () -> "signs of " + flipped + " of the pixels differ");
        }
    }

    @Test
    void recordedStepsGiveTheBitsOfUnrecordedOnes() {
        Tensor[] once = new Tensor[4];
        Tensor[] again = new Tensor[4];
        for (Tensor[] iterates : new Tensor[][] {once, again}) {
            try (CudaDevice device = EmulatedDevices.exact();
                    Executable program = device.compile(model.step(STEP, EPSILON))) {
                model.feed(program);
                for (int step = 0; step < iterates.length; step++) {
                    if (iterates == again && step > 0) {
                        // A device that has seen no run yet, at the same place: its first run is not recorded.
                        device.write(model.iterate, iterates[step - 1]);
                        try (Executable fresh = device.compile(model.step(STEP, EPSILON))) {
                            model.feed(fresh);
                            fresh.run();
                        }
                    } else {
                        program.run();
                    }
                    iterates[step] = model.iterate(device);
                }
                assertEquals(iterates == once, ((CudaProgram) program).isRecorded());
            }
        }
        for (int step = 0; step < once.length; step++) {
            assertTrue(once[step].sameBits(again[step]), "step " + step + " gives other bits");
        }
        assertTrue(!once[0].sameBits(once[3]), "the iterate moves");
    }

    @Test
    void tensorCoresComeCloseAndRepeatTheirBits() {
        try (CudaDevice device = EmulatedDevices.fast();
                Executable program = device.compile(model.step(STEP, EPSILON));
                ReferenceDevice oracle = new ReferenceDevice();
                ReferenceExecutable judge = oracle.compile(model.step(STEP, EPSILON))) {
            model.feed(program);
            model.feed(judge);
            program.run();
            judge.run();
            Tensor gradient = program.fetch("gradient");
            double error = relativeError(judge.fetchDoubles("gradient"), gradient.floats());
            assertTrue(error < 0.02, () -> "the gradient is off by " + error);
            device.write(model.iterate, model.clean);
            program.run();
            assertTrue(gradient.sameBits(program.fetch("gradient")), "a second run gives other bits");
        }
    }

    @Test
    void anOldDeviceWorksWithoutTensorCores() {
        EmulatedDriver driver = new EmulatedDriver(EmulatorOptions.standard().withCapability(75));
        try (CudaDevice old = new CudaDevice(driver, Precision.FAST); CudaDevice exact = EmulatedDevices.exact()) {
            assertTrue(moved(old, model).sameBits(moved(exact, model)));
        }
    }

    @Test
    void theOrderOfBlocksChangesNothing() {
        EmulatorOptions options = EmulatorOptions.standard();
        EmulatedDriver backwards = new EmulatedDriver(options.withBlockOrder(BlockOrder.DESCENDING, 1));
        EmulatedDriver mixed = new EmulatedDriver(options.withBlockOrder(BlockOrder.SHUFFLED, 5));
        try (CudaDevice one = EmulatedDevices.fast(); CudaDevice two = new CudaDevice(backwards, Precision.FAST);
                CudaDevice three = new CudaDevice(mixed, Precision.FAST)) {
            Tensor usual = moved(one, model);
            assertTrue(usual.sameBits(moved(two, model)));
            assertTrue(usual.sameBits(moved(three, model)));
        }
    }

    @Test
    void anImageIsTreatedAsIfItWereAlone() {
        for (boolean exact : new boolean[] {true, false}) {
            try (CudaDevice device = exact ? EmulatedDevices.exact() : EmulatedDevices.fast()) {
                Tensor together = moved(device, model);
                for (int image = 0; image < SmallModel.IMAGES; image++) {
                    assertTrue(SmallModel.one(together, image).sameBits(moved(device, model.alone(image))),
                            "image " + image + (exact ? " in fp32" : " in tf32"));
                }
            }
        }
    }

    /** The gradient of the first step. */
    private static Tensor moved(CudaDevice device, SmallModel model) {
        try (Executable program = device.compile(model.step(STEP, EPSILON))) {
            model.feed(program);
            program.run();
            return program.fetch("gradient");
        }
    }

    @Test
    void withoutJoiningTheResultIsNearlyTheSame() {
        try (CudaDevice device = EmulatedDevices.exact(); CudaDevice plain = EmulatedDevices.plain();
                Executable joined = device.compile(model.step(STEP, EPSILON));
                Executable single = plain.compile(model.step(STEP, EPSILON))) {
            int works = ((CudaProgram) joined).workCount();
            int most = ((CudaProgram) single).workCount();
            assertTrue(2 * works < most, () -> works + " works instead of " + most + "\n" + joined.explain());
            model.feed(joined);
            model.feed(single);
            joined.run();
            single.run();
            double flipped = disagreement(model.iterate(device).floats(), model.iterate(plain).floats());
            assertTrue(flipped < 0.002, () -> "signs of " + flipped + " of the pixels differ");
        }
    }
}
