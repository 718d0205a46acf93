// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.kernel;

import dev.topple.engine.cpu.kernel.ResizeTables.Adjoint;
import dev.topple.engine.cpu.kernel.ResizeTables.Axis;
import dev.topple.engine.graph.Resampling;
import java.util.Arrays;

/**
 * The cross-entropy of logits that are resized first, and its gradient by the logits before. The enlarged logits are
 * never written to memory: a few places at a time, they come to exist, become soft maxima and losses, and their
 * gradients are added to the two rows of small ones that they came from.
 *
 * <p>An image is cut into strips of small rows by its shape alone. A strip's enlarged rows are those whose first small
 * row belongs to it. The last of them also see the first row of the next strip; what they give to it is kept apart, as
 * the strip's edge, and added when the gradient is finished. So every sum has a fixed order.
 */
public final class ResizedLossKernel {

    private static final int MOST_STRIPS = 8;
    private static final int LEAST_ROWS = 4;

    /** So many places are worked on at a time that what they need stays in the first-level cache. */
    private static final int CHUNK = 64;

    private final int classes;
    private final int height;
    private final int width;
    private final int outHeight;
    private final int outWidth;
    private final int ignored;
    private final Axis rows;
    private final Axis columns;
    private final Adjoint collected;
    private final LaneKernels lanes;
    private final int stripRows;
    private final LossKernels.Memory memory;

    // Where things lie in the working memory.
    private final int stride;
    private final int plane;
    private final int sums;
    private final int hits;
    private final int inverses;
    private final int zeros;
    private final int unread;
    private final int scratch;

    /**
     * A kernel for images of one shape.
     *
     * @param ignored the label of places that do not count
     */
    public ResizedLossKernel(Resampling.Method method, int classes, int height, int width, int outHeight, int outWidth,
            int ignored, LaneKernels lanes) {
        this.classes = classes;
        this.height = height;
        this.width = width;
        this.outHeight = outHeight;
        this.outWidth = outWidth;
        this.ignored = ignored;
        this.lanes = lanes;
        rows = Axis.of(method, height, outHeight);
        columns = Axis.of(method, width, outWidth);
        collected = Adjoint.of(columns, width);
        stripRows = Math.max(LEAST_ROWS, (height + MOST_STRIPS - 1) / MOST_STRIPS);
        stride = (outWidth + LossKernels.GROUP - 1) / LossKernels.GROUP * LossKernels.GROUP;
        plane = classes * stride;
        // Two planes of stretched logits and two of gradients, each for the rows of one parity, and one of powers.
        sums = 5 * plane;
        hits = sums + stride;
        inverses = hits + stride;
        zeros = inverses + stride;
        unread = zeros + stride;
        scratch = unread + stride;
        memory = new LossKernels.Memory(classes, stride, 4 * plane, sums, hits, inverses);
    }

    /** Into how many strips an image is cut. */
    public int strips() {
        return (height + stripRows - 1) / stripRows;
    }

    /** Working memory of a strip in floats. */
    public int scratch() {
        return scratch;
    }

    /** Working memory of a strip in integers. */
    public int intScratch() {
        return LossKernels.GROUP;
    }

    /** How many floats the unfinished gradient of an image takes: its rows, then the edges of the strips. */
    public int unfinished() {
        return classes * width * (height + strips());
    }

