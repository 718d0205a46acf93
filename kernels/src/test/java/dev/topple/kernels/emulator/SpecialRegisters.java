// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.util.Arrays;

/** What the special registers say. */
final class SpecialRegisters {

    private SpecialRegisters() {}

    /** Whether there is such a register, of 32 bits and constant for a thread. */
    static boolean known(String name) {
        return switch (name) {
            case "%tid.x", "%tid.y", "%tid.z", "%ntid.x", "%ntid.y", "%ntid.z", "%ctaid.x", "%ctaid.y", "%ctaid.z",
                    "%nctaid.x", "%nctaid.y", "%nctaid.z", "%laneid", "%warpid", "%nwarpid", "%smid", "%nsmid",
                    "%gridid",
                    "%lanemask_eq", "%lanemask_lt", "%lanemask_le", "%lanemask_gt", "%lanemask_ge",
                    "%dynamic_smem_size", "%total_smem_size" -> true;
            default -> false;
        };
    }

    /** Whether there is such a register that changes while a thread runs. */
    static boolean clock(String name) {
        return switch (name) {
            case "%clock", "%clock_hi", "%clock64", "%globaltimer" -> true;
            default -> false;
        };
    }

    /** Whether a register says something else in each block. */
    static boolean ofBlock(String name) {
        return name.startsWith("%ctaid") || name.equals("%smid");
    }

    static void fill(Warp w, String name, int[] to) {
        Block b = w.block;
        Launch launch = b.launch;
        int first = w.number * Warp.LANES;
        if (name.startsWith("%tid") || name.startsWith("%lane")) {
            for (int l = 0; l < Warp.LANES; l++) {
                int t = first + l;
                to[l] = switch (name) {
                    case "%tid.x" -> t % launch.block.x();
                    case "%tid.y" -> t / launch.block.x() % launch.block.y();
                    case "%tid.z" -> t / (launch.block.x() * launch.block.y());
                    case "%laneid" -> l;
                    case "%lanemask_eq" -> 1 << l;
                    case "%lanemask_lt" -> (1 << l) - 1;
                    case "%lanemask_le" -> (1 << l) - 1 | 1 << l;
                    case "%lanemask_gt" -> ~((1 << l) - 1 | 1 << l);
                    case "%lanemask_ge" -> -(1 << l);
                    default -> 0;
                };
            }
            return;
        }
        int same = switch (name) {
            case "%ntid.x" -> launch.block.x();
            case "%ntid.y" -> launch.block.y();
            case "%ntid.z" -> launch.block.z();
            case "%ctaid.x" -> b.x;
            case "%ctaid.y" -> b.y;
            case "%ctaid.z" -> b.z;
            case "%nctaid.x" -> launch.grid.x();
            case "%nctaid.y" -> launch.grid.y();
            case "%nctaid.z" -> launch.grid.z();
            case "%warpid" -> w.number;
            case "%nwarpid" -> (launch.threads + Warp.LANES - 1) / Warp.LANES;
            case "%smid" -> b.number % launch.options.multiprocessors();
            case "%nsmid" -> launch.options.multiprocessors();
            case "%dynamic_smem_size" -> launch.dynamicBytes;
            case "%total_smem_size" -> launch.program.dynamicAt() + launch.dynamicBytes;
            default -> 0;
        };
        Arrays.fill(to, same);
    }
}
