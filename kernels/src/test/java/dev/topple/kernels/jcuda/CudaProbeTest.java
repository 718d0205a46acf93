// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaProbeTest {

    private static final String NO_DRIVER = "no NVIDIA driver is installed (no libcuda.so.1); use the device cpu";

    @TempDir
    private static Path folder;

    private static boolean built;

    @BeforeAll
    static void mayCompile() throws Exception {
        try {
            FakeGpu.assumeCompiler();
            FakeGpu.buildDriver(folder);
            built = true;
        } catch (org.opentest4j.TestAbortedException e) {
            built = false;
        }
    }

    private static List<String> probe(Map<String, String> variables) throws Exception {
        return probe(variables, List.of());
    }

    private static List<String> probe(Map<String, String> variables, List<String> options) throws Exception {
        Map<String, String> all = new HashMap<>(variables);
        all.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
        ChildJvm.Result result = new ChildJvm(folder, all, options, ProbeMain.class).await();
        assertEquals(List.of(), result.errors());
        assertEquals(0, result.status());
        return result.output();
    }

    private static List<String> probeFake(String... pairs) throws Exception {
        if (!built) {
            FakeGpu.assumeCompiler();
        }
        Map<String, String> variables = new HashMap<>();
        variables.put("LD_LIBRARY_PATH", folder.toString());
        for (int pair = 0; pair < pairs.length; pair += 2) {
            variables.put(pairs[pair], pairs[pair + 1]);
        }
        return probe(variables);
    }

    @Test
    void saysWhatThisMachineHasInOneLineAndPrintsNothing() throws Exception {
        CudaProbe.Finding finding = CudaProbe.look();
        List<String> output = probe(Map.of());
        assertEquals(finding.sentence(), output.get(0));
        assertEquals(finding.sentence(), output.get(1));
        assertEquals(1, finding.sentence().lines().count());
        assertFalse(finding.sentence().contains("Exception"), finding.sentence());
        if (finding instanceof CudaProbe.Absent && !finding.sentence().equals(NO_DRIVER)) {
            assertTrue(finding.sentence().contains("driver") || finding.sentence().contains("GPU"),
                    finding.sentence());
        }
    }

    @Test
    void describesAGpu() throws Exception {
        String sentence = "Fake GPU, compute capability 9.0, 0.1 GiB, driver for CUDA 13.0";
        assertEquals(List.of(sentence, sentence, "opened"), probeFake());
    }

    @Test
    void saysThatThereIsNoGpu() throws Exception {
        String sentence = "the NVIDIA driver finds no GPU; "
                + "see what nvidia-smi says and whether CUDA_VISIBLE_DEVICES hides it";
        assertEquals(List.of(sentence, sentence), probeFake("FAKE_DEVICES", "0"));
    }

    @Test
    void saysThatTheDriverIsTooOld() throws Exception {
        String sentence = "the NVIDIA driver is too old: it serves CUDA 11.4, and 12.0 is needed (driver 525 or newer)";
        assertEquals(List.of(sentence, sentence), probeFake("FAKE_VERSION", "11040"));
    }

    @Test
    void saysThatTheGpuIsTooOld() throws Exception {
        assertEquals("the GPU is too old: Fake GPU, compute capability 6.1, 0.1 GiB, driver for CUDA 13.0; "
                + "compute capability 7.5 or more is needed", probeFake("FAKE_CAPABILITY", "61").getFirst());
    }

    @Test
    void saysThatTheGpuHasNoMemory() throws Exception {
        assertEquals("the GPU has no memory left; nvidia-smi shows who holds it", probeFake("FAKE_FULL", "1").get(2));
    }

    @Test
    void namesTheDriversErrors() throws Exception {
        assertEquals("the NVIDIA driver refuses: cuInit failed: CUDA_ERROR_SYSTEM_NOT_READY (802); "
                + "see what nvidia-smi says",
                probeFake("FAKE_INIT", "802").getFirst());
    }

    @Test
    void saysWhereLibrariesCannotGo() throws Exception {
        if (!built) {
            FakeGpu.assumeCompiler();
        }
        String sentence = probe(Map.of("LD_LIBRARY_PATH", folder.toString()), List.of("-Dtopple.natives=/proc/none"))
                .getFirst();
        assertTrue(sentence.startsWith("JCuda's library JCudaDriver cannot be loaded (/proc/none: "), sentence);
        assertTrue(sentence.endsWith("; -Dtopple.natives=FOLDER chooses another place for it"), sentence);
    }
}
