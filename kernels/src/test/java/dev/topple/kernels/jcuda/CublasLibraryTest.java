// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CublasLibraryTest {

    private static final int NEW_DRIVER = 13000;
    private static final int OLD_DRIVER = 12040;

    @TempDir
    private Path root;

    private Path library(String folder, int major) throws IOException {
        return Files.createFile(Files.createDirectories(root.resolve(folder)).resolve("libcublas.so." + major));
    }

    private CublasLibrary find(Map<String, String> environment, int driver) throws UnavailableException {
        return CublasLibrary.find("", environment, root, driver);
    }

    private Path found(Map<String, String> environment) throws UnavailableException {
        return find(environment, NEW_DRIVER).file();
    }

    @Test
    void looksInUsualPlacesInOrder() throws Exception {
        assertTrue(assertThrows(UnavailableException.class, () -> find(Map.of(), NEW_DRIVER)).getMessage()
                .contains("-Dtopple.cublas=FOLDER"));
        Path python = library("usr/local/lib/python3.12/dist-packages/nvidia/cu13/lib", 13);
        assertEquals(python, found(Map.of()));
        Path system = library("usr/lib/x86_64-linux-gnu", 12);
        assertEquals(system, found(Map.of()));
        Path older = library("usr/local/cuda-12.4/lib64", 12);
        assertEquals(older, found(Map.of()));
        Path newer = library("usr/local/cuda-13.0/targets/x86_64-linux/lib", 13);
        assertEquals(newer, found(Map.of()));
        Path environment = library("env/lib/python3.11/site-packages/nvidia/cublas/lib", 12);
        assertEquals(environment, found(Map.of("VIRTUAL_ENV", root.resolve("env").toString())));
        Path home = library("cuda-home/lib64", 12);
        assertEquals(home, found(Map.of("CUDA_HOME", root.resolve("cuda-home").toString())));
        Path first = library("first", 13);
        assertEquals(first, found(Map.of("LD_LIBRARY_PATH", root.resolve("empty") + "::" + root.resolve("first"))));
    }

    @Test
    void readsTheLinkersCache() throws Exception {
        Path odd = library("odd/place", 12);
        Files.createDirectories(root.resolve("etc"));
        Files.write(root.resolve("etc/ld.so.cache"), ("glibc-ld.so.cache1.1\3\1\0libcublas.so.12\0" + odd
                + "\0libcublas.so.12x\0/x/libcublas.so.12x\0").getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(odd, found(Map.of()));
    }

    @Test
    void takesTheNewestThatTheDriverServes() throws Exception {
        Path newer = library("usr/lib64", 13);
        assertEquals("the NVIDIA driver serves CUDA 12.4 and is too old for " + newer,
                assertThrows(UnavailableException.class, () -> find(Map.of(), OLD_DRIVER)).getMessage());
        library("usr/lib64", 12);
        assertEquals(12, find(Map.of(), OLD_DRIVER).major());
        assertEquals(13, find(Map.of(), NEW_DRIVER).major());
    }

    @Test
    void aChosenOneIsTheOnlyOne() throws Exception {
        library("usr/lib64", 13);
        Path chosen = library("chosen", 12);
        assertEquals(chosen, CublasLibrary.find(root.resolve("chosen").toString(), Map.of(), root, NEW_DRIVER).file());
        assertEquals(chosen, CublasLibrary.find(chosen.toString(), Map.of(), root, NEW_DRIVER).file());
        String nowhere = root.resolve("nowhere").toString();
        assertEquals("-Dtopple.cublas: " + nowhere + " holds neither libcublas.so.12 nor libcublas.so.13",
                assertThrows(UnavailableException.class,
                        () -> CublasLibrary.find(nowhere, Map.of(), root, NEW_DRIVER)).getMessage());
    }
}
