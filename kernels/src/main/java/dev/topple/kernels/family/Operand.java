// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.tensor.Shape;
import dev.topple.kernels.launch.Form;
import dev.topple.kernels.launch.Region;

/**
 * A value where it lies in memory: from the beginning of a region, in one of two orders.
 *
 * @param shape as in the graph, images as {@code [N, C, H, W]} whatever the form
 */
public record Operand(Region region, Shape shape, Form form) {

    /** Kernels number their threads with 32 bits; a last block may reach this far over the end. */
    private static final int MARGIN = 4096;

    public Operand {
        if (shape.size() > Integer.MAX_VALUE - MARGIN) {
            throw new IllegalArgumentException("a value " + shape + " has too many elements for the kernels");
        }
        if (form == Form.NHWC && shape.rank() != 4) {
            throw new IllegalArgumentException("only images lie with their channels last, not " + shape);
        }
        if (region.elements() < shape.size()) {
            throw new IllegalArgumentException(
                    "a value " + shape + " does not fit into a region of " + region.elements() + " elements");
        }
    }

    /** A value in row-major order. */
    public static Operand plain(Region region, Shape shape) {
        return new Operand(region, shape, Form.PLAIN);
    }

    /** The elements in memory between neighbours along each axis of the shape. */
    public int[] strides() {
        if (form == Form.PLAIN) {
            return shape.strides();
        }
        int rows = shape.dim(3) * shape.dim(1);
        return new int[] {shape.dim(2) * rows, 1, rows, shape.dim(1)};
    }

    /** The same for reading this value as one of a larger shape: 0 along axes that are broadcast. */
    public int[] strides(Shape larger) {
        if (!shape.broadcastsTo(larger)) {
            throw new IllegalArgumentException("shape " + shape + " does not broadcast to " + larger);
        }
        int[] own = strides();
        int[] strides = new int[larger.rank()];
        for (int axis = 0; axis < own.length; axis++) {
            strides[axis + larger.rank() - own.length] = shape.dim(axis) == 1 ? 0 : own[axis];
        }
        return strides;
    }

    /** 1 where channels are last, as kernels want to be told. */
    int channelsLast() {
        return form == Form.NHWC ? 1 : 0;
    }

    /** An image's number of channels. */
    int channels() {
        return shape.dim(1);
    }

    /** An image's height. */
    int height() {
        return shape.dim(2);
    }

    /** An image's width. */
    int width() {
        return shape.dim(3);
    }

    /** Whether four neighbouring channels can be read at once. */
    boolean fours() {
        return form == Form.NHWC && channels() % 4 == 0;
    }

    /** Refuses what is no image. */
    Operand image() {
        if (shape.rank() != 4) {
            throw new IllegalArgumentException("an image has four axes, not " + shape);
        }
        return this;
    }

    /** Refuses another shape. */
    Operand mustBe(Shape wanted) {
        if (!shape.equals(wanted)) {
            throw new IllegalArgumentException("the kernel needs a value " + wanted + ", not " + shape);
        }
        return this;
    }

    /** Refuses another form than row-major. */
    Operand mustBePlain() {
        if (form != Form.PLAIN) {
            throw new IllegalArgumentException("the kernel needs " + shape + " in row-major order; reorder it first");
        }
        return this;
    }
}
