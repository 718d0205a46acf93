// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.tensor.Variable;
import dev.topple.kernels.launch.Region;
import dev.topple.kernels.memory.Allocation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What one program holds on the device: variables, prepared forms, memory. All of it is given back at once. */
final class Resources implements AutoCloseable {

    private final Function<Variable, DeviceVariable> device;
    private final Map<Variable, DeviceVariable> variables = new LinkedHashMap<>();
    private final List<PreparedForm> forms = new ArrayList<>();
    private final List<Allocation> allocations = new ArrayList<>();
    private final List<Runnable> others = new ArrayList<>();

    /** @param device where variables live */
    Resources(Function<Variable, DeviceVariable> device) {
        this.device = device;
    }

    /** A variable, which stays as long as the program does. */
    DeviceVariable variable(Variable variable) {
        DeviceVariable known = variables.get(variable);
        if (known == null) {
            known = device.apply(variable);
            known.retain();
            variables.put(variable, known);
        }
        return known;
    }

    /** The variables that were asked for, by where they lie. */
    Map<Region, DeviceVariable> variables() {
        Map<Region, DeviceVariable> places = new HashMap<>();
        variables.values().forEach(variable -> places.put(variable.region(), variable));
        return places;
    }

    /** A form of a value that is made of variables. */
    PreparedForm form(Collection<Variable> madeOf, Object kind, long elements) {
        List<DeviceVariable> made = madeOf.stream().map(this::variable).toList();
        PreparedForm form = made.get(0).retainForm(kind, elements, made);
        forms.add(form);
        return form;
    }

    /** Takes over memory. */
    Allocation hold(Allocation allocation) {
        allocations.add(allocation);
        return allocation;
    }

    /** Something else that is to be done at the end. */
    void atEnd(Runnable action) {
        others.add(action);
    }

    @Override
    public void close() {
        others.forEach(Runnable::run);
        others.clear();
        forms.forEach(PreparedForm::release);
        forms.clear();
        allocations.forEach(Allocation::close);
        allocations.clear();
        variables.values().forEach(DeviceVariable::release);
        variables.clear();
    }
}
