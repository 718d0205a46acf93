// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.kernel.Simd;
import java.util.Arrays;

/**
 * What happens to each finished element of a convolution, in this order: with scale and shift
 * {@code v = fma(v, scale[c], shift[c])}, with one of them {@code v * scale[c]} or {@code v + shift[c]}; with a
 * residual {@code v += residual}; with ReLU {@code v = max(v, 0)}, where NaN stays NaN, and with its ceiling
 * {@code v = min(v, ceiling)}; with a mask
 * {@code v = m > 0 ? v : 0}, the gradient of a ReLU whose value is m. Residual and mask have the target's form and
 * shape; the residual may be the target's own memory.
 *
 * <p>A gradient of a ReLU needs no more of it than where it is positive. So a ReLU in a blocked target may leave one bit
 * for each element, and a mask may consist of such bits: one word for each pixel of a block of channels, in the order
 * of the target, in which bit l is that of lane l. A ReLU with a ceiling is a clamp, whose gradient passes at both
 * bounds: its bits say where {@code 0 <= v <= ceiling}.
 *
 * <p>Which steps there are is fixed; the arrays are set before each run, and {@link #begin} tells how many channels
 * there are.
 */
public final class Epilogue {

    /** What an epilogue does with the bits that say where a ReLU is positive. */
    public enum Bits {
        /** Nothing; a mask, if there is one, consists of the values themselves. */
        NONE,
        /** The ReLU writes them. */
        WRITTEN,
        /** They are the mask. */
        READ
    }

    private static final int W = Blocks.WIDTH;
    private static final int[] NO_BITS = new int[0];
    private static final float[] UNSET = new float[0];
    /** A scale and a shift that change nothing: adding -0 leaves every number as it is, adding 0 would not leave -0. */
    private static final float[] ONES = filled(1f);
    private static final float[] NONE = filled(-0f);

    private final boolean scales;
    private final boolean shifts;
    private final boolean residuals;
    private final boolean relu;
    private final float ceiling;
    private final boolean masks;
    private final Bits kind;
    private final boolean vectors;

    private float[] scale = UNSET;
    private int scaleOffset;
    private float[] shift = UNSET;
    private int shiftOffset;
    private float[] residual = UNSET;
    private int residualOffset;
    private float[] mask = UNSET;
    private int maskOffset;
    private int[] bits = NO_BITS;
    private int bitsOffset;
    private int channels;
    private final float[] lastScale = new float[W];
    private final float[] lastShift = new float[W];

    /** An epilogue of the given steps. */
    public Epilogue(boolean scale, boolean shift, boolean residual, boolean relu, boolean mask) {
        this(scale, shift, residual, relu, mask, Bits.NONE);
    }

    /**
     * An epilogue of the given steps.
     *
     * @throws IllegalArgumentException if bits are to be written without a ReLU or besides a mask, or to be read without
     *     a mask or besides a ReLU
     */
    public Epilogue(boolean scale, boolean shift, boolean residual, boolean relu, boolean mask, Bits bits) {
        this(scale, shift, residual, relu, Float.POSITIVE_INFINITY, mask, bits);
    }

    /**
     * An epilogue of the given steps.
     *
     * @param ceiling where the ReLU ends; infinity if it does not
     * @throws IllegalArgumentException if bits are to be written without a ReLU or besides a mask, or to be read
     *     without a mask or besides a ReLU, or if there is a ceiling that is not positive, or one without a ReLU or
     *     besides a mask
     */
    public Epilogue(boolean scale, boolean shift, boolean residual, boolean relu, float ceiling, boolean mask,
            Bits bits) {
        this(scale, shift, residual, relu, ceiling, mask, bits, Simd.chosen() != Simd.OFF);
    }

    Epilogue(boolean scale, boolean shift, boolean residual, boolean relu, boolean mask, boolean vectors) {
        this(scale, shift, residual, relu, mask, Bits.NONE, vectors);
    }

    Epilogue(boolean scale, boolean shift, boolean residual, boolean relu, boolean mask, Bits bits, boolean vectors) {
        this(scale, shift, residual, relu, Float.POSITIVE_INFINITY, mask, bits, vectors);
    }

    Epilogue(boolean scale, boolean shift, boolean residual, boolean relu, float ceiling, boolean mask, Bits bits,
            boolean vectors) {
        boolean unlimited = ceiling == Float.POSITIVE_INFINITY;
        if (!(ceiling > 0) || (!unlimited && (!relu || mask))) {
            throw new IllegalArgumentException("a ceiling of " + ceiling + ": it must be positive, and that of a ReLU"
                    + " without a mask, but there is " + (relu ? "a" : "no") + " ReLU and " + (mask ? "a" : "no")
                    + " mask");
        }
        if (bits != Bits.NONE && (relu != (bits == Bits.WRITTEN) || mask != (bits == Bits.READ))) {
            throw new IllegalArgumentException("bits " + bits + ": a ReLU without a mask writes them, a mask without a"
                    + " ReLU reads them, but there is " + (relu ? "a" : "no") + " ReLU and " + (mask ? "a" : "no")
                    + " mask");
        }
        this.kind = bits;
        this.scales = scale;
        this.shifts = shift;
        this.residuals = residual;
        this.relu = relu;
        this.ceiling = ceiling;
        this.masks = mask;
        this.vectors = vectors;
    }

