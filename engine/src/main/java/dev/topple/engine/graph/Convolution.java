// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.List;

/**
 * Two-dimensional convolution (cross-correlation, as the field calls it) and its two gradients. Images are
 * {@code [N, C, H, W]}, weights {@code [outC, inC / groups, kernelH, kernelW]}. Each of the three ops is linear in
 * either operand, and their gradients are each other.
 */
public sealed interface Convolution extends Op {

    /** How a kernel moves over an image. */
    record Geometry(int strideH, int strideW, int padTop, int padLeft, int padBottom, int padRight, int dilationH,
            int dilationW, int groups) {

        /** Stride 1, no padding, no dilation, one group. */
        public static final Geometry UNIT = new Geometry(1, 1, 0, 0, 0, 0, 1, 1, 1);

        public Geometry {
            if (strideH < 1 || strideW < 1 || dilationH < 1 || dilationW < 1 || groups < 1) {
                throw new IllegalArgumentException("convolution: stride, dilation and groups must be at least 1");
            }
            if (padTop < 0 || padLeft < 0 || padBottom < 0 || padRight < 0) {
                throw new IllegalArgumentException("convolution: padding must not be negative");
            }
        }

        /** The same with this stride both ways. */
        public Geometry stride(int stride) {
            return new Geometry(stride, stride, padTop, padLeft, padBottom, padRight, dilationH, dilationW, groups);
        }

        /** The same with this padding on all sides. */
        public Geometry padding(int padding) {
            return new Geometry(strideH, strideW, padding, padding, padding, padding, dilationH, dilationW, groups);
        }

        /** The same with this dilation both ways. */
        public Geometry dilation(int dilation) {
            return new Geometry(strideH, strideW, padTop, padLeft, padBottom, padRight, dilation, dilation, groups);
        }

        /** The same with this many groups. */
        public Geometry groups(int count) {
            return new Geometry(strideH, strideW, padTop, padLeft, padBottom, padRight, dilationH, dilationW, count);
        }

        /** The height of the result for an image and a kernel of the given heights; below 1 where nothing fits. */
        public int outHeight(int height, int kernel) {
            return Math.floorDiv(height + padTop + padBottom - dilationH * (kernel - 1) - 1, strideH) + 1;
        }

        /** The width of the result for an image and a kernel of the given widths; below 1 where nothing fits. */
        public int outWidth(int width, int kernel) {
            return Math.floorDiv(width + padLeft + padRight - dilationW * (kernel - 1) - 1, strideW) + 1;
        }
    }

    /** How the kernel moves. */
    Geometry geometry();

    /** Operands (image, weight): {@code [N, outC, outH, outW]}. */
    record Conv2d(Geometry geometry) implements Convolution {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.floats(this, operands, 2);
            Check.rank(this, operands, 0, 4);
            Check.rank(this, operands, 1, 4);
            Shape x = operands.get(0).shape();
            Shape w = operands.get(1).shape();
            Check.require(x.dim(1) == w.dim(1) * geometry.groups() && w.dim(0) % geometry.groups() == 0, this,
                    "channels do not fit the weight and the groups", operands);
            int height = geometry.outHeight(x.dim(2), w.dim(2));
            int width = geometry.outWidth(x.dim(3), w.dim(3));
            Check.require(height > 0 && width > 0, this, "the kernel is larger than the padded image", operands);
            return List.of(TensorType.f32(x.dim(0), w.dim(0), height, width));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            Value x = adjoint.operand(0);
            Value w = adjoint.operand(1);
            adjoint.add(0, () -> inputGradient(geometry, adjoint.of(0), w, x.shape().dim(2), x.shape().dim(3)));
            adjoint.add(1, () -> weightGradient(geometry, x, adjoint.of(0), w.shape().dim(2), w.shape().dim(3)));
        }
    }

    /** Operands (gradient of the result, weight): the gradient of an image of the given height and width. */
    record InputGradient(Geometry geometry, int height, int width) implements Convolution {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.floats(this, operands, 2);
            Check.rank(this, operands, 0, 4);
            Check.rank(this, operands, 1, 4);
            Shape g = operands.get(0).shape();
            Shape w = operands.get(1).shape();
            Check.require(g.dim(1) == w.dim(0) && w.dim(0) % geometry.groups() == 0
                    && g.dim(2) == geometry.outHeight(height, w.dim(2))
                    && g.dim(3) == geometry.outWidth(width, w.dim(3)), this, "shapes do not fit", operands);
            return List.of(TensorType.f32(g.dim(0), w.dim(1) * geometry.groups(), height, width));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            Value g = adjoint.operand(0);
            Value w = adjoint.operand(1);
            adjoint.add(0, () -> conv2d(geometry, adjoint.of(0), w));
            adjoint.add(1, () -> weightGradient(geometry, adjoint.of(0), g, w.shape().dim(2), w.shape().dim(3)));
        }
    }

    /** Operands (image, gradient of the result): the gradient of a weight of the given kernel size. */
    record WeightGradient(Geometry geometry, int kernelH, int kernelW) implements Convolution {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.floats(this, operands, 2);
            Check.rank(this, operands, 0, 4);
            Check.rank(this, operands, 1, 4);
            Shape x = operands.get(0).shape();
            Shape g = operands.get(1).shape();
            Check.require(x.dim(0) == g.dim(0) && x.dim(1) % geometry.groups() == 0 && g.dim(1) % geometry.groups() == 0
                    && g.dim(2) == geometry.outHeight(x.dim(2), kernelH)
                    && g.dim(3) == geometry.outWidth(x.dim(3), kernelW), this, "shapes do not fit", operands);
            return List.of(TensorType.f32(g.dim(1), x.dim(1) / geometry.groups(), kernelH, kernelW));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            Value x = adjoint.operand(0);
            Value g = adjoint.operand(1);
            adjoint.add(0, () -> inputGradient(geometry, g, adjoint.of(0), x.shape().dim(2), x.shape().dim(3)));
            adjoint.add(1, () -> conv2d(geometry, x, adjoint.of(0)));
        }
    }

    /** Convolves an image with a weight. */
    static Value conv2d(Geometry geometry, Value image, Value weight) {
        return image.graph().apply(new Conv2d(geometry), image, weight);
    }

    /** Convolves an image with a weight and adds a bias {@code [outC]}. */
    static Value conv2d(Geometry geometry, Value image, Value weight, Value bias) {
        return conv2d(geometry, image, weight).plus(bias.reshape(1, bias.shape().size(), 1, 1));
    }

    /** The gradient of an image of the given size: the transposed convolution. */
    static Value inputGradient(Geometry geometry, Value resultGradient, Value weight, int height, int width) {
        return resultGradient.graph().apply(new InputGradient(geometry, height, width), resultGradient, weight);
    }

    /** The gradient of a weight of the given kernel size. */
    static Value weightGradient(Geometry geometry, Value image, Value resultGradient, int kernelH, int kernelW) {
        return image.graph().apply(new WeightGradient(geometry, kernelH, kernelW), image, resultGradient);
    }
}
