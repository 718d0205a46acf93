// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import dev.topple.kernels.driver.DriverException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;

/** Hands the text of a module to the driver, which compiles it. */
final class PtxModule {

    private static final int LOG_BYTES = 8192;

    private PtxModule() {}

    /**
     * Loads a module. Text and log lie off the heap: over an array of the heap JCuda would hold the garbage collector
     * back for as long as the driver compiles.
     *
     * @throws DriverException with the compiler's log, if it refuses the text
     */
    static CUmodule load(String ptx) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(ptx);
            MemorySegment log = arena.allocate(LOG_BYTES);
            MemorySegment values = arena.allocate(ValueLayout.JAVA_LONG, 2);
            values.setAtIndex(ValueLayout.JAVA_LONG, 0, log.address());
            values.setAtIndex(ValueLayout.JAVA_LONG, 1, LOG_BYTES);
            int[] options = {CUjit_option.CU_JIT_ERROR_LOG_BUFFER, CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
            CUmodule module = new CUmodule();
            int status = jcuda.driver.JCudaDriver.cuModuleLoadDataEx(module, new RawPointer(text.address()),
                    options.length, options, new RawPointer(values.address()));
            if (status == CUresult.CUDA_SUCCESS) {
                return module;
            }
            String said = oneLine(log);
            throw said.isEmpty()
                    ? new DriverException("cuModuleLoadDataEx", status, Status.name(status))
                    : new DriverException("cuModuleLoadDataEx", status, Status.name(status), said);
        }
    }

    private static String oneLine(MemorySegment log) {
        byte[] bytes = log.toArray(ValueLayout.JAVA_BYTE);
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8).lines().map(String::strip)
                .filter(line -> !line.isEmpty()).collect(Collectors.joining("; "));
    }
}
