// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.compile.FusedGraph;
import dev.topple.engine.compile.GraphFacts;
import dev.topple.engine.compile.Preparation;
import dev.topple.engine.compile.Unit;
import dev.topple.engine.graph.BatchNorm;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Elementwise;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Indexing;
import dev.topple.engine.graph.Layout;
import dev.topple.engine.graph.MatMul;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Pooling;
import dev.topple.engine.graph.RandomOp;
import dev.topple.engine.graph.Reduction;
import dev.topple.engine.graph.Resampling;
import dev.topple.engine.graph.Softmax;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import dev.topple.kernels.launch.Launch;
import dev.topple.kernels.launch.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Turns a tidied graph into works: one case for each family of ops. */
final class Lowering {

    private final Preparation preparation;
    private final Places places = new Places();
    private final List<PreparedPart.Step> prepared = new ArrayList<>();
    private final List<Stage> stages = new ArrayList<>();
    private final Values values;
    private final ElementwiseLowering elementwise;
    private final ConvolutionLowering convolutions;
    private final MatMulLowering products;
    private final ImageLowering images;
    private final ArrayLowering arrays;

    private Lowering(FusedGraph fused, CudaContext context, Resources resources) {
        this.preparation = fused.preparation();
        this.values = new Values(fused.graph(), places, resources, preparation,
                (from, to) -> stages.add(ArrayLowering.reorder(from, to)));
        this.elementwise = new ElementwiseLowering(values, context.modules());
        this.convolutions = new ConvolutionLowering(context, values, places, resources, preparation, prepared, stages);
        this.products = new MatMulLowering(context, values);
        this.images = new ImageLowering(values);
        this.arrays = new ArrayLowering(values);
    }

    /**
     * Lowers a graph.
     *
     * @param resources takes variables and prepared weights
     * @param fuse whether ops become one kernel where they can
     * @throws IllegalArgumentException if an op cannot be run; the message says which
     */
    static Lowered lower(Graph graph, CudaContext context, Resources resources, boolean fuse) {
        FusedGraph fused = fuse ? FusedGraph.of(graph, new CudaRules()) : FusedGraph.unfused(graph);
        Lowering lowering = new Lowering(fused, context, resources);
        fused.units().forEach(lowering::lowerOrRefuse);
        Endings endings =
                new Endings(fused.graph(), lowering.stages, lowering.values, lowering.places, resources);
        Map<String, Region> outputs = endings.finish();
        return new Lowered(new PreparedPart(lowering.prepared, resources.variables(), lowering.places), lowering.stages,
                lowering.values.inputs(), outputs, lowering.places);
    }

    private void lowerOrRefuse(Unit unit) {
        try {
            lower(unit);
        } catch (IllegalArgumentException refusal) {
            throw new IllegalArgumentException(
                    "the device cuda cannot run " + name(unit.first()) + ": " + refusal.getMessage(), refusal);
        }
    }

    private void lower(Unit unit) {
        // What is made beforehand asks for nothing in another form, so its stages alone are added.
        Consumer<Stage> into = preparation.isMade(unit)
                ? stage -> prepared.add(new PreparedPart.Step(stage, Optional.empty()))
                : stages::add;
        if (unit.isElementwise()) {
            elementwise.lower(unit).ifPresent(into);
            return;
        }
        if (unit.loss().isPresent()) {
            stages.add(images.loss(unit, unit.loss().get()));
            return;
        }
        Node node = unit.first();
        if (GraphFacts.isProductOfNothing(node)) {
            into.accept(products.ofNothing(node));
            return;
        }
        switch (node.op()) {
            case Source source -> {
                // It gets a place when it is first asked for.
            }
            case Layout.Reshape reshape -> {
                // It shares the place of what it reshapes.
            }
            case Elementwise op -> throw new IllegalStateException(op + " is in no group");
            case MatMul op -> into.accept(products.lower(op, node));
            case Convolution op -> stages.add(convolutions.lower(op, unit));
            case BatchNorm op -> add(into, node, images.norm(op, node));
            case Pooling op -> add(into, unit, images.pooling(op, unit));
            case Resampling op -> add(into, unit, images.resampling(op, unit));
            case Reduction op -> add(into, node, arrays.reduction(op, node));
            case Layout op -> add(into, node, arrays.layout(op, node));
            case Softmax op -> add(into, node, arrays.softmax(op, node));
            case Indexing op -> add(into, node, arrays.indexing(op, node));
            case RandomOp op -> add(into, node, arrays.random(op, node));
        }
    }

    private static void add(Consumer<Stage> into, Node node, List<Launch> launches) {
        if (!launches.isEmpty()) {
            into.accept(Stage.of(name(node), launches));
        }
    }

    private static void add(Consumer<Stage> into, Unit unit, List<Launch> launches) {
        if (!launches.isEmpty()) {
            into.accept(Stage.of(name(unit.first()) + unit.epilogue().describe(), launches));
        }
    }

    /** An op and the shapes of what it takes and gives. */
    static String name(Node node) {
        List<String> shapes = node.operands().stream().map(Value::shape).map(Object::toString).toList();
        return node.op().mnemonic() + " " + String.join(" ", shapes) + " -> " + node.result(0).shape();
    }
}
