// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

/**
 * What happens to each finished element of a product, in this order: with scale and shift
 * {@code v = fma(v, scale[row], shift[row])}, with one of them {@code v * scale[row]} or {@code v + shift[row]}; with a
 * residual {@code v += residual}; with ReLU {@code v = max(v, 0)}, where NaN stays NaN. A row is a channel of the
 * result.
 *
 * <p>Which steps there are is fixed; the arrays are set before each run.
 */
public final class GemmEpilogue {

    private static final float[] UNSET = new float[0];

    private final boolean scales;
    private final boolean shifts;
    private final boolean residuals;
    private final boolean relu;

    private float[] scale = UNSET;
    private int scaleOffset;
    private float[] shift = UNSET;
    private int shiftOffset;
    private float[] residual = UNSET;
    private int residualOffset;

    /** An epilogue of the given steps. */
    public GemmEpilogue(boolean scale, boolean shift, boolean residual, boolean relu) {
        this.scales = scale;
        this.shifts = shift;
        this.residuals = residual;
        this.relu = relu;
    }

    /** No step at all. */
    public static GemmEpilogue none() {
        return new GemmEpilogue(false, false, false, false);
    }

    /** Sets the scales, one for each row. */
    public void scale(float[] array, int offset) {
        scale = array;
        scaleOffset = offset;
    }

    /** Sets the shifts, one for each row. */
    public void shift(float[] array, int offset) {
        shift = array;
        shiftOffset = offset;
    }

    /** Sets the tensor that is added; it has the result's shape and may be the result's own memory. */
    public void residual(float[] array, int offset) {
        residual = array;
        residualOffset = offset;
    }

    boolean scales() {
        return scales;
    }

    boolean shifts() {
        return shifts;
    }

    boolean residuals() {
        return residuals;
    }

    boolean relu() {
        return relu;
    }

    float scaleOf(int row) {
        return scale[scaleOffset + row];
    }

    float shiftOf(int row) {
        return shift[shiftOffset + row];
    }

    float[] residual() {
        return residual;
    }

    int residualOffset() {
        return residualOffset;
    }

    /** One element: its row, its index in the result, its value. */
    float apply(int row, int index, float value) {
        float v = value;
        if (scales) {
            v = shifts ? Math.fma(v, scaleOf(row), shiftOf(row)) : v * scaleOf(row);
        } else if (shifts) {
            v += shiftOf(row);
        }
        if (residuals) {
            v += residual[residualOffset + index];
        }
        return relu ? Math.max(v, 0f) : v;
    }
}
