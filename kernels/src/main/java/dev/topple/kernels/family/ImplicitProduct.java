// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.launch.Argument;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/**
 * A convolution as an implicit product: pixels times channels of the target, summed over taps and channels of the
 * source. The channels may be cut in segments, whose sums are added in ascending order: by a second kernel if the
 * segments have blocks of their own, else in the target's memory. Both give the same bits.
 *
 * @param tensor whether on tensor cores, with factors rounded to tf32
 * @param choice of {@link TileTable}
 * @param why there is nothing faster
 */
record ImplicitProduct(ImageWalk walk, boolean tensor, TileTable.Choice choice, String why)
        implements ConvolutionPlan {

    private static final String FP32 = "convolution";
    private static final String TF32 = "convolution_tf32";
    private static final int THREADS = 256;

    /** In fp32: the sums of products, each rounded once for each term. */
    static ImplicitProduct fp32(ImageWalk walk, String why) {
        return new ImplicitProduct(walk, false, TileTable.convolution(walk, false), why);
    }

    /** On tensor cores: factors rounded to tf32. */
    static ImplicitProduct tf32(ImageWalk walk) {
        return new ImplicitProduct(walk, true, TileTable.convolution(walk, true), "");
    }

    private int segments() {
        return Math.ceilDiv(walk.terms(), TileTable.segment(walk));
    }

    @Override
    public WeightPacking packing() {
        ConvolutionShape s = walk.shape();
        return new WeightPacking(s.geometry().groups(), s.groupOutChannels(), s.groupChannels(), s.taps(),
                walk.backward(), tensor, tensor);
    }

    @Override
    public String reason() {
        return (tensor ? "implicit product on tensor cores, tf32, tiles of " : "implicit product in fp32, tiles of ")
                + choice.tile().suffix() + why
                + (segments() == 1 ? "" : ", " + segments() + " segments " + (choice.apart() ? "apart" : "in turn"));
    }

    @Override
    public boolean overwritesResidual() {
        return segments() == 1 || choice.apart();
    }

    @Override
    public List<Launch> launches(Region source, Region packed, Epilogue epilogue, Region target,
            LongFunction<Region> working) {
        if (!choice.apart()) {
            return List.of(sums(source, packed, epilogue, target, target, 1));
        }
        Region parts = working.apply(segments() * target.elements());
        return List.of(sums(source, packed, Epilogue.none(), parts, parts, segments()),
                finish(parts, epilogue, target));
    }

    private Launch sums(Region source, Region packed, Epilogue epilogue, Region target, Region parts, int apart) {
        List<Argument> arguments = new ArrayList<>();
        arguments.add(Argument.of(source));
        arguments.add(Argument.of(packed));
        arguments.add(Argument.of(target));
        arguments.addAll(epilogue.arguments(0));
        arguments.addAll(walk.arguments(packing().pitch()));
        arguments.add(Argument.of(parts));
        arguments.add(Argument.of(TileTable.segment(walk)));
        List<Region> reads = new ArrayList<>(List.of(source, packed));
        reads.addAll(epilogue.regions());
        Tile tile = choice.tile();
        String module = tensor ? TF32 : FP32;
        return new Launch(module, module + (tensor || walk.hasVectors() ? "_" : "_any_") + tile.suffix(),
                tile.grid(walk.pixels(), walk.columns(), apart, walk.layers()), tile.block(), tile.sharedBytes(),
                arguments, reads, List.of(target));
    }

    private Launch finish(Region parts, Epilogue epilogue, Region target) {
        int each = walk.targetChannels() % 4 == 0 ? 4 : 1;
        int elements = Math.toIntExact(target.elements());
        List<Argument> arguments = new ArrayList<>(List.of(Argument.of(parts), Argument.of(target)));
        arguments.addAll(epilogue.arguments(0));
        for (int value : new int[] {elements, walk.targetChannels(), segments(), each}) {
            arguments.add(Argument.of(value));
        }
        List<Region> reads = new ArrayList<>(List.of(parts));
        reads.addAll(epilogue.regions());
        return new Launch(FP32, "convolution_parts", Extent.of(Math.ceilDiv(elements / each, THREADS)),
                Extent.of(THREADS), 0, arguments, reads, List.of(target));
    }
}
