// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.graph;

import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.TensorType;
import java.util.List;

/** Ops that change the size of images {@code [N, C, H, W]} by interpolation, and their adjoints. */
public sealed interface Resampling extends Op {

    /** How a pixel of the result finds its sources, {@code in} and {@code out} being the sizes along one axis. */
    enum Method {
        /** The pixel {@code floor(i * in / out)}; for floats and integers. */
        NEAREST,
        /** The two neighbours of {@code max(0, (i + 0.5) * in / out - 0.5)}, weighted by distance. */
        BILINEAR,
        /** The two neighbours of {@code i * (in - 1) / (out - 1)} (0 where out is 1): corners meet corners. */
        BILINEAR_ALIGN_CORNERS
    }

    /** How a pixel finds its sources. */
    Method method();

    /** To the given height and width. */
    record Resize(Method method, int height, int width) implements Resampling {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.operands(this, operands, 1);
            Check.rank(this, operands, 0, 4);
            Check.require(operands.get(0).dtype() == DType.F32
                    || (method == Method.NEAREST && operands.get(0).dtype() == DType.I32), this,
                    "this type cannot be interpolated", operands);
            Shape x = operands.get(0).shape();
            Check.require(height > 0 && width > 0 && x.dim(2) > 0 && x.dim(3) > 0, this, "sizes must be positive",
                    operands);
            return List.of(operands.get(0).withShape(Shape.of(x.dim(0), x.dim(1), height, width)));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            Shape x = adjoint.operand(0).shape();
            adjoint.add(0, () -> adjoint.graph().apply(new ResizeGradient(method, x.dim(2), x.dim(3)), adjoint.of(0)));
        }
    }

    /** The adjoint of {@link Resize} for an image of the given height and width. */
    record ResizeGradient(Method method, int height, int width) implements Resampling {
        @Override
        public List<TensorType> results(List<TensorType> operands) {
            Check.floats(this, operands, 1);
            Check.rank(this, operands, 0, 4);
            Shape g = operands.get(0).shape();
            Check.require(height > 0 && width > 0 && g.dim(2) > 0 && g.dim(3) > 0, this, "sizes must be positive",
                    operands);
            return List.of(TensorType.f32(g.dim(0), g.dim(1), height, width));
        }

        @Override
        public void gradient(Adjoint adjoint) {
            Shape g = adjoint.operand(0).shape();
            adjoint.add(0, () -> adjoint.graph().apply(new Resize(method, g.dim(2), g.dim(3)), adjoint.of(0)));
        }
    }

    /** An image of another size; the image itself if it has that size. */
    static Value resize(Method method, Value image, int height, int width) {
        return image.shape().dim(2) == height && image.shape().dim(3) == width
                ? image
                : image.graph().apply(new Resize(method, height, width), image);
    }
}
