// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu.blocked;

import dev.topple.engine.cpu.parallel.Work;
import dev.topple.engine.cpu.parallel.Workers;
import dev.topple.engine.graph.Convolution.Geometry;

/**
 * Winograd's convolution, F(2 x 2, 3 x 3) or F(4 x 4, 3 x 3), of blocked images: kernels of 3 by 3, stride 1, one
 * group, any padding, and any dilation that is equal both ways (see {@link WinogradTiles}). Per pixel and pair of
 * channels it multiplies 4 or 2.25 times where the direct way does 9 times. The gradient of the image is the same with
 * the weight turned.
 *
 * <p>Three stages: the source's tiles are transformed; for each position within a transformed tile the tiles are
 * multiplied with the weight's matrix of that position; the sums are transformed back and finished. Where the weight
 * is small, a worker takes a chunk of tiles through all three, so that what lies between them stays in the second
 * cache. Otherwise each stage is a phase of its own for many tiles, so that each position's weight is read once for all
 * of them.
 *
 * <p>Error against float64, with normal weights and inputs and 128 source channels: F(2 x 2) 3.5e-7 by relative L2,
 * F(4 x 4) 1e-6 (largest: 8e-6 of the target's root mean square); it grows with the root of the channels up to 128, or
 * 256, beyond which sums are split. The order of summation of an element follows from the channels alone. A pixel that
 * is not finite may spoil its whole tile.
 */
public final class WinogradConvolution implements ConvolutionPlan {

    private static final int W = Blocks.WIDTH;
    /** The floats of a cache line. */
    private static final int LINE = CacheLine.ELEMENTS;
    /**
     * The source channels whose weight for a pair of target blocks shares the first cache with a group of tiles. Each
     * such sum is a chain of its own, so that shorter ones have a smaller error: that of F(2 x 2) is 3.5e-7 for 512
     * channels, 4.9e-7 otherwise, for 1 % of the time. F(4 x 4) loses more in its transforms.
     */
    private static final int DEPTH = 256;
    private static final int DEPTH_EXACT = 128;
    /** Pairs of target blocks that one item of the phase of products serves. */
    private static final int PAIRS = 8;
    /** Blocks of channels that one item of the phases of transforms serves. */
    private static final int BLOCKS = 8;
    /** The floats of a transformed weight up to which a worker takes a chunk of tiles through all stages. */
    private static final int WHOLE = 5 << 18;
    /** The floats of such a chunk, transformed, that share the second cache with the weight; or some groups. */
    private static final int CHUNK = 3 << 16;
    private static final int CHUNK_GROUPS = 3;
    /** The floats of the tiles of one round of phases, transformed: about these, or those of so many groups. */
    private static final int ROUND = 5 << 19;
    private static final int ROUND_GROUPS = 10;

    private final TileKernel kernel;
    private final ConvolutionTask task;
    private final Epilogue epilogue;
    private final WinogradTiles tiles;
    private final WinogradWeights weights;
    private final WinogradStages stages;
    private final int positions;
    private final int sourceBlocks;
    private final int targetBlocks;
    private final int[] taps;
    private final boolean phased;
    private final boolean chosen;
    private final int usual;

    private final Work whole = this::whole;
    private final Work inputs = this::inputs;
    private final Work products = this::products;
    private final Work outputs = this::outputs;

    // Of the run under way.
    private float[] x;
    private int xo;
    private float[] packed;
    private int po;
    private float[] y;
    private int yo;
    private float[] scratch;
    private int chunk;
    private int perWorker;
    private int common;
    private boolean alone;
    private int firstGroup;
    private int lastGroup;

    /** Whether this algorithm can compute a task. */
    public static boolean serves(ConvolutionTask task) {
        Geometry g = task.geometry();
        return task.kernelHeight() == 3 && task.kernelWidth() == 3 && g.strideH() == 1 && g.strideW() == 1
                && g.groups() == 1 && g.dilationH() == g.dilationW() && task.source() == Form.BLOCKED
                && task.target() == Form.BLOCKED;
    }

    /** The tiles that one image of a task is cut into. */
    public static int tiles(ConvolutionTask task, int outputTile) {
        return new WinogradTiles(outputTile, task).perImage;
    }

    /**
     * Plans a convolution.
     *
     * @param outputTile 2 or 4: the side of the tiles of the target
     * @param epilogue what follows; its arrays are set before each run
     * @throws IllegalArgumentException if {@link #serves} says no
     */
    public WinogradConvolution(TileKernel kernel, WinogradTransform transform, int outputTile, ConvolutionTask task,
            Epilogue epilogue) {
        this(kernel, transform, outputTile, task, epilogue, 0);
    }