    private static float[] filled(float value) {
        float[] array = new float[W];
        Arrays.fill(array, value);
        return array;
    }

    /** No step at all. */
    public static Epilogue none() {
        return new Epilogue(false, false, false, false, false);
    }

    /** Sets the scales, one for each channel. */
    public void scale(float[] array, int offset) {
        scale = array;
        scaleOffset = offset;
    }

    /** Sets the shifts, one for each channel. */
    public void shift(float[] array, int offset) {
        shift = array;
        shiftOffset = offset;
    }

    /** Sets the tensor that is added. */
    public void residual(float[] array, int offset) {
        residual = array;
        residualOffset = offset;
    }

    /** Sets the tensor whose positive elements let the result through. */
    public void mask(float[] array, int offset) {
        mask = array;
        maskOffset = offset;
    }

    /** Sets the words of the bits that are written or read. */
    public void bits(int[] array, int offset) {
        bits = array;
        bitsOffset = offset;
    }

    /**
     * Called by a plan at the start of each run, before the work is shared out.
     *
     * @param channels the channels of the target
     */
    void begin(int channels) {
        this.channels = channels;
        int whole = channels / W * W;
        for (int c = whole; c < channels; c++) {
            lastScale[c - whole] = scales ? scale[scaleOffset + c] : 1f;
            lastShift[c - whole] = shifts ? shift[shiftOffset + c] : 0f;
        }
    }

    /**
     * Finishes a run of pixels of a blocked target: {@code y[yo + at + p step 16 + l]} from {@code v[vo + p 16 + l]}.
     * {@code v} is working memory, whose content afterwards is not defined, or the target itself: the same array at the
     * same place.
     *
     * @param block the block of channels
     * @param at where the first pixel lies in the target; residual and mask are read at the same index
     * @param step pixels of the target from one to the next
     */
    void finish(int block, float[] v, int vo, int pixels, float[] y, int yo, int at, int step) {
        if (!vectors) {
            all(block, v, vo, pixels, y, yo, at, step);
            return;
        }
        lanes(block, v, vo, pixels, at, step, y, yo + at, step);
    }

    /** All lanes with plain loops. */
    private void all(int block, float[] v, int vo, int pixels, float[] y, int yo, int at, int step) {
        int last = Math.min(W, channels - block * W);
        for (int p = 0; p < pixels; p++) {
            int open = 0;
            for (int l = 0; l < last; l++) {
                int index = at + p * step * W + l;
                float sum = sum(block * W + l, index, v[vo + p * W + l]);
                y[yo + index] = ended(index, sum);
                open |= passes(sum) ? 1 << l : 0;
            }
            if (kind == Bits.WRITTEN) {
                bits[bitsOffset + at / W + p * step] = open;
            }
        }
    }

    /**
     * All steps with vectors. The arrays of scales and shifts end with the last channel, so the last block has copies
     * of its own.
     */
    private void lanes(int block, float[] v, int vo, int pixels, int at, int step, float[] y, int yo, int yStep) {
        boolean part = (block + 1) * W > channels;
        float[] a = !scales ? ONES : part ? lastScale : scale;
        float[] b = !shifts ? NONE : part ? lastShift : shift;
        int ao = part || !scales ? 0 : scaleOffset + block * W;
        int bo = part || !shifts ? 0 : shiftOffset + block * W;
        float floor = relu ? 0f : Float.NEGATIVE_INFINITY;
        int ro = residualOffset + at;
        int mo = maskOffset + at;
        int io = bitsOffset + at / W;
        if (ceiling < Float.POSITIVE_INFINITY) {
            clamped(v, vo, pixels, a, ao, b, bo, ro, io, step, y, yo, yStep);
        } else if (kind == Bits.WRITTEN) {
            if (residuals) {
                EpilogueLanes.addedMarked(v, vo, pixels, a, ao, b, bo, residual, ro, bits, io, step, y, yo, yStep);
            } else {
                EpilogueLanes.marked(v, vo, pixels, a, ao, b, bo, bits, io, step, y, yo, yStep);
            }
        } else if (kind == Bits.READ) {
            if (residuals) {
                EpilogueLanes.addedOpened(v, vo, pixels, a, ao, b, bo, residual, ro, bits, io, step, y, yo, yStep);
            } else {
                EpilogueLanes.opened(v, vo, pixels, a, ao, b, bo, bits, io, step, y, yo, yStep);
            }
        } else if (residuals && masks) {
            EpilogueLanes.addedMasked(v, vo, pixels, a, ao, b, bo, floor, residual, ro, mask, mo, step, y, yo, yStep);
        } else if (residuals) {
            EpilogueLanes.added(v, vo, pixels, a, ao, b, bo, floor, residual, ro, step, y, yo, yStep);
        } else if (masks) {
            EpilogueLanes.masked(v, vo, pixels, a, ao, b, bo, floor, mask, mo, step, y, yo, yStep);
        } else {
            EpilogueLanes.scaled(v, vo, pixels, a, ao, b, bo, floor, y, yo, yStep);
        }
    }

