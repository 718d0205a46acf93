// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.Precision;
import dev.topple.engine.compile.GraphFacts;
import dev.topple.engine.compile.Preparation;
import dev.topple.engine.compile.ProductEpilogue;
import dev.topple.engine.compile.Unit;
import dev.topple.engine.graph.Convolution;
import dev.topple.engine.graph.Node;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.kernels.family.ConvolutionPlan;
import dev.topple.kernels.family.ConvolutionShape;
import dev.topple.kernels.family.Convolutions;
import dev.topple.kernels.family.Epilogue;
import dev.topple.kernels.family.Operand;
import dev.topple.kernels.family.WeightGradient;
import dev.topple.kernels.family.WeightPacking;
import dev.topple.kernels.launch.Form;
import dev.topple.kernels.launch.Region;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Writes convolutions and their gradients, and how their weights are packed. */
final class ConvolutionLowering {

    /** Channels of an image of which a convolution reads the plain form, since it has so few. */
    private static final int FEW_CHANNELS = 4;

    private record Packed(Value weight, WeightPacking packing) {}

    /** Tells prepared weights apart. */
    private record Kind(Object expression, WeightPacking packing) {}

    private final Precision precision;
    private final Values values;
    private final Places places;
    private final Resources resources;
    private final Preparation preparation;
    private final List<PreparedPart.Step> prepared;
    private final List<Stage> stages;
    private final Map<Packed, Region> packed = new HashMap<>();

    /**
     * @param prepared where packing goes of weights that are the same in each run
     * @param stages where packing goes of weights that change in each run
     */
    ConvolutionLowering(CudaContext context, Values values, Places places, Resources resources,
            Preparation preparation, List<PreparedPart.Step> prepared, List<Stage> stages) {
        this.precision = context.productPrecision();
        this.values = values;
        this.places = places;
        this.resources = resources;
        this.preparation = preparation;
        this.prepared = prepared;
        this.stages = stages;
    }

    Stage lower(Convolution op, Unit unit) {
        Node node = unit.first();
        return switch (op) {
            case Convolution.Conv2d forward -> {
                Shape x = node.operand(0).shape();
                ConvolutionShape shape = shape(op, x, node.operand(1).shape());
                Operand source = source(node.operand(0));
                yield plan(unit, shape, source, Convolutions.forward(shape, source.form(), precision));
            }
            case Convolution.InputGradient gradient -> {
                ConvolutionShape shape = shape(op, node.result(0).shape(), node.operand(1).shape());
                Operand source = values.in(node.operand(0), Form.NHWC);
                yield plan(unit, shape, source, Convolutions.inputGradient(shape, source.form(), precision));
            }
            case Convolution.WeightGradient gradient -> {
                ConvolutionShape shape = shape(op, node.operand(0).shape(), node.result(0).shape());
                Operand image = source(node.operand(0));
                Operand given = values.in(node.operand(1), Form.NHWC);
                WeightGradient kernel = WeightGradient.of(shape, image.form(), precision);
                Region target = values.result(node.result(0), Form.PLAIN).region();
                yield Stage.of(name(unit), kernel.reason(), kernel.launches(image.region(), given.region(),
                        values.room(kernel.working().elements()), target), Set.of());
            }
        };
    }

    private static ConvolutionShape shape(Convolution op, Shape image, Shape weight) {
        return new ConvolutionShape(op.geometry(), image.dim(0), image.dim(1), image.dim(2), image.dim(3),
                weight.dim(0), weight.dim(2), weight.dim(3));
    }

    private Operand source(Value image) {
        Operand natural = values.natural(image);
        boolean direct = natural.form() == Form.PLAIN && image.shape().dim(1) < FEW_CHANNELS;
        return direct ? natural : values.in(image, Form.NHWC);
    }

    private Stage plan(Unit unit, ConvolutionShape shape, Operand source, ConvolutionPlan plan) {
        Region weight = packed(unit.first().operand(1), plan.packing());
        ProductEpilogue steps = unit.epilogue();
        Epilogue epilogue = new Epilogue(steps.scale().map(this::perChannel), steps.shift().map(this::perChannel),
                steps.residual().map(this::image), steps.relu(), steps.mask().map(this::image));
        Region target = values.result(unit.last().result(0), Form.NHWC).region();
        Set<Region> overwritable = new HashSet<>();
        epilogue.residual().filter(residual -> plan.overwritesResidual()).ifPresent(overwritable::add);
        overwritable.remove(source.region());
        return Stage.of(name(unit) + steps.describe(), plan.reason(),
                plan.launches(source.region(), weight, epilogue, target, values::room), overwritable);
    }

    private static String name(Unit unit) {
        Convolution op = (Convolution) unit.first().op();
        Convolution.Geometry g = op.geometry();
        return Lowering.name(unit.first()) + (g.strideH() + g.strideW() > 2 ? " stride " + g.strideH() : "")
                + (g.dilationH() + g.dilationW() > 2 ? " dilation " + g.dilationH() : "")
                + (g.groups() > 1 ? " groups " + g.groups() : "");
    }

    private Region perChannel(Value value) {
        return values.in(value, Form.PLAIN).region();
    }

    private Region image(Value value) {
        return values.in(value, Form.NHWC).region();
    }

    /** A weight as a kernel wants it: made once and shared, made beforehand, or made in each run. */
    private Region packed(Value weight, WeightPacking packing) {
        Value root = GraphFacts.root(weight);
        Packed key = new Packed(root, packing);
        Region known = packed.get(key);
        if (known == null) {
            known = pack(root, values.in(weight, Form.PLAIN).region(), packing);
            packed.put(key, known);
        }
        return known;
    }

    private Region pack(Value root, Region plain, WeightPacking packing) {
        String name = "weight " + root.shape() + " packed";
        if (!preparation.isFixed(root)) {
            Region region = places.working(DType.F32, packing.elements());
            stages.add(Stage.of(name, List.of(packing.launch(plain, region))));
            return region;
        }
        Preparation.Expression made = preparation.expression(root).orElseThrow();
        if (made.variables().isEmpty()) {
            Region region = places.persistent(DType.F32, packing.elements());
            prepared.add(new PreparedPart.Step(Stage.of(name, List.of(packing.launch(plain, region))),
                    Optional.empty()));
            return region;
        }
        PreparedForm form = resources.form(made.variables(), new Kind(made.key(), packing), packing.elements());
        String variable = made.variables().iterator().next().name();
        prepared.add(new PreparedPart.Step(
                Stage.of(name + ", of " + variable, List.of(packing.launch(plain, form.region()))),
                Optional.of(form)));
        return form.region();
    }
}
