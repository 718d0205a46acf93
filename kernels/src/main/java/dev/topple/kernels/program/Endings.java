// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.compile.GraphFacts;
import dev.topple.engine.graph.Graph;
import dev.topple.engine.graph.Op;
import dev.topple.engine.graph.Source;
import dev.topple.engine.graph.Value;
import dev.topple.engine.tensor.Variable;
import dev.topple.kernels.launch.Form;
import dev.topple.kernels.launch.Region;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How values leave a program. Outputs lie in memory that keeps its contents. A new value of a variable is computed
 * right into the variable where nobody reads the old one any more; otherwise it is copied at the end. A variable's old
 * value that leaves under a name or goes to another variable is saved before anything happens.
 */
final class Endings {

    private final Graph graph;
    private final List<Stage> stages;
    private final Values values;
    private final Places places;
    private final Resources resources;
    private final List<Stage> before = new ArrayList<>();
    private final List<Stage> after = new ArrayList<>();
    private final Set<Region> moved = new HashSet<>();

    /** @param stages those of each run, to which copies are added */
    Endings(Graph graph, List<Stage> stages, Values values, Places places, Resources resources) {
        this.graph = graph;
        this.stages = stages;
        this.values = values;
        this.places = places;
        this.resources = resources;
    }

    /** Adds the copies that are needed and returns where the outputs lie. */
    Map<String, Region> finish() {
        Map<String, Region> outputs = new LinkedHashMap<>();
        graph.outputs().forEach((name, value) -> outputs.put(name, output(name, value)));
        graph.assignments().forEach(this::assign);
        stages.addAll(0, before);
        stages.addAll(after);
        return outputs;
    }

    private static Stage copy(Region from, Region to, String what) {
        return new Stage("copy " + what, "", List.of(new Work.Copy(from, to)));
    }

    private Region output(String name, Value value) {
        Region region = values.in(value, Form.PLAIN).region();
        Op origin = GraphFacts.root(value).node().op();
        if (origin instanceof Source.Read || origin instanceof Source.Input) {
            Region copy = places.persistent(region.dtype(), region.elements());
            before.add(copy(region, copy, "to output " + name));
            return copy;
        }
        return region;
    }

    private void assign(Variable variable, Value value) {
        Region region = values.in(value, Form.PLAIN).region();
        Region target = resources.variable(variable).region();
        Op origin = GraphFacts.root(value).node().op();
        if (origin instanceof Source.Read read && read.variable() == variable) {
            return;
        }
        if (origin instanceof Source.Read read && graph.assignments().containsKey(read.variable())) {
            Region saved = places.working(region.dtype(), region.elements());
            before.add(copy(region, saved, "of the old " + read.variable().name()));
            after.add(copy(saved, target, "to " + variable.name()));
        } else if (!(origin instanceof Source) && mayMove(region, target)) {
            moved.add(region);
            places.move(region, target);
        } else {
            after.add(copy(region, target, "to " + variable.name()));
        }
    }

    /** Whether a value can be computed right into a variable. */
    private boolean mayMove(Region region, Region target) {
        if (moved.contains(region) || !places.isMovable(region)) {
            return false;
        }
        boolean written = false;
        for (Stage stage : stages) {
            for (Work work : stage.works()) {
                boolean writes = work.writes().contains(region);
                boolean readsOld = work.reads().contains(target);
                if (readsOld && (written || (writes && !work.overwritable().contains(target)))) {
                    return false;
                }
                written |= writes;
            }
        }
        return written;
    }
}
