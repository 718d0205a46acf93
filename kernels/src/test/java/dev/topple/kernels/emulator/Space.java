// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

/** Where memory is. */
enum Space {
    /** The device's. */
    GLOBAL,
    /** A block's. */
    SHARED,
    /** A thread's. */
    LOCAL,
    /** What a launch hands to a kernel. */
    PARAMETER,
    /** Any of them, by its window. */
    GENERIC;

    /** The space that an instruction names. */
    static Space of(PtxModule.Instruction i) {
        for (String part : i.parts()) {
            switch (part) {
                case "global", "const" -> {
                    return GLOBAL;
                }
                case "shared", "shared::cta" -> {
                    return SHARED;
                }
                case "local" -> {
                    return LOCAL;
                }
                case "param", "param::entry", "param::func" -> {
                    return PARAMETER;
                }
                default -> {}
            }
        }
        return GENERIC;
    }
}
