// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.graph.BatchNorm;
import dev.topple.kernels.driver.Extent;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/** Batch normalisation with the statistics of the batch; images in any form, fastest with channels last. */
public final class BatchNorms {

    /** So many pixels of a channel are added by one block. */
    private static final int CHUNK = 1024;

    private BatchNorms() {}

    /**
     * Normalises; mean first, then the squared distances from it.
     *
     * @param working gives working memory of so many floats
     */
    public static List<Launch> training(BatchNorm.Training op, Operand x, Region gamma, Region beta, Operand y,
            Region mean, Region variance, LongFunction<Region> working) {
        y.mustBe(x.image().shape());
        List<Launch> launches = new ArrayList<>();
        if (x.channels() == 0) {
            return launches;
        }
        Region partial = working.apply((long) x.channels() * chunks(x));
        launches.add(sums(x).in(x.region()).in(Optional.empty()).out(partial).put(sizes(x)).put(walk(x)).build());
        launches.add(finish(partial, 0, mean, x, pixels(x)));
        launches.add(sums(x).in(x.region()).in(mean).out(partial).put(sizes(x)).put(walk(x)).build());
        launches.add(finish(partial, 0, variance, x, pixels(x)));
        int elements = y.shape().size();
        if (elements > 0) {
            launches.add(new LaunchBuilder("batchnorm", "batchnorm_apply").threads(elements).in(x.region()).in(gamma)
                    .in(beta).in(mean).in(variance).out(y.region())
                    .put(elements, y.channelsLast(), x.channels(), x.height(), x.width()).real(op.epsilon())
                    .steps(x).build());
        }
        return launches;
    }

    /**
     * The gradients of image, gamma and beta.
     *
     * @param y for the gradient of the image
     * @param working gives working memory of so many floats
     */
    public static List<Launch> gradient(BatchNorm.Gradient op, Operand x, Region gamma, Region mean, Region variance,
            Operand g, Operand y, Region gammaGradient, Region betaGradient, LongFunction<Region> working) {
        y.mustBe(x.image().shape());
        g.mustBe(x.shape());
        List<Launch> launches = new ArrayList<>();
        if (x.channels() == 0) {
            return launches;
        }
        int chunks = chunks(x);
        Region partial = working.apply(2L * x.channels() * chunks);
        launches.add(blocks(new LaunchBuilder("batchnorm", "batchnorm_gradientsums"), x).in(x.region()).in(mean)
                .in(variance).in(g.region()).out(partial).put(sizes(x)).put(chunks).real(op.epsilon())
                .put(walk(x)).put(walk(g)).build());
        launches.add(finish(partial, 0, gammaGradient, x, 1));
        launches.add(finish(partial, (long) chunks * x.channels(), betaGradient, x, 1));
        int elements = y.shape().size();
        if (elements > 0) {
            launches.add(new LaunchBuilder("batchnorm", "batchnorm_gradient").threads(elements).in(x.region())
                    .in(gamma).in(mean).in(variance).in(g.region()).in(gammaGradient).in(betaGradient)
                    .out(y.region()).put(elements, y.channelsLast(), x.channels(), x.height(), x.width())
                    .real(op.epsilon()).real(pixels(x)).steps(x).steps(g).build());
        }
        return launches;
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

    private static Launch finish(Region partial, long from, Region y, Operand x, int divisor) {
        return new LaunchBuilder("batchnorm", "batchnorm_finish").threads(x.channels()).in(partial, from).out(y)
                .put(x.channels(), chunks(x)).real(divisor).build();
    }
}
