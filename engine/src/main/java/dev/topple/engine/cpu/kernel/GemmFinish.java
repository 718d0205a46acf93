// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The epilogue with the Vector API; see {@link GemmEpilogue} for what it computes. */
final class GemmFinish {

    private static final VectorSpecies<Float> S = switch (Simd.chosen()) {
        case BITS_512 -> FloatVector.SPECIES_512;
        case BITS_256 -> FloatVector.SPECIES_256;
        case BITS_128 -> FloatVector.SPECIES_128;
        case OFF -> FloatVector.SPECIES_PREFERRED;
    };
    private static final int L = S.length();

    private GemmFinish() {
    }

    static void run(GemmEpilogue epilogue, int row, float[] c, int co, float[] y, int yo, int ro, int n) {
        // Scale and shift work in place on C, so that the residual is read before anything is written to the result:
        // the two may be the same memory.
        if (epilogue.scales() && epilogue.shifts()) {
            scaleShift(c, co, n, epilogue.scaleOf(row), epilogue.shiftOf(row));
        } else if (epilogue.scales()) {
            scale(c, co, n, epilogue.scaleOf(row));
        } else if (epilogue.shifts()) {
            shift(c, co, n, epilogue.shiftOf(row));
        }
        if (epilogue.residuals()) {
            float[] r = epilogue.residual();
            if (epilogue.relu()) {
                addRelu(c, co, r, epilogue.residualOffset() + ro, y, yo, n);
            } else {
                add(c, co, r, epilogue.residualOffset() + ro, y, yo, n);
            }
        } else if (epilogue.relu()) {
            relu(c, co, y, yo, n);
        } else {
            System.arraycopy(c, co, y, yo, n);
        }
    }

    private static void scaleShift(float[] c, int co, int n, float scale, float shift) {
        int i = 0;
        FloatVector a = FloatVector.broadcast(S, scale);
        FloatVector b = FloatVector.broadcast(S, shift);
        for (; i <= n - L; i += L) {
            FloatVector.fromArray(S, c, co + i).fma(a, b).intoArray(c, co + i);
        }
        for (; i < n; i++) {
            c[co + i] = Math.fma(c[co + i], scale, shift);
        }
    }

    private static void scale(float[] c, int co, int n, float scale) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector.fromArray(S, c, co + i).mul(scale).intoArray(c, co + i);
        }
        for (; i < n; i++) {
            c[co + i] *= scale;
        }
    }

    private static void shift(float[] c, int co, int n, float shift) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector.fromArray(S, c, co + i).add(shift).intoArray(c, co + i);
        }
        for (; i < n; i++) {
            c[co + i] += shift;
        }
    }

    private static void addRelu(float[] c, int co, float[] r, int ro, float[] y, int yo, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector sum = FloatVector.fromArray(S, c, co + i).add(FloatVector.fromArray(S, r, ro + i));
            sum.max(0f).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = Math.max(c[co + i] + r[ro + i], 0f);
        }
    }

    private static void add(float[] c, int co, float[] r, int ro, float[] y, int yo, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector.fromArray(S, c, co + i).add(FloatVector.fromArray(S, r, ro + i)).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = c[co + i] + r[ro + i];
        }
    }

    private static void relu(float[] c, int co, float[] y, int yo, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector.fromArray(S, c, co + i).max(0f).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = Math.max(c[co + i], 0f);
        }
    }
}
