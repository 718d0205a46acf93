// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.Attack;
import dev.topple.attacks.AttackResult;
import dev.topple.attacks.trace.TracedStep;
import dev.topple.cli.report.TracePage;
import dev.topple.engine.io.JsonValue;
import dev.topple.mtl.task.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A trace as JSON; {@code docs/trace.md} describes every field. */
final class TraceDocument {

    /** Changes whenever a reader of older documents would misunderstand a newer one. */
    static final int SCHEMA = 1;

    private final Attack attack;
    private final TracePage.Setting setting;
    private final List<JsonValue> images = new ArrayList<>();

    TraceDocument(Attack attack, TracePage.Setting setting) {
        this.attack = attack;
        this.setting = setting;
    }

    /**
     * Adds an image.
     *
     * @param result of the attack on it alone
     * @param resultStep the step whose image is the result, -1 for the clean image
     */
    void add(int index, String id, AttackResult result, int resultStep, List<TracedStep> steps) {
        var cleanLosses = JsonValue.object();
        result.cleanLosses().forEach((task, losses) -> cleanLosses.put(task, number(losses[0])));
        images.add(JsonValue.object()
                .put("index", index)
                .put("id", id)
                .put("height", result.adversarial().shape().dim(2))
                .put("width", result.adversarial().shape().dim(3))
                .put("cleanLosses", cleanLosses.build())
                .put("cleanMerit", number(result.cleanMerit()[0]))
                .put("finalMerit", number(result.finalMerit()[0]))
                .put("resultStep", resultStep)
                .put("steps", steps.stream().map(TraceDocument::step).toList())
                .build());
    }

    JsonValue build() {
        return JsonValue.object()
                .put("schema", SCHEMA)
                .put("topple", setting.topple())
                .put("command", setting.command())
                .put("model", setting.model())
                .put("data", setting.data())
                .put("labels", setting.labels())
                .put("device", setting.device())
                .put("precision", setting.precision())
                .put("seed", setting.seed())
                .put("attack", attack.name())
                .put("balancer", attack.balancer().name())
                .put("norm", attack.budget().norm().label())
                .put("eps", attack.budget().epsilon())
                .put("alpha", number(attack.rule().stepSize(attack.budget()).orElse(Double.NaN)))
                .put("steps", attack.rule().steps())
                .put("randomStart", attack.rule().randomStart())
                .put("tasks", JsonValue.strings(attack.model().tasks().stream().map(Task::name).toList()))
                .put("attended", JsonValue.strings(attack.attended().stream().map(Task::name).toList()))
                .put("images", images)
                .build();
    }

    private static JsonValue step(TracedStep step) {
        var cosines = JsonValue.object();
        step.cosines().forEach((task, others) -> cosines.put(task, numbers(others)));
        return JsonValue.object()
                .put("step", step.step())
                .put("losses", numbers(step.losses()))
                .put("merit", number(step.merit()))
                .put("perturbation", number(step.perturbation()))
                .put("atBudget", number(step.atBudget()))
                .put("stepSize", number(step.stepSize().orElse(Double.NaN)))
                .put("weights", numbers(step.weights()))
                .put("gradientNorms", numbers(step.gradientNorms()))
                .put("cosines", cosines.build())
                .put("agreement", numbers(step.agreement()))
                .build();
    }

    private static JsonValue numbers(Map<String, Double> values) {
        var object = JsonValue.object();
        values.forEach((name, value) -> object.put(name, number(value)));
        return object.build();
    }

    /** JSON has no NaN: what is undefined is null. */
    private static JsonValue number(double value) {
        return Double.isFinite(value) ? JsonValue.of(value) : new JsonValue.JsonNull();
    }
}
