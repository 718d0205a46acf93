// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.optest;

import static dev.topple.engine.optest.Draw.normal;

import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Cases of convolutions; each geometry and pair of shapes for all three ops. */
final class ConvolutionCases {

    private ConvolutionCases() {}

    static List<OpCase> all() {
        Geometry unit = Geometry.UNIT;
        List<OpCase> cases = new ArrayList<>();
        each(cases, "1x1", unit, Shape.of(2, 5, 7, 9), Shape.of(3, 5, 1, 1));
        each(cases, "1x1 of many channels", unit, Shape.of(1, 33, 5, 6), Shape.of(17, 33, 1, 1));
        each(cases, "1x1 with stride", unit.stride(2), Shape.of(2, 5, 7, 8), Shape.of(4, 5, 1, 1));
        each(cases, "1x1 of one pixel", unit, Shape.of(3, 20, 1, 1), Shape.of(18, 20, 1, 1));
        each(cases, "3x3", unit.padding(1), Shape.of(2, 3, 7, 9), Shape.of(5, 3, 3, 3));
        each(cases, "3x3 of many channels", unit.padding(1), Shape.of(1, 17, 6, 7), Shape.of(33, 17, 3, 3));
        each(cases, "3x3 of 16 channels", unit.padding(1), Shape.of(2, 16, 9, 13), Shape.of(16, 16, 3, 3));
        each(cases, "3x3 of 32 channels", unit.padding(1), Shape.of(1, 32, 8, 8), Shape.of(16, 32, 3, 3));
        each(cases, "3x3 without padding", unit, Shape.of(2, 3, 6, 5), Shape.of(4, 3, 3, 3));
        each(cases, "3x3 that fits once", unit, Shape.of(2, 3, 3, 3), Shape.of(4, 3, 3, 3));
        each(cases, "3x3 of an image of one pixel", unit.padding(1), Shape.of(2, 3, 1, 1), Shape.of(4, 3, 3, 3));
        each(cases, "3x3 with stride", unit.stride(2).padding(1), Shape.of(2, 5, 9, 8), Shape.of(6, 5, 3, 3));
        each(cases, "3x3 with stride, many channels", unit.stride(2).padding(1), Shape.of(1, 17, 7, 6),
                Shape.of(16, 17, 3, 3));
        each(cases, "3x3 with a stride that leaves pixels out", unit.stride(3), Shape.of(1, 2, 8, 8),
                Shape.of(2, 2, 3, 3));
        each(cases, "stride beyond the kernel", unit.stride(3), Shape.of(2, 3, 8, 7), Shape.of(4, 3, 1, 2));
        each(cases, "dilated", unit.padding(2).dilation(2), Shape.of(2, 3, 7, 9), Shape.of(4, 3, 3, 3));
        each(cases, "dilated by 4", unit.padding(4).dilation(4), Shape.of(1, 3, 7, 9), Shape.of(16, 3, 3, 3));
        each(cases, "dilated beyond the image", unit.padding(6).dilation(6), Shape.of(1, 3, 5, 4),
                Shape.of(4, 3, 3, 3));
        each(cases, "dilated with stride", unit.stride(2).padding(2).dilation(2), Shape.of(1, 3, 9, 9),
                Shape.of(4, 3, 3, 3));
        each(cases, "7x7 with stride", unit.stride(2).padding(3), Shape.of(1, 3, 17, 15), Shape.of(16, 3, 7, 7));
        each(cases, "5x5", unit.padding(2), Shape.of(1, 4, 6, 8), Shape.of(3, 4, 5, 5));
        each(cases, "in groups", unit.padding(1).groups(2), Shape.of(2, 6, 5, 7), Shape.of(4, 3, 3, 3));
        each(cases, "depthwise", unit.padding(1).groups(17), Shape.of(2, 17, 5, 7), Shape.of(17, 1, 3, 3));
        each(cases, "depthwise, more results", unit.padding(1).groups(3), Shape.of(2, 3, 5, 7), Shape.of(6, 1, 3, 3));
        each(cases, "depthwise with stride", unit.stride(2).padding(1).groups(16), Shape.of(1, 16, 7, 7),
                Shape.of(16, 1, 3, 3));
        each(cases, "in groups, dilated, with stride", unit.stride(2).padding(2).dilation(2).groups(2),
                Shape.of(1, 4, 8, 9), Shape.of(6, 2, 3, 3));
        each(cases, "uneven", new Geometry(2, 1, 1, 0, 2, 3, 1, 2, 1), Shape.of(2, 3, 8, 9), Shape.of(4, 3, 2, 3));
        each(cases, "one channel to one", unit, Shape.of(1, 1, 5, 5), Shape.of(1, 1, 2, 2));
        each(cases, "padding wider than the kernel", unit.padding(3), Shape.of(1, 2, 3, 4), Shape.of(3, 2, 2, 2));
        cases.add(OpCase.of("conv2d/with bias and relu", List.of(normal(2, 3, 7, 9), normal(5, 3, 3, 3), normal(5)),
                x -> Convolution.conv2d(unit.padding(1), x.get(0), x.get(1), x.get(2)).relu())
                .within(Tolerance.SUMS));
        return cases;
    }

    private static void each(List<OpCase> cases, String name, Geometry geometry, Shape image, Shape weight) {
        int height = image.dim(2);
        int width = image.dim(3);
        int kernelH = weight.dim(2);
        int kernelW = weight.dim(3);
        int[] result = {image.dim(0), weight.dim(0), geometry.outHeight(height, kernelH),
            geometry.outWidth(width, kernelW)};
        cases.add(OpCase.of("conv2d/" + name, List.of(normal(image.dims()), normal(weight.dims())),
                x -> Convolution.conv2d(geometry, x.get(0), x.get(1))).within(Tolerance.SUMS));
        cases.add(OpCase.of("conv2d input gradient/" + name, List.of(normal(result), normal(weight.dims())),
                x -> Convolution.inputGradient(geometry, x.get(0), x.get(1), height, width)).within(Tolerance.SUMS));
        cases.add(OpCase.of("conv2d weight gradient/" + name, List.of(normal(image.dims()), normal(result)),
                x -> Convolution.weightGradient(geometry, x.get(0), x.get(1), kernelH, kernelW))
                .within(Tolerance.SUMS));
    }
}
