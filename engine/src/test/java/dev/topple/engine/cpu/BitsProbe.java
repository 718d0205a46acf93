// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.cpu.kernel.Simd;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A program that prints a checksum of a training step, to be run by a JVM with other flags. */
final class BitsProbe {

    private BitsProbe() {}

    public static void main(String[] args) {
        System.out.println("checksum " + checksum());
    }

    static long checksum() {
        return SmallNet.checksum(SmallNet.train(1, true, Simd.chosen(), 1, 1));
    }

    private static String location(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }

    /** The checksum that a JVM with the given flag prints. */
    static String inChild(String flag) throws Exception {
        String output = inChild(BitsProbe.class, flag);
        return output.lines().filter(line -> line.startsWith("checksum ")).map(line -> line.substring(9)).findFirst()
                .orElse(output);
    }

    /** All that a program prints in a JVM with the given flag. */
    static String inChild(Class<?> program, String flag) throws Exception {
        String classPath = location(CpuDevice.class) + File.pathSeparator + location(BitsProbe.class);
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), flag,
                "--add-modules", "jdk.incubator.vector", "-cp", classPath, program.getName())
                .redirectErrorStream(true).start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        child.waitFor();
        return output;
    }
}
