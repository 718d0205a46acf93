// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.compile.GraphFacts;
import dev.topple.engine.compile.ResizedLoss;
import dev.topple.engine.compile.Unit;
import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Value;
import dev.topple.kernels.family.BatchNorms;
import dev.topple.kernels.family.Operand;
import dev.topple.kernels.family.Poolings;
import dev.topple.kernels.family.Resizes;
import dev.topple.kernels.launch.Form;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Writes ops on images other than convolutions: pooling, resizing, sums of batch normalisation. */
final class ImageLowering {

    private final Values values;
    private final Map<ResizedLoss, Region> logarithms = new HashMap<>();

    ImageLowering(Values values) {
        this.values = values;
    }

    private Operand result(Node node, int index) {
        return values.result(node.result(index), Form.NHWC);
    }

    /** The result of a unit, which may end with a mask. */
    private Operand result(Unit unit) {
        return values.result(unit.last().result(0), Form.NHWC);
    }

    private Optional<Region> mask(Unit unit) {
        return unit.epilogue().mask().map(mask -> values.in(mask, Form.NHWC).region());
    }

    List<Launch> pooling(Pooling op, Unit unit) {
        Node node = unit.first();
        Operand x = values.natural(node.operand(0));
        return switch (op) {
            case Pooling.MaxPool2d max -> Poolings.max(max, x, result(node, 0), result(node, 1));
            case Pooling.Scatter scatter -> {
                Operand indices = values.natural(node.operand(1));
                Operand y = result(unit);
                yield GraphFacts.maxPoolWindow(node)
                        .map(window -> Poolings.maxGradient(window, x, indices, mask(unit), y))
                        .orElseGet(() -> Poolings.scatter(x, indices, y));
            }
            case Pooling.Gather gather -> Poolings.gather(x, values.natural(node.operand(1)), result(node, 0));
            case Pooling.AvgPool2d mean -> Poolings.mean(mean, x, result(node, 0));
            case Pooling.AvgPool2dGradient gradient ->
                    Poolings.meanGradient(gradient, x, mask(unit), result(unit));
        };
    }

    List<Launch> resampling(Resampling op, Unit unit) {
        Node node = unit.first();
        Operand x = values.natural(node.operand(0));
        return switch (op) {
            case Resampling.Resize resize -> Resizes.resize(resize, x, result(node, 0));
            case Resampling.ResizeGradient gradient ->
                    Resizes.gradient(gradient, x, mask(unit), result(unit));
        };
    }

    /**
     * The sums that batch normalisation or its gradient gives. The image is written in elementwise ops, see
     * {@link dev.topple.engine.compile.Passes#decompose}, so nothing asks for that of the op itself.
     */
    List<Launch> norm(BatchNorm op, Node node) {
        Operand x = values.natural(node.operand(0));
        Region first = values.result(node.result(1), Form.PLAIN).region();
        Region second = values.result(node.result(2), Form.PLAIN).region();
        return switch (op) {
            case BatchNorm.Training training -> BatchNorms.statistics(x, first, second, values::room);
            case BatchNorm.Gradient gradient -> BatchNorms.gradientSums(gradient, x, plain(node, 2), plain(node, 3),
                    values.natural(node.operand(4)), first, second, values::room);
        };
    }

    private Region plain(Node node, int operand) {
        return values.in(node.operand(operand), Form.PLAIN).region();
    }

    /** A part of a loss of resized logits: there, or back. */
    Stage loss(Unit unit, ResizedLoss loss) {
        Resampling.Resize resize = loss.resizing();
        Softmax.CrossEntropy entropy = loss.entropy();
        Operand logits = values.natural(loss.logits());
        Region labels = values.in(loss.labels(), Form.PLAIN).region();
        String name = "CrossEntropy of " + logits.shape() + " resized to " + resize.height() + " x " + resize.width();
        if (unit.first() == loss.resize()) {
            Operand losses = values.result(loss.loss().result(0), Form.PLAIN);
            Region known = values.room(losses.shape().size());
            logarithms.put(loss, known);
            return Stage.of(name, Resizes.loss(resize, entropy, logits, labels, losses.region(), known));
        }
        Value given = loss.gradient().orElseThrow().given();
        Operand gradient = values.in(given, Form.PLAIN);
        Operand to = values.result(unit.last().result(0), Form.NHWC);
        return Stage.of(name + ", gradient", "", Resizes.lossGradient(resize, entropy, logits, labels,
                logarithms.get(loss), gradient, to, values::room), Set.of());
    }
}
