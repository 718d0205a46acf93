// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.kernels.launch.Argument;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.ArrayList;
import java.util.List;

/**
 * A convolution as an implicit product: pixels times channels of the target, summed over taps and channels of the
 * source.
 *
 * @param module of the kernel
 * @param kernel its name
 */
record ImplicitProduct(ImageWalk walk, String module, String kernel, Tile tile, WeightPacking packing, String reason)
        implements ConvolutionPlan {

    /** Channels of a target at most in the tiles that are made for few. */
    private static final int NARROW = 32;
    private static final int NARROWEST = 16;

    private static final Tile WIDE_TILE = new Tile(128, 128, 256, 0);
    private static final Tile SMALL_TILE = new Tile(64, 64, 128, 0);
    private static final Tile NARROW_TILE = new Tile(128, 32, 128, 0);

    private static final Tile WIDE_TENSOR_TILE = tensor(128, 128);
    private static final Tile MIDDLE_TENSOR_TILE = tensor(128, 64);
    private static final Tile SMALL_TENSOR_TILE = tensor(64, 64);
    private static final Tile NARROW_TENSOR_TILE = tensor(128, 32);
    private static final Tile NARROWEST_TENSOR_TILE = tensor(128, 16);

    /** Bytes for the terms of two rounds, and for each pixel of a tile. */
    private static final int TERM_TABLE = 256;
    private static final int PIXEL_TABLE = 8;

    private static Tile tensor(int rows, int columns) {
        return Tile.tensor(rows, columns, TERM_TABLE + PIXEL_TABLE * rows);
    }

    /** In fp32: the sums of products, each rounded once for each term. */
    static ImplicitProduct fp32(ImageWalk walk, String why) {
        int columns = walk.columns();
        int layers = layers(walk);
        boolean vectors = walk.hasVectors();
        Tile tile = columns <= NARROW ? NARROW_TILE
                : vectors && columns > SMALL_TILE.columns() && WIDE_TILE.keepsBusy(walk.pixels(), columns, layers)
                        ? WIDE_TILE
                : SMALL_TILE;
        String kernel = (vectors ? "convolution_" : "convolution_any_") + tile.suffix();
        return new ImplicitProduct(walk, "convolution", kernel, tile, packing(walk, false),
                "implicit product in fp32, tiles of " + tile.suffix() + why);
    }

    /** On tensor cores: factors rounded to tf32. */
    static ImplicitProduct tf32(ImageWalk walk) {
        int columns = walk.columns();
        int layers = layers(walk);
        Tile tile;
        if (columns <= NARROW) {
            tile = columns <= NARROWEST ? NARROWEST_TENSOR_TILE : NARROW_TENSOR_TILE;
        } else if (columns > MIDDLE_TENSOR_TILE.columns() && busy(WIDE_TENSOR_TILE, walk, layers)) {
            tile = WIDE_TENSOR_TILE;
        } else {
            tile = busy(MIDDLE_TENSOR_TILE, walk, layers) ? MIDDLE_TENSOR_TILE : SMALL_TENSOR_TILE;
        }
        return new ImplicitProduct(walk, "convolution_tf32", "convolution_tf32_" + tile.suffix(), tile,
                packing(walk, true), "implicit product on tensor cores, tf32, tiles of " + tile.suffix());
    }

    private static boolean busy(Tile tile, ImageWalk walk, int layers) {
        return tile.keepsBusy(walk.pixels(), walk.columns(), layers);
    }

    private static WeightPacking packing(ImageWalk walk, boolean tensor) {
        ConvolutionShape s = walk.shape();
        return new WeightPacking(s.geometry().groups(), s.groupOutChannels(), s.groupChannels(), s.taps(),
                walk.backward(), tensor, tensor);
    }

    private static int layers(ImageWalk walk) {
        int layers = Math.multiplyExact(walk.phases(), walk.shape().geometry().groups());
        if (layers > Tile.MOST_LAYERS) {
            throw new IllegalArgumentException("a convolution of " + walk.shape().geometry().groups() + " groups and "
                    + walk.phases() + " phases needs more layers of blocks than the " + Tile.MOST_LAYERS
                    + " that there are");
        }
        return layers;
    }

    @Override
    public Launch launch(Region source, Region packed, Epilogue epilogue, Region target) {
        List<Argument> arguments = new ArrayList<>();
        arguments.add(Argument.of(source));
        arguments.add(Argument.of(packed));
        arguments.add(Argument.of(target));
        arguments.addAll(epilogue.arguments(0));
        arguments.addAll(walk.arguments(packing.pitch()));
        List<Region> reads = new ArrayList<>(List.of(source, packed));
        reads.addAll(epilogue.regions());
        return new Launch(module, kernel, tile.grid(walk.pixels(), walk.columns(), layers(walk)), tile.block(),
                tile.sharedBytes(), arguments, reads, List.of(target));
    }
}