    /** As above; with a chunk other than 0 that many groups of tiles, in phases where it is negative. */
    WinogradConvolution(TileKernel kernel, WinogradTransform transform, int outputTile, ConvolutionTask task,
            Epilogue epilogue, int chunk) {
        if (outputTile != 2 && outputTile != 4) {
            throw new IllegalArgumentException("winograd: output tiles of " + outputTile + "; use 2 or 4");
        }
        if (!serves(task)) {
            throw new IllegalArgumentException("winograd: needs a 3x3 kernel, stride 1, one group, equal dilation both"
                    + " ways and blocked images, not " + task);
        }
        this.kernel = kernel;
        this.task = task;
        this.epilogue = epilogue;
        positions = (outputTile + 2) * (outputTile + 2);
        sourceBlocks = Blocks.count(task.sourceChannels());
        targetBlocks = Blocks.count(task.targetChannels());
        tiles = new WinogradTiles(outputTile, task);
        weights = new WinogradWeights(outputTile, task.sourceChannels(), task.targetChannels(), task.backward());
        stages = new WinogradStages(kernel, transform, task, epilogue, tiles);
        taps = new int[sourceBlocks];
        for (int b = 0; b < sourceBlocks; b++) {
            taps[b] = b * block();
        }
        phased = chunk == 0 ? weights.size() > WHOLE : chunk < 0;
        chosen = chunk != 0;
        usual = Math.min(tiles.groups, chosen ? Math.abs(chunk) : phased ? round() : chunk());
    }

    @Override
    public String algorithm() {
        return tiles.outputTile == 2 ? "winograd F(2x2,3x3)" : "winograd F(4x4,3x3)";
    }

    @Override
    public Object packing() {
        return Packing.of(this, task);
    }

    @Override
    public int packedSize() {
        return weights.size();
    }

    @Override
    public void pack(Workers workers, float[] w, int wo, float[] packed, int po) {
        weights.pack(workers, w, wo, packed, po);
    }

    /**
     * The floats of one block of channels of one transformed group of tiles. One position more than there are: a
     * product reads the same position of all blocks, and 16 positions are 3 pages, so that all would share a few sets
     * of the caches.
     */
    private int block() {
        return (positions + 1) * WinogradTransform.POSITION;
    }

    /** The groups of a chunk that a worker takes through all stages. */
    private int chunk() {
        return Math.max(CHUNK_GROUPS, CHUNK / ((sourceBlocks + 2) * block()));
    }

    /** The groups of a chunk for so many threads: all should end together; no result depends on it. */
    private int chunk(int threads) {
        if (phased || chosen || threads == 1) {
            return usual;
        }
        int best = usual;
        double least = Double.MAX_VALUE;
        for (int c = 1; c <= Math.min(tiles.groups, usual + 2); c++) {
            // What each chunk costs beside its groups is the weight, read anew.
            double time = WinogradTiles.ceil(WinogradTiles.ceil(tiles.groups, c), threads) * (c + 0.3);
            if (time < least) {
                least = time;
                best = c;
            }
        }
        return best;
    }

    /** The groups of a round of phases: rounds are as equal as can be, for each reads the whole weight. */
    private int round() {
        int wish = Math.max(ROUND_GROUPS, ROUND / ((sourceBlocks + targetBlocks) * block()));
        int rounds = Math.max(1, (tiles.groups + wish / 2) / wish);
        return WinogradTiles.ceil(tiles.groups, rounds);
    }

    /** The floats that a worker needs beside the transformed tiles; the first line is for {@link #touch}. */
    private int work() {
        return LINE + stages.work();
    }

    @Override
    public int scratch(int threads) {
        int groups = chunk(threads);
        int worker = work() + (phased ? 0 : Math.multiplyExact(groups, (sourceBlocks + 2) * block()));
        int shared = phased ? Math.multiplyExact(groups, (sourceBlocks + targetBlocks) * block()) : 0;
        return Math.addExact(Math.multiplyExact(threads, worker), shared + LINE);
    }

    @Override
    public void run(Workers workers, float[] x, int xo, float[] packed, int po, float[] y, int yo, float[] scratch,
            int so) {
        this.x = x;
        this.xo = xo;
        this.packed = packed;
        this.po = po;
        this.y = y;
        this.yo = yo;
        this.scratch = scratch;
        int start = CacheLine.from(so);
        perWorker = start;
        chunk = chunk(workers.threads());
        alone = workers.threads() == 1;
        epilogue.begin(task.targetChannels());
        if (!phased) {
            workers.run(WinogradTiles.ceil(tiles.groups, chunk), whole);
            return;
        }
        common = start + workers.threads() * work();
        for (firstGroup = 0; firstGroup < tiles.groups; firstGroup = lastGroup) {
            lastGroup = Math.min(tiles.groups, firstGroup + chunk);
            workers.run((lastGroup - firstGroup) * WinogradTiles.ceil(sourceBlocks, BLOCKS), inputs);
            workers.run(positions * WinogradTiles.ceil(weights.pairs(), PAIRS), products);
            workers.run((lastGroup - firstGroup) * WinogradTiles.ceil(targetBlocks, BLOCKS), outputs);
        }
    }

