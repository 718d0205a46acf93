// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.List;

/** Ops that make one pixel of a window of pixels, on images {@code [N, C, H, W]}, and their adjoints. */
public sealed interface Pooling extends Op {

    /**
     * How a window moves over an image, as PyTorch defines it.
     *
     * @param ceilMode whether a last window that hangs over the right or lower edge counts, as long as it starts within
     *     the image or its left or upper padding
     */
    record Window(int kernelH, int kernelW, int strideH, int strideW, int padH, int padW, boolean ceilMode) {

        public Window {
            if (kernelH < 1 || kernelW < 1 || strideH < 1 || strideW < 1) {
                throw new IllegalArgumentException("pooling: kernel and stride must be at least 1");
            }
            if (padH < 0 || padW < 0 || 2 * padH > kernelH || 2 * padW > kernelW) {
                throw new IllegalArgumentException("pooling: padding must be from 0 to half of the kernel");
            }
        }

        /** A square window. */
        public static Window square(int kernel, int stride, int padding) {
            return new Window(kernel, kernel, stride, stride, padding, padding, false);
        }

        /** The same with a last window that may hang over the edge. */
        public Window ceil() {
            return new Window(kernelH, kernelW, strideH, strideW, padH, padW, true);
        }

        /** The height of the result. */
        public int outHeight(int height) {
            return out(height, kernelH, strideH, padH);
        }

        /** The width of the result. */
        public int outWidth(int width) {
            return out(width, kernelW, strideW, padW);
        }

        private int out(int size, int kernel, int stride, int pad) {
            int span = size + 2 * pad - kernel;
            int out = Math.floorDiv(ceilMode ? span + stride - 1 : span, stride) + 1;
            return ceilMode && (out - 1) * stride >= size + pad ? out - 1 : out;
        }
    }

    /**
     * The largest of each window. Results (values, i32 indices {@code y * W + x} of the first largest within its
     * plane). Padding never wins; the first NaN does.
     */
    record MaxPool2d(Window window) implements Pooling {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            TensorType values = pooled(this, window, operands);
            return List.of(values, values.withDtype(DType.I32));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            Shape x = adjoint.operand(0).shape();
            adjoint.add(0, () -> adjoint.graph().apply(new Scatter(x.dim(2), x.dim(3)), adjoint.of(0),
                    adjoint.result(1)));
        }
    }

    /**
     * Operands (values, indices): adds each value to its place in planes of the given size that start at zero. An index
     * out of range adds nothing (and the gradient there is NaN).
     */
    record Scatter(int height, int width) implements Pooling {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            planes(this, operands);
            Shape g = operands.get(0).shape();
            Check.require(g.equals(operands.get(1).shape()), this, "every value needs an index", operands);
            return List.of(TensorType.f32(g.dim(0), g.dim(1), height, width));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            adjoint.add(0, () -> adjoint.graph().apply(new Gather(), adjoint.of(0), adjoint.operand(1)));
        }
    }

    /**
     * Operands (image, indices): the pixels of each plane that the indices of that plane name. An index out of range
     * gives NaN.
     */
    record Gather() implements Pooling {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            planes(this, operands);
            return List.of(operands.get(1).withDtype(DType.F32));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            Shape x = adjoint.operand(0).shape();
            adjoint.add(0, () -> adjoint.graph().apply(new Scatter(x.dim(2), x.dim(3)), adjoint.of(0),
                    adjoint.operand(1)));
        }
    }

    /** The mean of each window, over all its places within the padded image or over the real pixels alone. */
    record AvgPool2d(Window window, boolean countPadding) implements Pooling {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            return List.of(pooled(this, window, operands));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            Shape x = adjoint.operand(0).shape();
            adjoint.add(0, () -> adjoint.graph().apply(new AvgPool2dGradient(window, countPadding, x.dim(2), x.dim(3)),
                    adjoint.of(0)));
        }
    }

    /** The adjoint of {@link AvgPool2d} for an image of the given size. */
    record AvgPool2dGradient(Window window, boolean countPadding, int height, int width) implements Pooling {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.floats(this, operands, 1);
            Check.rank(this, operands, 0, 4);
            Shape g = operands.get(0).shape();
            Check.require(g.dim(2) == window.outHeight(height) && g.dim(3) == window.outWidth(width), this,
                    "shapes do not fit", operands);
            return List.of(TensorType.f32(g.dim(0), g.dim(1), height, width));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            adjoint.add(0, () -> adjoint.graph().apply(new AvgPool2d(window, countPadding), adjoint.of(0)));
        }
    }

    private static TensorType pooled(Op op, Window window, List<TensorType> operands) {
        Check.floats(op, operands, 1);
        Check.rank(op, operands, 0, 4);
        Shape x = operands.get(0).shape();
        int height = window.outHeight(x.dim(2));
        int width = window.outWidth(x.dim(3));
        Check.require(height > 0 && width > 0, op, "the window is larger than the padded image", operands);
        return TensorType.f32(x.dim(0), x.dim(1), height, width);
    }

    private static void planes(Op op, List<TensorType> operands) {
        Check.operands(op, operands, 2);
        Check.dtype(op, operands, 0, DType.F32);
        Check.dtype(op, operands, 1, DType.I32);
        Check.rank(op, operands, 0, 4);
        Check.rank(op, operands, 1, 4);
        Shape a = operands.get(0).shape();
        Shape b = operands.get(1).shape();
        Check.require(a.dim(0) == b.dim(0) && a.dim(1) == b.dim(1), op, "images and indices differ", operands);
    }

    /** The largest of each window; results as of {@link MaxPool2d}. */
    static Node maxPool2d(Window window, Value image) {
        return image.graph().node(new MaxPool2d(window), image);
    }

    /** The mean of each window. */
    static Value avgPool2d(Window window, boolean countPadding, Value image) {
        return image.graph().apply(new AvgPool2d(window, countPadding), image);
    }
}