    /**
     * The losses of a strip of an image, and if asked for its unfinished gradient: that of the sum of all losses.
     *
     * @param x logits {@code [classes, height, width]} from {@code from} on
     * @param labels {@code [outHeight, outWidth]}
     * @param loss for the losses {@code [outHeight, outWidth]}
     * @param gradient whether to compute the gradient
     * @param part where the image's unfinished gradient goes
     */
    public void strip(int strip, float[] x, int from, int[] labels, int labelsAt, float[] loss, int lossAt,
            boolean gradient, float[] part, int partAt, float[] scratch, int[] ints) {
        Arrays.fill(scratch, 2 * plane, 4 * plane, 0);
        Arrays.fill(scratch, zeros, unread + stride, 0);
        int begin = strip * stripRows;
        int end = Math.min(height, begin + stripRows);
        int current = begin;
        int inEven = -1;
        int inOdd = -1;
        for (int y = firstResult(begin); y < outHeight && rows.first()[y] < end; y++) {
            int first = rows.first()[y];
            int second = rows.second()[y];
            for (; gradient && current < first; current++) {
                finishRow(current, part, partAt + current * width, height, scratch);
            }
            for (int row = first; row <= second; row++) {
                if (row != (row % 2 == 0 ? inEven : inOdd)) {
                    stretch(x, from, row, scratch, row % 2 * plane);
                    inEven = row % 2 == 0 ? row : inEven;
                    inOdd = row % 2 == 1 ? row : inOdd;
                }
            }
            row(y, labels, labelsAt, gradient, scratch, ints);
            ElementKernels kernels = lanes.elements();
            kernels.log(scratch, sums, scratch, sums, outWidth);
            kernels.subtract(loss, lossAt + y * outWidth, scratch, sums, scratch, hits, outWidth);
        }
        for (; gradient && current < end; current++) {
            finishRow(current, part, partAt + current * width, height, scratch);
        }
        if (gradient) {
            // The next strip's first row, as far as this strip knows it; 0 after the last strip.
            finishRow(end, part, partAt + classes * height * width + strip * width, strips(), scratch);
        }
    }

    /** The first row of the result whose first source is at least the given row. */
    private int firstResult(int row) {
        int y = 0;
        while (y < outHeight && rows.first()[y] < row) {
            y++;
        }
        return y;
    }

    private void stretch(float[] x, int from, int row, float[] scratch, int at) {
        lanes.stretch(scratch, at, stride, x, from + row * width, height * width, classes, columns.first(),
                columns.second(), columns.weight(), outWidth);
    }

    private void row(int y, int[] labels, int labelsAt, boolean gradient, float[] scratch, int[] ints) {
        int first = rows.first()[y];
        boolean single = rows.second()[y] == first;
        float t = rows.weight()[y];
        int a = first % 2 * plane;
        int b = single ? zeros : plane - a;
        int bStride = single ? 0 : stride;
        int below = 2 * plane + a;
        int above = single ? unread : 3 * plane - a;
        int from = labelsAt + y * outWidth;
        int whole = outWidth - outWidth % LossKernels.GROUP;
        for (int place = 0; place < whole; place += CHUNK) {
            int to = Math.min(whole, place + CHUNK);
            places(scratch, a, b, bStride, t, labels, from, place, to, gradient, below, above);
        }
        if (whole < outWidth) {
            Arrays.fill(ints, 0, LossKernels.GROUP, ignored);
            System.arraycopy(labels, from + whole, ints, 0, outWidth - whole);
            places(scratch, a, b, bStride, t, ints, -whole, whole, stride, gradient, below, above);
        }
    }

    private void places(float[] scratch, int a, int b, int bStride, float t, int[] labels, int labelsAt, int from,
            int to, boolean gradient, int below, int above) {
        LossKernels kernels = lanes.losses();
        kernels.powers(memory, scratch, a, b, bStride, t, labels, labelsAt, ignored, from, to);
        if (gradient) {
            kernels.gradients(memory, scratch, t, labels, labelsAt, from, to, below, above, bStride);
        }
    }

    /** Takes the gradient of one small row out of the working memory, which is cleared for the next but one. */
    private void finishRow(int row, float[] part, int at, int rowsPerClass, float[] scratch) {
        int from = 2 * plane + row % 2 * plane;
        lanes.collect(part, at, rowsPerClass * width, scratch, from, stride, classes, collected.index(),
                collected.weight(), collected.taps(), width);
        Arrays.fill(scratch, from, from + plane, 0);
    }

    /**
     * Finishes the gradient of one class of an image.
     *
     * @param part the image's unfinished gradient
     * @param factor the gradient by each of the image's losses
     * @param out the class's plane {@code [height, width]}
     */
    public void finish(int c, float[] part, int partAt, float factor, float[] out, int to) {
        ElementKernels kernels = lanes.elements();
        int rowsAt = partAt + c * height * width;
        int edgesAt = partAt + (classes * height + c * strips()) * width;
        kernels.scale(out, to, part, rowsAt, factor, height * width);
        for (int strip = 1; strip < strips(); strip++) {
            int row = strip * stripRows * width;
            kernels.add(out, to + row, part, rowsAt + row, part, edgesAt + (strip - 1) * width, width);
            kernels.scale(out, to + row, out, to + row, factor, width);
        }
    }
}