    /** All of a chunk of tiles: the transformed source of all channels, then pair by pair of target blocks. */
    private void whole(int item, int worker) {
        int first = item * chunk;
        int last = Math.min(tiles.groups, first + chunk);
        int work = perWorker + worker * (work() + chunk * (sourceBlocks + 2) * block());
        int v = work + work();
        int m = v + chunk * sourceBlocks * block();
        for (int group = first; group < last; group++) {
            for (int b = 0; b < sourceBlocks; b++) {
                stages.input(group, b, x, xo, scratch, work + LINE,
                        v + ((group - first) * sourceBlocks + b) * block());
            }
        }
        for (int pair = 0; pair < weights.pairs(); pair++) {
            for (int position = 0; position < positions; position++) {
                multiply(position, pair, first, last, v, m, 2, work);
            }
            for (int group = first; group < last; group++) {
                for (int b = 0; b < weights.blocks(pair); b++) {
                    stages.output(group, 2 * pair + b, y, yo, scratch, work + LINE,
                            m + ((group - first) * 2 + b) * block());
                }
            }
        }
    }

    private void inputs(int item, int worker) {
        int work = perWorker + worker * work();
        int parts = WinogradTiles.ceil(sourceBlocks, BLOCKS);
        int group = item / parts;
        int part = item % parts;
        for (int b = part * BLOCKS; b < Math.min(sourceBlocks, part * BLOCKS + BLOCKS); b++) {
            int v = common + (group * sourceBlocks + b) * block();
            if (alone) {
                // Lines that another core has read would be fetched twice, once to be read, once to be written.
                touch(scratch, v, block(), work);
            }
            stages.input(firstGroup + group, b, x, xo, scratch, work + LINE, v);
        }
    }

    private void products(int item, int worker) {
        int work = perWorker + worker * work();
        int m = common + chunk * sourceBlocks * block();
        int parts = WinogradTiles.ceil(weights.pairs(), PAIRS);
        int position = item / parts;
        int first = item % parts * PAIRS;
        for (int i = 0; i < (lastGroup - firstGroup) * sourceBlocks; i++) {
            touch(scratch, common + i * block() + position * WinogradTransform.POSITION, WinogradTransform.POSITION,
                    work);
        }
        for (int pair = first; pair < Math.min(weights.pairs(), first + PAIRS); pair++) {
            multiply(position, pair, firstGroup, lastGroup, common, m, targetBlocks, work);
        }
    }

    private void outputs(int item, int worker) {
        int parts = WinogradTiles.ceil(targetBlocks, BLOCKS);
        int group = item / parts;
        int part = item % parts;
        int m = common + chunk * sourceBlocks * block();
        for (int b = part * BLOCKS; b < Math.min(targetBlocks, part * BLOCKS + BLOCKS); b++) {
            stages.output(firstGroup + group, b, y, yo, scratch, perWorker + worker * work() + LINE,
                    m + (group * targetBlocks + b) * block());
        }
    }

    /**
     * The products of one position and one pair of target blocks for some groups, some source channels at a time, so
     * that their weight stays in the first cache while the groups pass by.
     */
    private void multiply(int position, int pair, int first, int last, int v, int m, int blocksOfM, int work) {
        int channels = task.sourceChannels();
        int blocks = weights.blocks(pair);
        int weight = po + weights.at(pair, position);
        int offset = position * WinogradTransform.POSITION;
        int target = blocksOfM == 2 ? 0 : 2 * pair;
        int from = tiles.from(position);
        int to = tiles.to(position);
        if (to <= tiles.start(first) || from >= tiles.start(last)) {
            return;
        }
        int step;
        for (int c = 0; c < channels; c += step) {
            int full = Math.min(tiles.outputTile == 2 ? DEPTH_EXACT : DEPTH, channels - c) / W;
            step = full > 0 ? full * W : channels - c;
            int part = weight + c * blocks * W;
            if (last - first > 1) {
                touch(packed, part, step * blocks * W, work);
            }
            for (int group = first; group < last; group++) {
                int start = Math.max(from, tiles.start(group));
                int count = Math.min(to, tiles.start(group + 1)) - start;
                if (count <= 0) {
                    continue;
                }
                // The kernel may overwrite more than it is asked for: that must not lie beyond the group.
                int skipped = Math.min(start - tiles.start(group), TileKernel.PIXELS - TileKernel.covered(count));
                count += start - tiles.start(group) - skipped;
                int at = offset + skipped * W;
                int of = v + (group - first) * sourceBlocks * block() + at;
                int sum = m + ((group - first) * blocksOfM + target) * block() + at;
                kernel.multiply(count, Math.max(1, full), taps, c / W, Math.min(W, step), scratch, of, packed, part,
                        blocks, scratch, sum, block(), c > 0);
            }
        }
    }

    /**
     * Reads a float of each cache line. Java has no prefetch, and a product or a transform that meets memory for the
     * first time waits for most lines in turn; a pass over them beforehand has many under way at once.
     */
    private void touch(float[] a, int from, int count, int work) {
        int bits = 0;
        for (int i = from; i < from + count; i += LINE) {
            bits ^= Float.floatToRawIntBits(a[i]);
        }
        // Written where nobody looks, or the JVM would drop the loop.
        scratch[work] = Float.intBitsToFloat(bits);
    }
}
