// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.Precision;
import dev.topple.engine.graph.Convolution.Geometry;
import dev.topple.engine.tensor.DType;
import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.launch.Argument;
import dev.topple.kernels.launch.Form;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient of a convolution's weight: a sum over the pixels of all images, divided into splits of neighbouring
 * pixels. Each split has a partial sum of its own, and a second kernel adds them up in their order. How many splits
 * there are follows from the shape alone, the number of images included.
 */
public final class WeightGradient {

    private static final int SUM_THREADS = 256;

    /** Channels and threads for each of them of the depthwise kernel. */
    private static final Tile DEPTHWISE_TILE = new Tile(32, 1, 256, 0);

    private final ConvolutionShape shape;
    private final Form form;
    private final String module;
    private final String kernel;
    private final Tile tile;
    private final int length;
    private final int splits;
    private final String reason;

    private WeightGradient(ConvolutionShape shape, Form form, String module, String kernel, Tile tile, String reason) {
        this.shape = shape;
        this.form = form;
        this.module = module;
        this.kernel = kernel;
        this.tile = tile;
        long tiles = isDepthwise() ? tile.count(shape.outChannels(), shape.taps())
                : tile.count(shape.groupOutChannels(), columns()) * shape.geometry().groups();
        this.length = TileTable.split(tiles, pixels(), weightSize(),
                Math.max(1, Tile.MOST_LAYERS / shape.geometry().groups()));
        this.splits = Math.ceilDiv(pixels(), length);
        this.reason = reason + (splits == 1 ? "" : ", " + splits + " splits of " + length + " pixels");
    }

    /**
     * Chooses a kernel.
     *
     * @param image the form of the image; the gradient of the result is {@link Form#NHWC}
     */
    public static WeightGradient of(ConvolutionShape shape, Form image, Precision precision) {
        if (shape.isDepthwise() && image == Form.NHWC) {
            return new WeightGradient(shape, image, "depthwise", "depthwise_weights", DEPTHWISE_TILE,
                    "depthwise in fp32");
        }
        if (shape.geometry().groups() > Tile.MOST_LAYERS) {
            throw new IllegalArgumentException("the gradient of a weight of " + shape.geometry().groups()
                    + " groups needs more layers of blocks than the " + Tile.MOST_LAYERS + " that there are");
        }
        boolean vectors = image == Form.NHWC && shape.groupChannels() % 4 == 0;
        boolean tensor = precision == Precision.FAST && vectors && shape.groupOutChannels() % 4 == 0;
        Tile tile = TileTable.weightGradient(shape.groupOutChannels(), shape.taps() * shape.groupChannels(), vectors,
                tensor);
        if (tensor) {
            return new WeightGradient(shape, image, "convolution_weights_tf32",
                    "convolution_weights_tf32_" + tile.suffix(), tile,
                    "implicit product on tensor cores, tf32, tiles of " + tile.suffix());
        }
        return new WeightGradient(shape, image, "convolution_weights",
                (vectors ? "convolution_weights_" : "convolution_weights_any_") + tile.suffix(), tile,
                "implicit product in fp32, tiles of " + tile.suffix() + (precision == Precision.EXACT ? ""
                        : "; tensor cores want the channels last and in fours"));
    }

    private boolean isDepthwise() {
        return tile == DEPTHWISE_TILE;
    }

    private int pixels() {
        return shape.images() * shape.outHeight() * shape.outWidth();
    }

    private int columns() {
        return shape.taps() * shape.groupChannels();
    }

    private int weightSize() {
        return shape.outChannels() * columns();
    }

    /** By which kernel, and why by no faster one, for people. */
    public String reason() {
        return reason;
    }

    /** Working memory. */
    public Region working() {
        return new Region(DType.F32, (long) splits * weightSize());
    }

    /**
     * Computes it.
     *
     * @param image in the form that was given
     * @param gradient of the result, {@link Form#NHWC}
     * @param working memory as {@link #working} describes it
     * @param weight the result, {@code [O][I / groups][KH][KW]}
     */
    public List<Launch> launches(Region image, Region gradient, Region working, Region weight) {
        Launch sum = new Launch("convolution_weights", "convolution_weights_sum",
                Extent.of(Math.ceilDiv(weightSize(), SUM_THREADS)), Extent.of(SUM_THREADS), 0,
                List.of(Argument.of(working), Argument.of(weight), Argument.of(splits),
                        Argument.of(shape.outChannels()), Argument.of(shape.groupChannels()),
                        Argument.of(shape.taps())),
                List.of(working), List.of(weight));
        return List.of(isDepthwise() ? depthwise(image, gradient, working) : product(image, gradient, working), sum);
    }

    private Launch product(Region image, Region gradient, Region working) {
        Geometry g = shape.geometry();
        boolean plain = form == Form.PLAIN;
        int plane = shape.height() * shape.width();
        List<Argument> arguments = arguments(image, gradient, working, shape.images(), shape.height(), shape.width(),
                plane * shape.channels(), plain ? 1 : shape.channels(), plain ? plane : 1, shape.groupChannels(),
                shape.outHeight(), shape.outWidth(), shape.outChannels(), shape.groupOutChannels(), shape.kernelH(),
                shape.kernelW(), g.strideH(), g.strideW(), g.padTop(), g.padLeft(), g.dilationH(), g.dilationW(),
                g.groups(), length);
        return new Launch(module, kernel,
                tile.grid(shape.groupOutChannels(), columns(), splits * shape.geometry().groups()), tile.block(),
                tile.sharedBytes(), arguments, List.of(image, gradient), List.of(working));
    }

    private Launch depthwise(Region image, Region gradient, Region working) {
        Geometry g = shape.geometry();
        List<Argument> arguments = arguments(image, gradient, working, pixels(), length, shape.height(),
                shape.width(), shape.channels(), shape.outHeight(), shape.outWidth(), shape.outChannels(),
                shape.kernelW(), g.strideH(), g.strideW(), g.padTop(), g.padLeft(), g.dilationH(), g.dilationW());
        return new Launch(module, kernel,
                new Extent(Math.ceilDiv(shape.outChannels(), tile.rows()), shape.taps(), splits), tile.block(), 0,
                arguments, List.of(image, gradient), List.of(working));
    }

    private static List<Argument> arguments(Region image, Region gradient, Region working, int... numbers) {
        List<Argument> out = new ArrayList<>(List.of(Argument.of(image), Argument.of(gradient), Argument.of(working)));
        for (int number : numbers) {
            out.add(Argument.of(number));
        }
        return out;
    }
}
