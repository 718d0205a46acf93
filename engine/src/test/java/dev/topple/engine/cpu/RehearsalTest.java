// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Executable;
import dev.topple.engine.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class RehearsalTest {

    @Test
    void meetsEveryAlgorithmOfTheUsualEncoders() {
        try (CpuDevice device = new CpuDevice(new DeviceOptions(1));
                Executable program = device.compile(Rehearsal.network())) {
            String explanation = program.explain();
            for (String algorithm : List.of("direct, plain to blocked", "direct, blocked to plain",
                    "direct, blocked to blocked", "winograd F(4x4,3x3)", "depthwise", "dilation 2", "stride 2",
                    "InputGradient")) {
                assertTrue(explanation.contains(algorithm), () -> "no " + algorithm + " in\n" + explanation);
            }
        }
    }

    @Test
    void computesNumbersAsARealStepDoes() {
        List<Tensor> outputs = Rehearsal.run();
        for (float next : outputs.get(0).floats()) {
            assertTrue(next >= 0 && next <= 1, () -> "an iterate of " + next);
        }
        // A network whose gradient is not finite would spend the JVM's time on the wrong branches.
        assertArrayEquals(new float[] {0}, outputs.get(1).floats());
    }

    @Test
    void runsBesideTheProgramAndEndsByItself() throws InterruptedException {
        CpuDevice device = new CpuDevice(new DeviceOptions(1));
        device.warmUp();
        List<Thread> threads = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("topple-rehearsal")).toList();
        device.close();
        for (Thread thread : threads) {
            assertTrue(thread.isDaemon());
            thread.join(60_000);
            assertEquals(Thread.State.TERMINATED, thread.getState());
        }
        assertThrows(IllegalStateException.class, device::warmUp);
    }
}
