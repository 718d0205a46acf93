// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.family;

import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.tensor.Shape;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;

/** Images of another size, the adjoint, and the cross-entropy of resized logits in one. Images in any form. */
public final class Resizes {

    private Resizes() {}

    /** Resizes; integers, too, with the nearest pixel. */
    public static List<Launch> resize(Resampling.Resize op, Operand x, Operand y) {
        y.mustBe(Shape.of(x.image().shape().dim(0), x.channels(), op.height(), op.width()));
        boolean nearest = op.method() == Resampling.Method.NEAREST;
        int pack = x.fours() && y.fours() && !nearest ? 4 : 1;
        return launch(nearest ? "resize_nearest" : "resize_linear_" + pack, pack, x, builder -> builder, y,
                Rule.of(op.method(), x.height(), op.height()), Rule.of(op.method(), x.width(), op.width()));
    }

    /**
     * The adjoint of resizing.
     *
     * @param mask the value of a ReLU whose gradient follows, as y lies
     */
    public static List<Launch> gradient(Resampling.ResizeGradient op, Operand g, Optional<Region> mask, Operand y) {
        y.mustBe(Shape.of(g.image().shape().dim(0), g.channels(), op.height(), op.width()));
        int pack = g.fours() && y.fours() ? 4 : 1;
        return launch("resize_gradient_" + pack, pack, g, builder -> builder.in(mask), y,
                Rule.of(op.method(), op.height(), g.height()), Rule.of(op.method(), op.width(), g.width()));
    }

    private static List<Launch> launch(String kernel, int pack, Operand from, UnaryOperator<LaunchBuilder> more,
            Operand to, Rule rows, Rule columns) {
        int packs = to.shape().size() / pack;
        if (packs == 0) {
            return List.of();
        }
        LaunchBuilder builder = new LaunchBuilder("resize", kernel).threads(packs).in(from.region());
        return List.of(more.apply(builder).out(to.region()).put(packs, to.channelsLast(), to.channels()).steps(from)
                .put(rows.parameters()).put(columns.parameters()).build());
    }

    /**
     * The cross-entropy of logits that are resized first, without the large logits in memory.
     *
     * @param x small logits
     * @param labels one for each large pixel
     * @param loss like the labels
     * @param logarithms like the losses; what {@link #lossGradient} needs to know
     */
    public static List<Launch> loss(Resampling.Resize op, Softmax.CrossEntropy loss, Operand x, Region labels,
            Region losses, Region logarithms) {
        int pixels = x.image().shape().dim(0) * op.height() * op.width();
        if (pixels == 0) {
            return List.of();
        }
        return List.of(new LaunchBuilder("resizedloss", "resizedloss_forward_" + (x.fours() ? 4 : 1))
                .threads(pixels).in(x.region()).in(labels).out(losses).out(logarithms)
                .put(pixels, x.channels(), loss.ignored()).steps(x)
                .put(Rule.of(op.method(), x.height(), op.height()).parameters())
                .put(Rule.of(op.method(), x.width(), op.width()).parameters()).build());
    }

    /**
     * The gradient of the small logits.
     *
     * @param logarithms from {@link #loss}
     * @param g the gradient of the losses, plain; of any shape that broadcasts to theirs
     * @param y of the shape of the logits
     * @param working gives working memory of so many floats
     */
    public static List<Launch> lossGradient(Resampling.Resize op, Softmax.CrossEntropy loss, Operand x,
            Region labels, Region logarithms, Operand g, Operand y, LongFunction<Region> working) {
        y.mustBe(x.image().shape());
        int elements = y.shape().size();
        if (elements == 0) {
            return List.of();
        }
        int[] steps = g.mustBePlain().strides(Shape.of(x.shape().dim(0), op.height(), op.width()));
        Region partial = working.apply(4L * elements);
        return List.of(new LaunchBuilder("resizedloss", "resizedloss_cells").threads(elements).in(x.region())
                .in(labels).in(logarithms).in(g.region()).out(partial)
                .put(elements, y.channelsLast(), x.channels(), loss.ignored()).put(steps).steps(x)
                .put(Rule.of(op.method(), x.height(), op.height()).parameters())
                .put(Rule.of(op.method(), x.width(), op.width()).parameters()).build(),
                new LaunchBuilder("resizedloss", "resizedloss_meet").threads(elements).in(partial).out(y.region())
                        .put(elements, y.channelsLast(), x.channels(), x.height(), x.width())
                        .put(y.strides()[2], y.strides()[3]).build());
    }
}
