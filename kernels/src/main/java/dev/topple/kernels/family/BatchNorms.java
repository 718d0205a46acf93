// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.graph.BatchNorm;
import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * The sums of batch normalisation with the statistics of the batch, of images in any form, fastest with channels last.
 * The image itself is made by elementwise ops of these.
 */
public final class BatchNorms {

    /** So many pixels of a channel are added by one block. */
    private static final int CHUNK = 1024;

    private BatchNorms() {}

    /**
     * Mean first, then the squared distances from it.
     *
     * @param working gives working memory of so many floats
     */
    public static List<Launch> statistics(Operand x, Region mean, Region variance, LongFunction<Region> working) {
        if (x.channels() == 0) {
            return List.of();
        }
        Region partial = working.apply((long) x.channels() * chunks(x));
        return List.of(sums(x).in(x.region()).in(Optional.empty()).out(partial).put(sizes(x)).put(walk(x)).build(),
                finish(partial, List.of(mean), x, pixels(x)),
                sums(x).in(x.region()).in(mean).out(partial).put(sizes(x)).put(walk(x)).build(),
                finish(partial, List.of(variance), x, pixels(x)));
    }

    /**
     * The gradients of gamma and beta, which that of the image needs, too.
     *
     * @param working gives working memory of so many floats
     */
    public static List<Launch> gradientSums(BatchNorm.Gradient op, Operand x, Region mean, Region variance, Operand g,
            Region gammaGradient, Region betaGradient, LongFunction<Region> working) {
        g.mustBe(x.shape());
        if (x.channels() == 0) {
            return List.of();
        }
        int chunks = chunks(x);
        Region partial = working.apply(2L * x.channels() * chunks);
        return List.of(blocks(new LaunchBuilder("batchnorm", "batchnorm_gradientsums"), x).in(x.region()).in(mean)
                .in(variance).in(g.region()).out(partial).put(sizes(x)).put(chunks).real(op.epsilon())
                .put(walk(x)).put(walk(g)).build(),
                finish(partial, List.of(gammaGradient, betaGradient), x, 1));
    }

    private static int pixels(Operand x) {
        return x.shape().dim(0) * x.height() * x.width();
    }

    private static int chunks(Operand x) {
        return Math.max(1, LaunchBuilder.blocks(pixels(x), CHUNK));
    }

    private static LaunchBuilder sums(Operand x) {
        return blocks(new LaunchBuilder("batchnorm", "batchnorm_sums"), x);
    }

    private static LaunchBuilder blocks(LaunchBuilder launch, Operand x) {
        return launch.grid(Extent.of(LaunchBuilder.blocks(x.channels(), 32), chunks(x))).block(Extent.of(32, 8));
    }

    private static int[] sizes(Operand x) {
        return new int[] {x.channels(), pixels(x), Math.max(1, x.height() * x.width()), CHUNK};
    }

    /** Steps of image, channel and pixel: a row follows the one before in either form. */
    private static int[] walk(Operand x) {
        int[] steps = x.strides();
        return new int[] {steps[0], steps[1], steps[3]};
    }

    private static Launch finish(Region partial, List<Region> results, Operand x, int divisor) {
        return new LaunchBuilder("batchnorm", "batchnorm_finish")
                .grid(Extent.of(LaunchBuilder.blocks(x.channels(), LaunchBuilder.THREADS), results.size()))
                .in(partial).out(results.get(0)).out(results.get(results.size() - 1)).put(x.channels(), chunks(x))
                .real(divisor).build();
    }
}
