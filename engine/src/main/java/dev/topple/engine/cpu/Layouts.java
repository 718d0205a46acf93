// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.engine.cpu;

import dev.topple.engine.compile.GraphFacts;
import dev.topple.engine.compile.Preparation;
import dev.topple.engine.compile.Unit;
import dev.topple.engine.cpu.blocked.Blocks;
import dev.topple.engine.cpu.blocked.Form;
import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Op;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.Reduction;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Chooses the form of each image that a program computes. Every unit reads its images in one form and writes them in
 * one, which for all but convolutions is the same. A form has its price, counted in elements of one image that are
 * moved: lanes that hold no channel, kernels that are slow in it, and for each value whose readers want another form
 * than its producer gives, a reorder. The choice with the lowest price in sum is a minimum cut. Whatever enters or
 * leaves the program is plain.
 *
 * <p>Prices are those of one image, so the choice does not depend on how many there are.
 */
final class Layouts {

    /** Moves of an element in a reorder: it is read and written. */
    private static final int REORDER = 2;

    /** Moves that a convolution's plain end costs per element where its channels fill no block, and where they do. */
    private static final int PLAIN_END = 1;
    private static final int WIDE_PLAIN_END = 3;

    /** Moves per element by which pooling and interpolation of planes are slower than those of blocks. */
    private static final int PLAIN_PLANES = 1;

    /** What a unit reads and writes, as a node of the cut; {@link MinimumCut#SECOND} where it can only be plain. */
    private record Ends(int source, int target) {}

    private static final Ends PLAIN = new Ends(MinimumCut.SECOND, MinimumCut.SECOND);

    private final Graph graph;
    private final MinimumCut cut = new MinimumCut();
    private final Map<Unit, Ends> ends = new HashMap<>();
    private final Map<Value, Integer> producers = new HashMap<>();
    private final Map<Value, Set<Integer>> readers = new HashMap<>();
    private final boolean[] blocked;

    private Layouts(Graph graph, List<Unit> units, Preparation preparation) {
        this.graph = graph;
        units.forEach(unit -> addUnit(unit, preparation.isMade(unit)));
        graph.outputs().values().forEach(value -> read(value, MinimumCut.SECOND));
        graph.assignments().values().forEach(value -> read(value, MinimumCut.SECOND));
        addReorders(units);
        blocked = cut.firstSide();
    }

    /**
     * The forms of a graph's images.
     *
     * @param preparation what is not computed in each run; it is plain
     */
    static Layouts of(Graph graph, List<Unit> units, Preparation preparation) {
        return new Layouts(graph, units, preparation);
    }

    /** The form in which a unit reads its images. */
    Form source(Unit unit) {
        return form(ends.get(unit).source());
    }

    /**
     * The form in which a unit writes its images, and reads what is added to them and what masks them; for a weight's
     * gradient the form in which it reads the gradient of the result.
     */
    Form target(Unit unit) {
        return form(ends.get(unit).target());
    }

    /** The form in which a value, not a view of another, is written. */
    Form form(Value root) {
        return form(producers.getOrDefault(root, MinimumCut.SECOND));
    }

    private Form form(int node) {
        return blocked[node] ? Form.BLOCKED : Form.PLAIN;
    }

    // ---- units

    private void addUnit(Unit unit, boolean prepared) {
        Ends both = prepared ? PLAIN : unit.isElementwise() ? elementwise(unit) : switch (unit.first().op()) {
            case Resampling op when unit.loss().isPresent() -> PLAIN;
            case Convolution op when !GraphFacts.isProductOfNothing(unit.first()) -> convolution(op, unit);
            case Op op when imagesRead(unit).stream().anyMatch(Layouts::isView) -> PLAIN;
            case Pooling op -> planes(unit);
            case Resampling op -> planes(unit);
            case BatchNorm op -> images(unit, false);
            case Reduction.Sum sum when overPixels(sum, unit.first()) -> images(unit, false);
            case Layout op when movesBlocks(op, unit.first()) -> images(unit, true);
            default -> PLAIN;
        };
        ends.put(unit, both);
        if (unit.first().op() instanceof Convolution.WeightGradient) {
            read(unit.first().operand(0), both.source());
            read(unit.first().operand(1), both.target());
            return;
        }
        for (Node node : unit.nodes()) {
            node.results().stream().filter(value -> isImage(value.shape()))
                    .forEach(value -> producers.put(value, both.target()));
        }
        for (Value value : imagesRead(unit)) {
            boolean followsTarget = unit.epilogue().residual().filter(value::equals).isPresent()
                    || unit.epilogue().mask().filter(value::equals).isPresent();
            if (followsTarget) {
                read(value, both.target());
            }
            if (!followsTarget || unit.first().operands().contains(value)) {
                read(value, both.source());
            }
        }
        if (both == PLAIN) {
            unit.nodes().forEach(node -> node.operands().forEach(value -> read(value, MinimumCut.SECOND)));
        }
    }

