// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.compile.GraphFacts;
import dev.topple.engine.compile.Preparation;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.DType;
import dev.topple.engine.tensor.Shape;
import dev.topple.engine.tensor.Tensor;
import dev.topple.kernels.family.Operand;
import dev.topple.kernels.launch.Form;
import dev.topple.kernels.launch.Region;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Where the values of a graph lie and in which form. Each is computed in one form and brought into the other when that
 * is first asked for. A value and its reshaped forms share their memory as long as it is plain.
 */
final class Values {

    private record Other(Value root, Shape shape, Form form) {}

    private final Places places;
    private final Resources resources;
    private final Preparation preparation;
    private final BiConsumer<Operand, Operand> reorder;
    private final Set<Value> leaving = new HashSet<>();
    private final Map<Value, Region> regions = new HashMap<>();
    private final Map<Value, Form> forms = new HashMap<>();
    private final Map<Other, Region> others = new HashMap<>();
    private final Map<String, Region> inputs = new LinkedHashMap<>();

    /**
     * No values yet.
     *
     * @param reorder writes the work that copies a value from one form into the other
     */
    Values(Graph graph, Places places, Resources resources, Preparation preparation,
            BiConsumer<Operand, Operand> reorder) {
        this.places = places;
        this.resources = resources;
        this.preparation = preparation;
        this.reorder = reorder;
        graph.outputs().values().forEach(value -> leaving.add(GraphFacts.root(value)));
    }

    /** Whether the elements of images lie in the same order in both forms. */
    static boolean isEitherForm(Shape images) {
        return images.rank() == 4 && (images.dim(1) == 1 || images.dim(2) * images.dim(3) == 1);
    }

    /** Where inputs are fed to. */
    Map<String, Region> inputs() {
        return inputs;
    }

    /** A value in the form in which it is there already; a reshaped image is brought into the plain form. */
    Operand natural(Value value) {
        Value root = GraphFacts.root(value);
        return form(root) == Form.NHWC && root.shape().equals(value.shape()) ? in(value, Form.NHWC)
                : in(value, Form.PLAIN);
    }

    /** A value in a form. */
    Operand in(Value value, Form form) {
        Value root = GraphFacts.root(value);
        Shape shape = value.shape();
        if (form == Form.NHWC && !(form(root) == Form.NHWC && root.shape().equals(shape))) {
            Operand plain = in(value, Form.PLAIN);
            return new Operand(isEitherForm(shape) ? plain.region() : other(root, plain, Form.NHWC), shape, form);
        }
        if (form == Form.PLAIN && form(root) == Form.NHWC) {
            Operand own = new Operand(region(root), root.shape(), Form.NHWC);
            return new Operand(other(root, own, Form.PLAIN), shape, form);
        }
        return new Operand(region(root), shape, form);
    }

    private Region other(Value root, Operand from, Form form) {
        Other key = new Other(root, from.shape(), form);
        Region known = others.get(key);
        if (known == null) {
            known = form == Form.PLAIN ? computed(root) : places.working(root.dtype(), root.shape().size());
            reorder.accept(from, new Operand(known, from.shape(), form));
            others.put(key, known);
        }
        return known;
    }

    /** A new place for a result, in a form. */
    Operand result(Value value, Form form) {
        Form own = form == Form.NHWC && isEitherForm(value.shape()) ? Form.PLAIN : form;
        forms.put(value, own);
        regions.put(value, own == Form.PLAIN ? computed(value)
                : places.working(value.dtype(), value.shape().size()));
        return new Operand(regions.get(value), value.shape(), form);
    }

    private Region computed(Value root) {
        long size = root.shape().size();
        return leaving.contains(root) || preparation.isKept(root) ? places.persistent(root.dtype(), size)
                : places.working(root.dtype(), size);
    }

    private Form form(Value root) {
        return forms.getOrDefault(root, Form.PLAIN);
    }

    private Region region(Value root) {
        Region known = regions.get(root);
        if (known == null) {
            if (!(root.node().op() instanceof Source source)) {
                throw new IllegalStateException(root + " is needed before it is computed");
            }
            known = source(source);
            regions.put(root, known);
        }
        return known;
    }

    private Region source(Source source) {
        return switch (source) {
            case Source.Input input -> {
                Region fed = places.persistent(input.type().dtype(), input.type().shape().size());
                inputs.put(input.name(), fed);
                yield fed;
            }
            case Source.Read read -> resources.variable(read.variable()).region();
            case Source.Fill fill -> places.constant(Tensor.filled(fill.shape(), fill.value()));
            case Source.Constant constant -> places.constant(constant.tensor());
        };
    }

    /** Working memory of floats. */
    Region room(long elements) {
        return places.working(DType.F32, elements);
    }
}
