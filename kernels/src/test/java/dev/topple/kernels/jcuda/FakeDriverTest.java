// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calls of JCuda with a driver and a cuBLAS that are not NVIDIA's: how values are packed and errors reported. */
class FakeDriverTest {

    private static final List<String> DRIVER = List.of("host zeroed: true", "free: 67106816",
            "too much: Optional.empty",
            "y: 3.0 3.0 3.0 3.0 3.0", "outside: Range [4000, 4000 + 100) out of bounds for length 4096", "time: 1.5",
            "untimed: cuEventElapsedTime failed: CUDA_ERROR_OF_THE_FAKE (1)", "stale: there is no event 1 (any more)",
            "resident: 8", "axpy: 3.0 3.5 4.0 4.5 5.0",
            "waiting in capture: cuStreamSynchronize failed: CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED (900)",
            "captured: 3.0 3.5 4.0 4.5 5.0", "launched twice: 3.0 2.5 2.0 1.5 1.0", "shape: 2 3 4 5 6 7 8",
            "too wide: cuLaunchKernel of axpy failed: CUDA_ERROR_OF_THE_FAKE (1)",
            "no fifth: parameter 4 of a table of 4",
            "bad text: cuModuleLoadDataEx failed: CUDA_ERROR_INVALID_PTX (218): "
                    + "ptxas fatal : no version in 7 bytes; of text",
            "no kernel: cuModuleGetFunction of other failed: CUDA_ERROR_NOT_FOUND (500)",
            "closed table: the parameter table is closed");

    private static final List<String> PRODUCTS = List.of("product: 7.0 3.5 16.0 8.0",
            // C + 2 A B, where C's second row begins at its fourth element.
            "gaps: 21.0 10.5 16.0 40.0 16.0 0.0",
            "transposed A: 1.0 4.0 2.0 5.0 3.0 6.0", "transposed B: 1.0 4.0", "batched: 7.0 3.5 16.0 8.0",
            "fp32: 1.0001", "tf32: 1.0");

    @TempDir
    private static Path folder;

    @BeforeAll
    static void compile() throws Exception {
        FakeGpu.assumeCompiler();
        FakeGpu.buildDriver(folder);
    }

    private static List<String> run(String cublas) throws Exception {
        ChildJvm.Result result = new ChildJvm(folder,
                Map.of("LD_LIBRARY_PATH", folder.toString(), "XDG_CACHE_HOME", folder.resolve("cache").toString()),
                List.of("-Dtopple.cublas=" + cublas, "-Xcheck:jni"), FakeDriverMain.class).await();
        assertEquals(0, result.status(), result.errors().toString());
        assertEquals(DRIVER, result.output().subList(0, DRIVER.size()));
        assertEquals("left: 67108864", result.output().getLast());
        return result.output().subList(DRIVER.size(), result.output().size() - 1);
    }

    @Test
    void worksWithCublas13() throws Exception {
        worksWith(13);
    }

    @Test
    void worksWithCublas12() throws Exception {
        worksWith(12);
    }

    private static void worksWith(int major) throws Exception {
        Path libraries = Files.createDirectory(folder.resolve("cublas" + major));
        FakeGpu.buildCublas(libraries, major);
        List<String> output = run(libraries.toString());
        assertEquals("cublas: cuBLAS " + major + ".2.3", output.getFirst());
        assertEquals(PRODUCTS, output.subList(1, output.size()));
    }

    @Test
    void doesWithoutCublas() throws Exception {
        List<String> output = run(folder.resolve("cache").toString());
        assertEquals(1, output.size());
        assertTrue(output.getFirst().endsWith("holds neither libcublas.so.12 nor libcublas.so.13"), output.getFirst());
    }
}
