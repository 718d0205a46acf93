// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import java.util.List;

/**
 * Which tiles there are and which of them a product gets: all the numbers that are to be tuned by measuring on a GPU.
 *
 * <p>Tiles change no bits and may follow the size of the batch. Into how many {@linkplain #segment segments} a
 * convolution is cut does change them; it follows from the shape of one image and from constants, never from the batch
 * or the device.
 */
final class TileTable {

    /** Blocks from which on a large device is busy; fewer large tiles lose to more of smaller ones. */
    private static final int BUSY = 192;
    private static final int BUSY_PRODUCTS = 96;

    /** Blocks that one image should give, two for each multiprocessor of a large device; else it is cut in segments. */
    private static final int WANTED = 264;
    /** Terms of a convolution from which on segments pay for the second kernel, and terms of a segment, at least. */
    private static final int LEAST_TERMS = 1024;
    private static final int LEAST_SEGMENT = 288;
    /** Channels that a kernel sums over all taps before the next ones; a constant of the kernels. */
    private static final int CHUNK = 32;
    /** Elements that segments of blocks of their own may have in working memory: they should stay in the last cache. */
    private static final long MOST_PARTS = 1 << 21;

    /** Pixels of a split of a weight's gradient, at least, and elements of all its partial sums together, at most. */
    private static final int LEAST_SPLIT = 256;
    private static final int MOST_SPLIT_SUMS = 1 << 26;
    /** Splits are multiples of the terms that a kernel takes at a time. */
    private static final int ROUND = 32;

    /** Columns at most in the tiles that are made for few. */
    private static final int NARROW = 32;
    private static final int NARROWEST = 16;

    /** Bytes besides the stages: the terms of two rounds, and each pixel of a tile. */
    private static final int TERM_TABLE = 256;
    private static final int PIXEL_TABLE = 16;
    private static final int WEIGHT_TABLE = 1024;

    private static final Tile WIDE = new Tile(128, 128, 256, 0);
    private static final Tile MIDDLE = new Tile(64, 64, 128, 0);
    private static final Tile SMALL = new Tile(32, 32, 64, 0);
    private static final Tile THIN = new Tile(128, 32, 128, 0);

    /** Tiles of a kind of product, from large to small, and those for few columns. */
    private record Tiles(List<Tile> tiles, Tile narrow, Tile narrowest) {}

    private static final Tiles CONVOLUTION = new Tiles(List.of(WIDE, MIDDLE), THIN, THIN);
    /** For any number of channels. */
    private static final Tiles CONVOLUTION_ANY = new Tiles(List.of(MIDDLE), THIN, THIN);
    private static final Tiles CONVOLUTION_TENSOR = new Tiles(
            List.of(pixels(128, 128), pixels(128, 64), pixels(64, 64)), pixels(128, 32), pixels(128, 16));

    private static final Tile WEIGHT_WIDE_TENSOR = Tile.tensor(128, 128, WEIGHT_TABLE);
    private static final Tile WEIGHT_TENSOR = Tile.tensor(64, 64, WEIGHT_TABLE);
    private static final Tile PRODUCT_WIDE_TENSOR = Tile.tensor(128, 128, 0);
    private static final Tile PRODUCT_TENSOR = Tile.tensor(64, 64, 0);

    private TileTable() {}

    private static Tile pixels(int rows, int columns) {
        return Tile.tensor(rows, columns, TERM_TABLE + PIXEL_TABLE * rows);
    }

    /**
     * How a convolution is cut.
     *
     * @param tile what a block makes
     * @param apart whether segments have blocks of their own, and do not follow each other in one
     */
    record Choice(Tile tile, boolean apart) {}

