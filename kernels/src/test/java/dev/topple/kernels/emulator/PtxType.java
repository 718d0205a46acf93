// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

/**
 * A type of PTX.
 *
 * @param kind b, u, s, f, p for predicates or x for the packed and short float types, which {@code name} tells apart
 */
record PtxType(String name, char kind, int bits) {

    static PtxType of(String name, PtxModule.Instruction of) {
        PtxType type = find(name);
        if (type == null) {
            throw of.unknown("there is no type '" + name + "'");
        }
        return type;
    }

    /** The type of that name; null if there is none. */
    static PtxType find(String name) {
        return switch (name) {
            case "pred" -> new PtxType(name, 'p', 1);
            case "f16x2", "bf16x2", "tf32" -> new PtxType(name, 'x', 32);
            case "bf16" -> new PtxType(name, 'x', 16);
            case "b8", "u8", "s8", "b16", "u16", "s16", "b32", "u32", "s32", "b64", "u64", "s64", "f16", "f32", "f64",
                    "b128" ->
                    new PtxType(name, name.charAt(0), Integer.parseInt(name.substring(1)));
            default -> null;
        };
    }

    int bytes() {
        return bits / 8;
    }

    boolean signed() {
        return kind == 's';
    }

    boolean wide() {
        return bits == 64;
    }

    boolean is(String other) {
        return name.equals(other);
    }

    boolean floating() {
        return kind == 'f' || kind == 'x';
    }
}
