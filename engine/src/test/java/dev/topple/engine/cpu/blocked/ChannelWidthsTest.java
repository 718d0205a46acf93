// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.topple.engine.cpu.blocked.Epilogue.Bits;
import dev.topple.engine.cpu.kernel.Simd;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The inner loops give the same bits in JVMs that use vectors of other widths, or interpret all code. */
class ChannelWidthsTest {

    private static final int W = Blocks.WIDTH;

    /** Prints a checksum; run by a JVM of its own. */
    public static void main(String[] args) {
        System.out.println("checksum " + checksum(Simd.chosen()));
    }

    private static int checksum(Simd simd) {
        float[] x = ChannelImages.random(300 * W, 1);
        float[] g = ChannelImages.random(300 * W, 2);
        int sum = 0;
        for (int rows = 4; rows <= 12; rows += 4) {
            for (int blocks = 1; blocks <= 2; blocks++) {
                float[] c = ChannelImages.random(rows * blocks * W, 3);
                WeightTile.of(simd).add(rows, blocks, 2, 3, 7, x, 1, 45 * W, 11 * W, W, g, 2, 30 * W, 8 * W, 100 * W,
                        c, 0);
                sum = 31 * sum + Arrays.hashCode(c);
            }
        }
        DepthwiseLanes depthwise = DepthwiseLanes.of(simd);
        float[] y = new float[11 * W];
        for (int kernel = 1; kernel <= 4; kernel++) {
            depthwise.window(11, kernel, kernel, x, 3, W, 20 * W, W, g, 5, kernel * W, W, y, 0);
            sum = 31 * sum + Arrays.hashCode(y);
        }
        depthwise.sum(3, 7, x, 1, 11 * W, W, g, 2, 8 * W, y, 0);
        depthwise.sumNine(3, 7, x, 1, 11 * W, W, 11 * W, W, g, 2, 8 * W, y, 0, 3 * W);
        sum = 31 * sum + Arrays.hashCode(y);
        SumLanes sums = SumLanes.of(simd);
        for (int pixels = 1; pixels < 30; pixels++) {
            sums.sum(pixels, x, 1, y, 0);
            sums.squares(pixels, x, 1, y, 0, y, W);
            sums.products(pixels, g, 2, x, 1, y, 0, y, 2 * W);
            sum = 31 * sum + Arrays.hashCode(y);
        }
        return 31 * sum + bitsChecksum(simd != Simd.OFF, x, g);
    }

    /** ReLUs that leave bits, the second with a ceiling, then a mask of them; and one with a ceiling that leaves none. */
    private static int bitsChecksum(boolean vectors, float[] x, float[] g) {
        int[] bits = new int[90];
        float[] y = new float[90 * W];
        int sum = 0;
        for (int pixels = 1; pixels < 30; pixels++) {
            boolean residual = pixels % 2 == 0;
            Epilogue marks = new Epilogue(false, false, residual, true, false, Bits.WRITTEN, vectors);
            Epilogue clamps = new Epilogue(false, false, residual, true, 0.5f, false, Bits.WRITTEN, vectors);
            Epilogue plain = new Epilogue(false, false, residual, true, 0.75f, false, Bits.NONE, vectors);
            Epilogue opens = new Epilogue(false, false, residual, false, true, Bits.READ, vectors);
            for (Epilogue epilogue : new Epilogue[] {marks, opens, clamps, opens, plain}) {
                epilogue.residual(g, 3);
                epilogue.bits(bits, 1);
                epilogue.begin(3 * W);
                epilogue.finish(1, x.clone(), pixels, pixels, y, 0, 30 * W, 2);
                sum = 31 * (31 * sum + Arrays.hashCode(bits)) + Arrays.hashCode(y);
            }
        }
        return sum;
    }

    private static String location(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Dtopple.simd=256", "-Dtopple.simd=128", "-Xint"})
    void otherJvmsAgree(String flag) throws Exception {
        String classPath = location(Blocks.class) + File.pathSeparator + location(ChannelWidthsTest.class);
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), flag,
                "--add-modules", "jdk.incubator.vector", "-cp", classPath, ChannelWidthsTest.class.getName())
                .redirectErrorStream(true).start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        child.waitFor();
        String found = output.lines().filter(line -> line.startsWith("checksum ")).findFirst().orElse(output);
        assertEquals("checksum " + checksum(Simd.OFF), found);
        assertEquals(checksum(Simd.OFF), checksum(Simd.chosen()));
    }
}