    /** All steps of a ReLU with a ceiling. */
    private void clamped(float[] v, int vo, int pixels, float[] a, int ao, float[] b, int bo, int ro, int io, int step,
            float[] y, int yo, int yStep) {
        if (kind == Bits.WRITTEN && residuals) {
            EpilogueLanesClamped.addedMarked(v, vo, pixels, a, ao, b, bo, ceiling, residual, ro, bits, io, step, y, yo,
                    yStep);
        } else if (kind == Bits.WRITTEN) {
            EpilogueLanesClamped.marked(v, vo, pixels, a, ao, b, bo, ceiling, bits, io, step, y, yo, yStep);
        } else if (residuals) {
            EpilogueLanesClamped.added(v, vo, pixels, a, ao, b, bo, ceiling, residual, ro, step, y, yo, yStep);
        } else {
            EpilogueLanesClamped.scaled(v, vo, pixels, a, ao, b, bo, ceiling, y, yo, yStep);
        }
    }

    /**
     * As {@link #finish} from working memory, for the lanes {@code from <= l < to} alone: the others are not touched.
     * No bits can be written for some lanes, since the others of a word are perhaps another thread's.
     */
    void finishLanes(int block, int from, int to, float[] v, int vo, int pixels, float[] y, int yo, int at, int step) {
        if (kind == Bits.WRITTEN) {
            throw new IllegalStateException("bits are written for whole blocks of channels");
        }
        int last = Math.min(to, channels - block * W);
        if (vectors && v != y) {
            // All lanes are finished where they are, the others to no purpose, and those wanted are copied.
            lanes(block, v, vo, pixels, at, step, v, vo, 1);
            for (int p = 0; p < pixels; p++) {
                int index = yo + at + p * step * W;
                for (int l = from; l < last; l++) {
                    y[index + l] = v[vo + p * W + l];
                }
            }
            return;
        }
        for (int p = 0; p < pixels; p++) {
            for (int l = from; l < last; l++) {
                int index = at + p * step * W + l;
                y[yo + index] = apply(block * W + l, index, v[vo + p * W + l]);
            }
        }
    }

    /**
     * Finishes a run of pixels of a plain target: {@code y[yo + at + l plane + p step]} from {@code v[vo + p 16 + l]}
     * for the lanes {@code from <= l < to} that hold channels.
     *
     * @param at where lane 0 of the first pixel lies in the target, which has no bits
     */
    void finishPlain(int block, int from, int to, float[] v, int vo, int pixels, float[] y, int yo, int at, int plane,
            int step) {
        if (kind != Bits.NONE) {
            throw new IllegalStateException("bits are those of blocked targets");
        }
        int last = Math.min(to, channels - block * W);
        if (!residuals && !masks && vectors) {
            lanes(block, v, vo, pixels, 0, 1, v, vo, 1);
            for (int l = from; l < last; l++) {
                spread(v, vo + l, pixels, y, yo + at + l * plane, step);
            }
            return;
        }
        for (int l = from; l < last; l++) {
            for (int p = 0; p < pixels; p++) {
                int index = at + l * plane + p * step;
                y[yo + index] = apply(block * W + l, index, v[vo + p * W + l]);
            }
        }
    }

    private static void spread(float[] v, int vo, int pixels, float[] y, int yo, int step) {
        for (int p = 0; p < pixels; p++) {
            y[yo + p * step] = v[vo + p * W];
        }
    }

    /** One element: its channel, its index in the target, its value. */
    float apply(int channel, int index, float value) {
        return ended(index, sum(channel, index, value));
    }

    /** One element before ReLU and mask. */
    private float sum(int channel, int index, float value) {
        float v = value;
        if (scales) {
            float a = scale[scaleOffset + channel];
            v = shifts ? Math.fma(v, a, shift[shiftOffset + channel]) : v * a;
        } else if (shifts) {
            v += shift[shiftOffset + channel];
        }
        if (residuals) {
            v += residual[residualOffset + index];
        }
        return v;
    }

    private float ended(int index, float sum) {
        float v = sum;
        if (relu) {
            v = Math.min(Math.max(v, 0f), ceiling);
        }
        return masks && !isOpen(index) ? 0f : v;
    }

    private boolean passes(float sum) {
        return ceiling < Float.POSITIVE_INFINITY ? sum >= 0f && sum <= ceiling : sum > 0f;
    }

    private boolean isOpen(int index) {
        return kind == Bits.READ ? (bits[bitsOffset + index / W] >> index % W & 1) != 0
                : mask[maskOffset + index] > 0f;
    }
}
