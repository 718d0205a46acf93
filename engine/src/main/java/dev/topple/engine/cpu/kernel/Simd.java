// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import java.util.Locale;
import jdk.incubator.vector.FloatVector;

/**
 * How wide the vector registers are that the kernels use. The results do not depend on it, to the bit; the speed does.
 */
public enum Simd {
    /** Plain loops, without the Vector API. */
    OFF(0),
    /** Four floats at a time. */
    BITS_128(128),
    /** Eight floats at a time. */
    BITS_256(256),
    /** Sixteen floats at a time. */
    BITS_512(512);

    /** The system property that overrides the choice: {@code 512}, {@code 256}, {@code 128} or {@code off}. */
    public static final String PROPERTY = "topple.simd";

    private final int bits;

    Simd(int bits) {
        this.bits = bits;
    }

    /** The width in bits; 0 for plain loops. */
    public int bits() {
        return bits;
    }

    /**
     * The width for this machine: the widest that the processor has, unless {@link #PROPERTY} says otherwise, and plain
     * loops where the module {@code jdk.incubator.vector} is absent, with one warning that says how to add it.
     *
     * @throws IllegalArgumentException if the property holds something else
     */
    public static Simd chosen() {
        String wish = System.getProperty(PROPERTY, "").strip().toLowerCase(Locale.ROOT);
        return switch (wish) {
            case "off" -> OFF;
            case "" -> Detected.WIDEST;
            case "128" -> Detected.MODULE ? BITS_128 : Detected.WIDEST;
            case "256" -> Detected.MODULE ? BITS_256 : Detected.WIDEST;
            case "512" -> Detected.MODULE ? BITS_512 : Detected.WIDEST;
            default -> throw new IllegalArgumentException(
                    "system property " + PROPERTY + "=" + wish + ": use 512, 256, 128 or off");
        };
    }

    /** What this Java has; looked up once. */
    private static final class Detected {

        static final boolean MODULE = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        static final Simd WIDEST = MODULE ? Preferred.widest() : warned();

        private static Simd warned() {
            System.getLogger(Simd.class.getName()).log(System.Logger.Level.WARNING,
                    "the module jdk.incubator.vector is not loaded, so the CPU device uses plain loops and is several"
                            + " times slower; start Java with --add-modules jdk.incubator.vector");
            return OFF;
        }
    }

    /** Kept apart, so that the vector classes are touched only where they exist. */
    private static final class Preferred {

        static Simd widest() {
            int bits = FloatVector.SPECIES_PREFERRED.vectorBitSize();
            return bits >= 512 ? BITS_512 : bits >= 256 ? BITS_256 : BITS_128;
        }
    }
}
