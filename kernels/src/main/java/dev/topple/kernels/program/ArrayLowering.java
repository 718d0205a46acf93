// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.graph.Indexing;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.RandomOp;
import dev.topple.engine.graph.Reduction;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Value;
import dev.topple.kernels.family.Indexings;
import dev.topple.kernels.family.Layouts;
import dev.topple.kernels.family.Operand;
import dev.topple.kernels.family.RandomNumbers;
import dev.topple.kernels.family.Reductions;
import dev.topple.kernels.family.Softmaxes;
import dev.topple.kernels.launch.Form;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.List;
import java.util.Optional;

/** Writes ops on arrays of any rank: reductions, moves, soft maxima, choice by index, random numbers. */
final class ArrayLowering {

    private final Values values;

    ArrayLowering(Values values) {
        this.values = values;
    }

    /** A copy in another form. */
    static Stage reorder(Operand from, Operand to) {
        return Stage.of("reorder " + from.shape() + " to " + to.form(), Layouts.reorder(from, to));
    }

    private Operand plain(Value value) {
        return values.in(value, Form.PLAIN);
    }

    private Region plainResult(Node node) {
        return values.result(node.result(0), Form.PLAIN).region();
    }

    List<Launch> reduction(Reduction op, Node node) {
        Operand x = values.natural(node.operand(0));
        return Reductions.launches(op, x, plainResult(node), values::room);
    }

    /** Moves keep the form of what they move, so that images stay as they are. */
    List<Launch> layout(Layout op, Node node) {
        Value result = node.result(0);
        List<Operand> in = node.operands().stream().map(values::natural).toList();
        boolean image = in.stream().anyMatch(operand -> operand.form() == Form.NHWC);
        Form form = image && !(op instanceof Layout.Transpose) ? Form.NHWC : Form.PLAIN;
        Operand to = values.result(result, form);
        return switch (op) {
            case Layout.Transpose transpose -> Layouts.transpose(transpose, in.get(0), to);
            case Layout.Concat concat -> Layouts.concat(concat, in, to);
            case Layout.Slice slice -> Layouts.slice(slice, in.get(0), to);
            case Layout.Pad pad -> Layouts.pad(pad, in.get(0), to);
            case Layout.Reshape reshape -> throw new IllegalStateException("a reshaped value is no copy");
            case Layout.BroadcastTo broadcast -> throw new IllegalStateException(broadcast + " is in no group");
        };
    }

    List<Launch> softmax(Softmax op, Node node) {
        Operand x = values.natural(node.operand(0));
        return switch (op) {
            case Softmax.Probabilities p -> Softmaxes.distribution(p, x, values.result(node.result(0), x.form()));
            case Softmax.LogProbabilities p -> Softmaxes.distribution(p, x, values.result(node.result(0), x.form()));
            case Softmax.CrossEntropy loss -> Softmaxes.crossEntropy(loss, x, plain(node.operand(1)).region(),
                    weights(node, 2), plainResult(node));
            case Softmax.CrossEntropyGradient gradient -> Softmaxes.crossEntropyGradient(gradient, x,
                    plain(node.operand(1)).region(), plain(node.operand(2)), weights(node, 3),
                    values.result(node.result(0), x.form()));
        };
    }

    private Optional<Region> weights(Node node, int operand) {
        return node.operands().size() > operand ? Optional.of(plain(node.operand(operand)).region())
                : Optional.empty();
    }

    List<Launch> indexing(Indexing op, Node node) {
        List<Operand> in = node.operands().stream().map(this::plain).toList();
        Region to = plainResult(node);
        return switch (op) {
            case Indexing.Gather gather -> Indexings.gather(gather, in.get(0), in.get(1), to);
            case Indexing.ScatterAdd add -> Indexings.scatterAdd(add, in.get(0), in.get(1), to);
            case Indexing.OneHot hot -> Indexings.oneHot(hot, in.get(0), to);
        };
    }

    List<Launch> random(RandomOp op, Node node) {
        return RandomNumbers.launches(op, plain(node.operand(0)), values.result(node.result(0), Form.PLAIN));
    }
}