    private void read(Value value, int end) {
        Value root = GraphFacts.root(value);
        if (isImage(root.shape()) && !(root.node().op() instanceof Source.Fill && end == MinimumCut.SECOND)) {
            // The elements of a view lie in the plain order.
            readers.computeIfAbsent(root, r -> new LinkedHashSet<>())
                    .add(value.shape().equals(root.shape()) ? end : MinimumCut.SECOND);
        }
    }

    /** What a unit reads in the form that it chooses, or in several. */
    private static Set<Value> imagesRead(Unit unit) {
        Set<Value> images = new LinkedHashSet<>();
        Set<Node> inside = Set.copyOf(unit.nodes());
        if (unit.isElementwise()) {
            Shape shape = unit.first().result(0).shape();
            for (Node node : unit.nodes()) {
                node.operands().stream().filter(value -> !inside.contains(value.node()) && isWhole(value, shape))
                        .forEach(images::add);
            }
            return images;
        }
        Node first = unit.first();
        switch (first.op()) {
            case Convolution op -> images.addAll(unit.parts().isEmpty() ? List.of(first.operand(0)) : unit.parts());
            case BatchNorm.Gradient op -> {
                images.add(first.operand(0));
                images.add(first.operand(4));
            }
            case BatchNorm.Training op -> images.add(first.operand(0));
            default -> images.addAll(first.operands());
        }
        unit.epilogue().residual().ifPresent(images::add);
        unit.epilogue().mask().ifPresent(images::add);
        return images;
    }

    private Ends elementwise(Unit unit) {
        Shape shape = unit.first().result(0).shape();
        Set<Value> whole = imagesRead(unit);
        boolean serves = isImage(shape) && shape.dim(2) * shape.dim(3) > 1
                && unit.nodes().stream().flatMap(node -> node.operands().stream())
                        .allMatch(value -> isUniform(value) || (value.shape().equals(shape)
                                ? GraphFacts.root(value).shape().equals(shape)
                                : BlockOperand.servesBlocks(value.shape(), shape)));
        if (!serves) {
            return PLAIN;
        }
        int end = end(0, waste(shape) * (whole.size() + unit.results().size()));
        // Operands that are broadcast are read in the plain order.
        for (Node node : unit.nodes()) {
            node.operands().stream().filter(value -> !value.shape().equals(shape))
                    .forEach(value -> read(value, MinimumCut.SECOND));
        }
        return new Ends(end, end);
    }

    private static boolean isUniform(Value value) {
        return value.node().op() instanceof Source.Fill;
    }

    /** Whether an elementwise group reads a value in its own form: of the same shape, and in memory of that shape. */
    private static boolean isWhole(Value value, Shape shape) {
        return value.shape().equals(shape) && !isUniform(value);
    }

    private Ends convolution(Convolution op, Unit unit) {
        Node node = unit.first();
        if (op instanceof Convolution.WeightGradient) {
            return new Ends(imageEnd(node.operand(0)), imageEnd(node.operand(1)));
        }
        read(node.operand(1), MinimumCut.SECOND);
        unit.epilogue().scale().ifPresent(value -> read(value, MinimumCut.SECOND));
        unit.epilogue().shift().ifPresent(value -> read(value, MinimumCut.SECOND));
        if (!unit.parts().isEmpty()) {
            return new Ends(MinimumCut.FIRST, MinimumCut.FIRST);
        }
        return new Ends(imageEnd(node.operand(0)), imageEnd(node.result(0)));
    }

