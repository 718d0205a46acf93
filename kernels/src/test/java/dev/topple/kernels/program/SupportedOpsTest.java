// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.Executable;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.optest.OpCase;
import dev.topple.engine.optest.OpCases;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Which ops the devices {@code cpu} and {@code cuda} can run. */
class SupportedOpsTest {

    /** The kinds of ops of which a case compiles, and for each other one why not. */
    private record Support(Set<String> kinds, Map<String, String> refusals) {

        static Support of(Device device) {
            Set<String> kinds = new TreeSet<>();
            Map<String, String> refusals = new TreeMap<>();
            for (OpCase testCase : OpCases.all()) {
                Set<String> covered = OpCases.covered(testCase).stream()
                        .map(kind -> kind.getName().substring(kind.getPackageName().length() + 1))
                        .collect(Collectors.toSet());
                try {
                    compile(device, testCase);
                    kinds.addAll(covered);
                } catch (IllegalArgumentException refusal) {
                    covered.forEach(kind -> refusals.putIfAbsent(kind, testCase + ": " + refusal.getMessage()));
                }
            }
            refusals.keySet().removeAll(kinds);
            return new Support(kinds, refusals);
        }

        private static void compile(Device device, OpCase testCase) {
            OpCase.Built built = testCase.build();
            Graph graph = built.graph();
            for (int i = 0; i < built.results().size(); i++) {
                graph.output("y" + i, built.results().get(i));
            }
            try (Executable program = device.compile(graph)) {
                assertTrue(program.arenaBytes() >= 0);
            }
        }
    }

    @Test
    void cudaRunsEveryOpThatTheCpuRuns() {
        try (Device cpu = Devices.open("cpu", new DeviceOptions(1)); Device cuda = EmulatedDevices.exact()) {
            Support ofCpu = Support.of(cpu);
            Support ofCuda = Support.of(cuda);
            assertEquals(Map.of(), ofCpu.refusals(), "what cpu refuses");
            assertEquals(Map.of(), ofCuda.refusals(), "what cuda refuses");
            assertEquals(List.copyOf(ofCpu.kinds()), List.copyOf(ofCuda.kinds()));
            assertTrue(ofCuda.kinds().size() > 40, () -> "too few kinds of ops were seen: " + ofCuda.kinds());
        }
    }
}
