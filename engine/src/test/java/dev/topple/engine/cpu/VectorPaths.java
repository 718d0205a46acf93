// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import com.sun.management.ThreadMXBean;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.cpu.kernel.KernelCalls;
import dev.topple.engine.cpu.kernel.LaneKernels;
import dev.topple.engine.cpu.kernel.Simd;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * Finds kernels that allocate once the JVM has had time to compile them: those have fallen off the vector path, since
 * nothing else in them would. Run as a program it looks at all kernels of the width that {@link Simd#PROPERTY} asks for
 * and prints those that allocate.
 */
final class VectorPaths {

    /** How long a kernel may take until it no longer allocates. */
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private static final int CALLS = 100;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    public static void main(String[] args) {
        System.out.println("width " + Simd.chosen());
        new VectorPaths().allocating(kernels()).forEach((name, bytes) -> System.out.println("allocates " + name));
        System.out.println("done");
    }

    /** Calls of all kernels, by name. Packages with more kernels add theirs here. */
    static Map<String, Runnable> kernels() {
        return new LinkedHashMap<>(KernelCalls.of(LaneKernels.of(Simd.chosen())));
    }

    /** Bytes of a call of those that allocate. */
    Map<String, Long> allocating(Map<String, Runnable> calls) {
        Map<String, Long> bytes = new LinkedHashMap<>();
        calls.forEach((name, call) -> {
            long fewest = fewestBytes(call);
            if (fewest > 0) {
                bytes.put(name, fewest);
            }
        });
        return bytes;
    }

    /** The fewest bytes of a call, over some calls in a row. */
    long fewestBytes(Runnable call) {
        long id = Thread.currentThread().threadId();
        threads.getThreadAllocatedBytes(id);
        long fewest = Long.MAX_VALUE;
        long start = System.nanoTime();
        while (fewest > 0 && System.nanoTime() - start < PATIENCE_NANOS) {
            long before = threads.getThreadAllocatedBytes(id);
            for (int i = 0; i < CALLS; i++) {
                call.run();
            }
            fewest = Math.min(fewest, threads.getThreadAllocatedBytes(id) - before);
        }
        return (fewest + CALLS - 1) / CALLS;
    }

    /** Bytes of each instruction of a graph that allocates, fed with random numbers and labels below 5. */
    Map<String, Long> allocating(Graph graph) {
        Map<String, Runnable> calls = new LinkedHashMap<>();
        try (CpuDevice device = new CpuDevice(new DeviceOptions(1));
                CpuProgram program = (CpuProgram) device.compile(graph)) {
            Random random = new Random(4);
            graph.inputs().forEach((name, value) -> {
                Tensor tensor = Tensor.zeros(value.type());
                for (int i = 0; i < value.shape().size(); i++) {
                    if (value.dtype() == DType.F32) {
                        tensor.floats()[i] = (float) random.nextGaussian();
                    } else {
                        tensor.ints()[i] = random.nextInt(5);
                    }
                }
                program.feed(name, tensor);
            });
            program.run();
            CpuInstruction[] instructions = program.instructions();
            for (int i = 0; i < instructions.length; i++) {
                CpuInstruction instruction = instructions[i];
                calls.put(i + " " + instruction.describe(), () -> instruction.run(device.context().workers()));
            }
            return allocating(calls);
        }
    }
}