    /** The end of a convolution that an image is at; the elements of a view lie in the plain order. */
    private int imageEnd(Value image) {
        return isView(image) ? MinimumCut.SECOND : end(plainEnd(image.shape()), waste(image.shape()));
    }

    private static boolean isView(Value value) {
        return !GraphFacts.root(value).shape().equals(value.shape());
    }

    private static long plainEnd(Shape shape) {
        long each = each(shape);
        boolean pixels = shape.dim(2) * shape.dim(3) > 1;
        return (shape.dim(1) < Blocks.WIDTH || !pixels ? PLAIN_END : WIDE_PLAIN_END) * each;
    }

    /** A unit that works plane by plane, or block by block. */
    private Ends planes(Unit unit) {
        Shape source = unit.first().operand(0).shape();
        Shape target = unit.first().result(0).shape();
        if (!isImage(source) || !isImage(target)) {
            return PLAIN;
        }
        int end = end(PLAIN_PLANES * (each(source) + each(target)), waste(source) + waste(target));
        return new Ends(end, end);
    }

    /** A unit that walks through images in the order of their memory. */
    private Ends images(Unit unit, boolean givesImages) {
        Shape source = unit.first().operand(0).shape();
        if (!isImage(source)) {
            return PLAIN;
        }
        int end = end(0, waste(source));
        return new Ends(end, givesImages ? end : MinimumCut.SECOND);
    }

    /** Whether a sum is over pixels, and perhaps over images, and leaves the channels. */
    static boolean overPixels(Reduction.Sum sum, Node node) {
        return node.operand(0).shape().rank() == 4
                && (sum.axes().equals(List.of(2, 3)) || sum.axes().equals(List.of(0, 2, 3)));
    }

    /** Whether images are joined, cut or framed along whole blocks. */
    private static boolean movesBlocks(Layout layout, Node node) {
        Shape result = node.result(0).shape();
        if (!isImage(result) || !isImage(node.operand(0).shape())) {
            return false;
        }
        return switch (layout) {
            case Layout.Concat concat -> concat.axis() != 1 || node.operands().subList(0, node.operands().size() - 1)
                    .stream().allMatch(value -> value.shape().dim(1) % Blocks.WIDTH == 0);
            case Layout.Slice slice -> slice.starts().get(1) % Blocks.WIDTH == 0;
            case Layout.Pad pad -> pad.before().get(1) % Blocks.WIDTH == 0 && (pad.after().get(1) == 0
                    || node.operand(0).shape().dim(1) % Blocks.WIDTH == 0);
            default -> false;
        };
    }

    // ---- prices

    /** A new end with what it costs to be plain and to be blocked. */
    private int end(long plain, long inBlocks) {
        int end = cut.node();
        cut.edge(MinimumCut.FIRST, end, plain);
        cut.edge(end, MinimumCut.SECOND, inBlocks);
        return end;
    }

    private void addReorders(List<Unit> units) {
        List<Value> roots = new ArrayList<>();
        graph.nodes().forEach(node -> roots.addAll(node.results()));
        for (Value root : roots) {
            Set<Integer> wanted = readers.getOrDefault(root, Set.of());
            int producer = producers.getOrDefault(root, MinimumCut.SECOND);
            if (wanted.isEmpty() || (wanted.size() == 1 && wanted.contains(producer))) {
                continue;
            }
            long price = REORDER * (each(root.shape()) + waste(root.shape()) / 2);
            int toPlain = cut.node();
            int toBlocks = cut.node();
            cut.edge(producer, toPlain, price);
            cut.edge(toBlocks, producer, price);
            for (int end : wanted) {
                cut.edge(toPlain, end, MinimumCut.UNBOUNDED);
                cut.edge(end, toBlocks, MinimumCut.UNBOUNDED);
            }
        }
    }

    /** Whether a value of a shape can have a form at all. Weights can, but nothing ever asks for them in blocks. */
    private static boolean isImage(Shape shape) {
        return shape.rank() == 4 && shape.size() > 0;
    }

    private static long each(Shape shape) {
        return (long) shape.dim(1) * shape.dim(2) * shape.dim(3);
    }

    /** The lanes of one image that hold no channel. */
    private static long waste(Shape shape) {
        return (long) Blocks.size(1, shape.dim(1), shape.dim(2), shape.dim(3)) - each(shape);
    }
}
