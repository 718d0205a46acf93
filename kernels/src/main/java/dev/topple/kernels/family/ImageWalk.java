// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.kernels.launch.Argument;
import dev.topple.kernels.launch.Form;
import java.util.ArrayList;
import java.util.List;

/**
 * A walk over a source image that makes a target image: a convolution from image to result, or the gradient of its
 * image, from the gradient of the result.
 *
 * @param shape of the convolution
 * @param backward whether it is the gradient
 * @param source the form of the source
 */
record ImageWalk(ConvolutionShape shape, boolean backward, Form source) {

    int sourceChannels() {
        return backward ? shape.outChannels() : shape.channels();
    }

    int sourceHeight() {
        return backward ? shape.outHeight() : shape.height();
    }

    int sourceWidth() {
        return backward ? shape.outWidth() : shape.width();
    }

    int targetChannels() {
        return backward ? shape.channels() : shape.outChannels();
    }

    int targetHeight() {
        return backward ? shape.height() : shape.outHeight();
    }

    int targetWidth() {
        return backward ? shape.width() : shape.outWidth();
    }

    /** Channels of the source in a group. */
    int terms() {
        return sourceChannels() / shape.geometry().groups();
    }

    /** Channels of the target in a group. */
    int columns() {
        return targetChannels() / shape.geometry().groups();
    }

    /** Pixels of the target with taps of their own: where a strided kernel's gradient has another set of taps. */
    int phases() {
        return backward ? shape.geometry().strideH() * shape.geometry().strideW() : 1;
    }

    /** Pixels of the target, of all images, in the largest phase. */
    int pixels() {
        Geometry g = shape.geometry();
        int rows = backward ? (targetHeight() + g.strideH() - 1) / g.strideH() : targetHeight();
        int columns = backward ? (targetWidth() + g.strideW() - 1) / g.strideW() : targetWidth();
        return shape.images() * rows * columns;
    }

    /** Layers of blocks: phases of all groups. */
    int layers() {
        int groups = shape.geometry().groups();
        long layers = (long) phases() * groups;
        if (layers > Tile.MOST_LAYERS) {
            throw new IllegalArgumentException("a convolution of " + groups + " groups and " + phases()
                    + " phases needs more layers of blocks than the " + Tile.MOST_LAYERS + " that there are");
        }
        return (int) layers;
    }

    /** Whether four neighbouring channels of a group are one aligned load. */
    boolean hasVectors() {
        return source == Form.NHWC && terms() % 4 == 0;
    }

    /** The parameters of a kernel that describe the walk. */
    List<Argument> arguments(int pitch) {
        Geometry g = shape.geometry();
        int plane = sourceHeight() * sourceWidth();
        boolean plain = source == Form.PLAIN;
        List<Argument> out = new ArrayList<>();
        for (int value : new int[] {shape.images(), sourceHeight(), sourceWidth(), plane * sourceChannels(),
            plain ? 1 : sourceChannels(), plain ? plane : 1, terms(), targetHeight(), targetWidth(), targetChannels(),
            columns(), shape.kernelH(), shape.kernelW(), g.strideH(), g.strideW(), g.padTop(), g.padLeft(),
            g.dilationH(), g.dilationW(), backward ? 1 : 0, pitch}) {
            out.add(Argument.of(value));
        }
        return out;
    }
}