    /** The tiles that there are for a convolution, from large to small. */
    static List<Tile> convolutions(ImageWalk walk, boolean tensor) {
        Tiles tiles = tensor ? CONVOLUTION_TENSOR : walk.hasVectors() ? CONVOLUTION : CONVOLUTION_ANY;
        if (walk.columns() <= NARROW) {
            return List.of(walk.columns() <= NARROWEST ? tiles.narrowest() : tiles.narrow());
        }
        // A tile half of which would be beyond the last column is no good, except the last one.
        List<Tile> wide = tiles.tiles().stream().filter(tile -> walk.columns() > tile.columns() / 2).toList();
        return wide.isEmpty() ? List.of(tiles.tiles().get(tiles.tiles().size() - 1)) : wide;
    }

    /** Chooses for a convolution: the largest tile that keeps the device busy, with segments apart if need be. */
    static Choice convolution(ImageWalk walk, boolean tensor) {
        List<Tile> tiles = convolutions(walk, tensor);
        int segments = Math.ceilDiv(walk.terms(), segment(walk));
        long parts = (long) segments * walk.shape().images() * walk.targetHeight() * walk.targetWidth()
                * walk.targetChannels();
        boolean mayPart = segments > 1 && parts <= MOST_PARTS;
        for (Tile tile : tiles) {
            long blocks = tile.count(walk.pixels(), walk.columns()) * walk.layers();
            if (blocks >= BUSY) {
                return new Choice(tile, false);
            }
            if (mayPart && blocks * segments >= BUSY) {
                return new Choice(tile, true);
            }
        }
        return new Choice(tiles.get(tiles.size() - 1), mayPart);
    }

    /** Channels of the source in a segment; all of them where one image gives tiles enough. */
    static int segment(ImageWalk walk) {
        long tiles = (walk.columns() <= NARROW ? THIN : MIDDLE)
                .count(walk.pixels() / walk.shape().images(), walk.columns()) * walk.layers();
        long terms = (long) walk.terms() * walk.shape().taps() / walk.phases();
        if (tiles >= WANTED || terms < LEAST_TERMS) {
            return walk.terms();
        }
        int segments = (int) Math.min(Math.ceilDiv(WANTED, tiles), terms / LEAST_SEGMENT);
        int chunks = Math.ceilDiv(walk.terms(), CHUNK);
        return Math.min(walk.terms(), Math.ceilDiv(chunks, segments) * CHUNK);
    }

    /** For the gradient of a convolution's weight, of channels times terms. */
    static Tile weightGradient(int channels, int terms, boolean vectors, boolean tensor) {
        boolean wide = vectors && channels > MIDDLE.rows() && terms > MIDDLE.columns();
        return tensor ? wide ? WEIGHT_WIDE_TENSOR : WEIGHT_TENSOR : wide ? WIDE : MIDDLE;
    }

    /**
     * Pixels in a split of the gradient of a weight, the batch's included; its partial sums meet in ascending order.
     *
     * @param tiles of one split
     * @param weights elements of the weight
     * @param most splits at most
     */
    static int split(long tiles, int pixels, int weights, int most) {
        long useful = Math.min(Math.ceilDiv(pixels, LEAST_SPLIT), Math.max(1, MOST_SPLIT_SUMS / weights));
        int splits = (int) Math.clamp(Math.ceilDiv(WANTED, tiles), 1, Math.min(useful, most));
        return Math.ceilDiv(Math.ceilDiv(pixels, splits), ROUND) * ROUND;
    }

    /** For so many products of matrices. */
    static Tile product(int rows, int columns, int layers, boolean tensor) {
        Tile wide = tensor ? PRODUCT_WIDE_TENSOR : WIDE;
        Tile middle = tensor ? PRODUCT_TENSOR : MIDDLE;
        if (Math.min(rows, columns) > middle.rows() && wide.count(rows, columns) * layers >= BUSY_PRODUCTS) {
            return wide;
        }
        boolean small =
                Math.min(rows, columns) <= SMALL.rows() || middle.count(rows, columns) * layers < BUSY_PRODUCTS;
        return !tensor && small ? SMALL : middle;
    }
}
