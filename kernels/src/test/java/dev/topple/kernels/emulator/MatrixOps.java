// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.emulator;

import java.util.List;

/** Products of small matrices that a whole warp holds, and their loading. */
final class MatrixOps {

    private MatrixOps() {}

    private static int[] registers(String operand, Operands o, PtxModule.Instruction i) {
        return MoveOps.parts(operand).stream().mapToInt(r -> o.word(r, i)).toArray();
    }

    /** mma.sync: sums in double, rounded once; hardware sums in an order and to a precision of its own. */
    static Action multiply(PtxModule.Instruction i, Operands o) {
        List<String> parts = i.parts();
        int at = parts.indexOf("row");
        if (at < 0 || parts.size() < at + 6 || !parts.get(at + 1).equals("col") || !parts.get(at + 2).equals("f32")
                || !parts.get(at + 5).equals("f32")) {
            throw i.unknown("only products row.col with f32 sums are known");
        }
        PtxType t = PtxType.of(parts.get(at + 3), i);
        boolean words = t.is("tf32");
        int depth = switch (parts.get(at - 1) + "." + t.name()) {
            case "m16n8k4.tf32" -> 4;
            case "m16n8k8.tf32", "m16n8k8.f16", "m16n8k8.bf16" -> 8;
            case "m16n8k16.f16", "m16n8k16.bf16" -> 16;
            default -> throw i.unknown("there is no such product");
        };
        int[] d = MoveOps.parts(i.operand(0)).stream().mapToInt(r -> o.target(r, i).index()).toArray();
        int[] a = registers(i.operand(1), o, i);
        int[] b = registers(i.operand(2), o, i);
        int[] c = registers(i.operand(3), o, i);
        int chunk = words ? 4 : 8;
        if (d.length != 4 || c.length != 4 || a.length != 2 * depth / chunk || b.length != depth / chunk) {
            throw i.unknown("it has not the registers that its shape wants");
        }
        boolean brain = t.is("bf16");
        return (w, m) -> {
            boolean defined = true;
            for (int[] set : new int[][] {a, b, c}) {
                for (int r : set) {
                    defined &= w.wordDefined[r] == Warp.ALL;
                }
            }
            double[] left = new double[16 * depth];
            double[] right = new double[8 * depth];
            for (int r = 0; r < a.length; r++) {
                unpack(w.word[a[r]], left, 8 * (r & 1) * depth + (r >> 1) * chunk, depth, words, brain);
            }
            for (int r = 0; r < b.length; r++) {
                unpack(w.word[b[r]], right, r * chunk, depth, words, brain);
            }
            int[][] sums = new int[4][Warp.LANES];
            for (int r = 0; r < 4; r++) {
                int[] from = w.word[c[r]];
                int[] to = sums[r];
                for (int l = 0; l < Warp.LANES; l++) {
                    int row = ((l >> 2) + 8 * (r >> 1)) * depth;
                    int column = (2 * (l & 3) + (r & 1)) * depth;
                    to[l] = Float.floatToRawIntBits((float) dot(Float.intBitsToFloat(from[l]), left, row, right,
                            column, depth));
                }
            }
            for (int r = 0; r < 4; r++) {
                System.arraycopy(sums[r], 0, w.word[d[r]], 0, Warp.LANES);
                w.wordDefined[d[r]] = defined ? Warp.ALL : 0;
            }
        };
    }

    private static double dot(double start, double[] x, int i, double[] y, int j, int count) {
        double even = start;
        double odd = 0;
        for (int k = 0; k < count; k += 2) {
            even += x[i + k] * y[j + k];
            odd += x[i + k + 1] * y[j + k + 1];
        }
        return even + odd;
    }

    /** What a register holds of 8 rows: one tf32 number a lane, whose low bits do not count, or two short ones. */
    private static void unpack(int[] from, double[] to, int start, int depth, boolean words, boolean brain) {
        for (int l = 0; l < Warp.LANES; l++) {
            int row = start + (l >> 2) * depth;
            int place = l & 3;
            int bits = from[l];
            if (words) {
                to[row + place] = Float.intBitsToFloat(bits & 0xffffe000);
            } else if (brain) {
                to[row + 2 * place] = Float.intBitsToFloat(bits << 16);
                to[row + 2 * place + 1] = Float.intBitsToFloat(bits & 0xffff0000);
            } else {
                to[row + 2 * place] = Float.float16ToFloat((short) bits);
                to[row + 2 * place + 1] = Float.float16ToFloat((short) (bits >>> 16));
            }
        }
    }

    /** ldmatrix: 8 by 8 matrices of 16-bit elements, the rows' addresses from eight lanes for each. */
    static Action load(PtxModule.Instruction i, Operands o) {
        int[] d = (i.operand(0).startsWith("{") ? MoveOps.parts(i.operand(0)) : List.of(i.operand(0))).stream()
                .mapToInt(r -> o.target(r, i).index()).toArray();
        Operands.Address address = o.address(i.operand(1), i);
        boolean turned = i.has("trans");
        if (!i.has("m8n8") || !i.has("b16") || !i.has("x" + d.length)) {
            throw i.unknown("only m8n8 of b16 is known");
        }
        Space space = Space.of(i);
        return (w, m) -> {
            int lanes = d.length == 4 ? Warp.ALL : (1 << 8 * d.length) - 1;
            long[] from = Memory.addresses(w, lanes, address);
            short[] rows = new short[8 * d.length * 8];
            boolean defined = true;
            for (int l = 0; l < 8 * d.length; l++) {
                int at = Memory.locate(w, l, space, from[l], 16, false);
                defined &= Memory.checkRead(w, l, Memory.actual(space, from[l]), at, 16, false);
                for (int k = 0; k < 8; k++) {
                    rows[l * 8 + k] = (short) w.found.get(at + 2 * k, 2);
                }
            }
            for (int r = 0; r < d.length; r++) {
                for (int l = 0; l < Warp.LANES; l++) {
                    int one = l >> 2;
                    int other = 2 * (l & 3);
                    int low = turned ? rows[(8 * r + other) * 8 + one] : rows[(8 * r + one) * 8 + other];
                    int high = turned ? rows[(8 * r + other + 1) * 8 + one] : rows[(8 * r + one) * 8 + other + 1];
                    w.word[d[r]][l] = low & 0xffff | high << 16;
                }
                w.wordDefined[d[r]] = defined ? Warp.ALL : 0;
            }
        };
    }
}
