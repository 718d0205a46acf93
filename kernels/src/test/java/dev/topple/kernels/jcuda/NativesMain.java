// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.jcuda;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import jcuda.LogLevel;
import jcuda.runtime.JCuda;

/** Waits for a file, so that several start at once, then places libraries and loads the one that needs no driver. */
final class NativesMain {

    private NativesMain() {}

    public static void main(String[] arguments) throws Exception {
        Path root = Path.of(arguments[0]);
        Path start = Path.of(arguments[1]);
        byte[] driver = Natives.content("JCudaDriver");
        while (!Files.exists(start)) {
            Thread.sleep(1);
        }
        String before = System.getProperty("java.io.tmpdir");
        new Natives(List.of(root)).load("JCudaRuntime", UnaryOperator.identity(),
                () -> JCuda.setLogLevel(LogLevel.LOG_QUIET));
        Path file = Natives.place(root, "JCudaDriver", driver);
        int[] count = new int[1];
        // Answered by the library alone, whether or not there is a driver.
        int status = JCuda.cudaRuntimeGetVersion(count);
        boolean kept = before.equals(System.getProperty("java.io.tmpdir"));
        boolean whole = Arrays.equals(driver, Files.readAllBytes(file));
        System.out.println(status + " " + count[0] + " " + whole + " " + kept);
    }
}
