// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.compile;

import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.MatMul;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.Optional;

/** What passes and devices ask of nodes and values again and again. */
public final class GraphFacts {

    private GraphFacts() {}

    /** The value that a reshaped value is another view of; a value that is not reshaped is its own. */
    public static Value root(Value value) {
        Value root = value;
        while (root.node().op() instanceof Layout.Reshape) {
            root = root.node().operand(0);
        }
        return root;
    }

    /** Whether a value has an image's elements in the image's order, in whatever form a device keeps the image. */
    public static boolean isWhole(Value value, Shape image) {
        return value.shape().equals(image) && root(value).shape().equals(image);
    }

    /** Whether a node is a matrix product or a convolution with an operand or a result that has no elements. */
    public static boolean isProductOfNothing(Node node) {
        return (node.op() instanceof MatMul || node.op() instanceof Convolution)
                && (node.result(0).shape().size() == 0
                        || node.operands().stream().anyMatch(operand -> operand.shape().size() == 0));
    }

    /** The window of the max pooling that a scatter is the gradient of, if it is that. */
    public static Optional<Pooling.Window> maxPoolWindow(Node node) {
        return node.op() instanceof Pooling.Scatter
                && node.operand(1).node().op() instanceof Pooling.MaxPool2d pooling && node.operand(1).index() == 1
                && node.operand(1).node().operand(0).shape().equals(node.result(0).shape())
                        ? Optional.of(pooling.window())
                        : Optional.empty();
    }

    /** Whether a shape has one element for each channel of images and broadcasts to them. */
    static boolean isPerChannel(Shape shape, Shape images) {
        int axis = shape.rank() - 3;
        return axis >= 0 && shape.rank() <= 4 && shape.dim(axis) == images.dim(1) && shape.size() == images.dim(1);
    }
}
