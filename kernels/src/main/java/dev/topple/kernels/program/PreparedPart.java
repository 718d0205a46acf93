// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.kernels.program;

import dev.topple.engine.compile.PreparedSteps;
import dev.topple.kernels.launch.Region;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The stages of a program that depend on variables and constants alone, of which each run does what is due. */
final class PreparedPart {

    /**
     * A stage.
     *
     * @param form the form that it makes, if it does
     */
    record Step(Stage stage, Optional<PreparedForm> form) {

        private PreparedSteps.Step<Region> regions() {
            Set<Region> reads = new HashSet<>();
            Set<Region> writes = new HashSet<>();
            stage.works().forEach(work -> reads.addAll(work.reads()));
            stage.works().forEach(work -> writes.addAll(work.writes()));
            return new PreparedSteps.Step<>(reads, writes, form.map(made -> made.versions()::current));
        }
    }

    private final PreparedSteps due;
    private final List<Step> steps;

    /**
     * The part.
     *
     * @param emitted each step after those that it depends on
     * @param variables those that the program reads, by where they lie
     */
    PreparedPart(List<Step> emitted, Map<Region, DeviceVariable> variables, Places places) {
        due = PreparedSteps.of(emitted.stream().map(Step::regions).toList(), places::isPersistent,
                region -> Optional.ofNullable(variables.get(region)));
        steps = due.ordered(emitted);
    }

    /** The stages in the order in which they run. */
    List<Stage> stages() {
        return steps.stream().map(Step::stage).toList();
    }

    /** The forms that are made, one for each stage that makes one. */
    List<PreparedForm> forms() {
        return steps.stream().flatMap(step -> step.form().stream()).toList();
    }

    /** Makes what is not up to date. */
    void renew(Consumer<Work> start) {
        if (due.check()) {
            for (int i = 0; i < steps.size(); i++) {
                if (due.isDue(i)) {
                    steps.get(i).stage().works().forEach(start);
                    steps.get(i).form().ifPresent(form -> form.versions().note());
                    due.done(i);
                }
            }
        }
    }
}
