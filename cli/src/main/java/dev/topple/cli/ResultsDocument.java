// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import dev.topple.attacks.evaluate.AttackOutcome;
import dev.topple.attacks.evaluate.Audit;
import dev.topple.attacks.evaluate.Broken;
import dev.topple.attacks.evaluate.Change;
import dev.topple.attacks.evaluate.Control;
import dev.topple.attacks.evaluate.EvaluationResult;
import dev.topple.attacks.evaluate.Interval;
import dev.topple.attacks.evaluate.Lead;
import dev.topple.attacks.evaluate.ReleasedOutcome;
import dev.topple.attacks.evaluate.Transfer;
import dev.topple.attacks.evaluate.check.Warning;
import dev.topple.engine.Precision;
import dev.topple.engine.io.JsonValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The results of an attack as JSON; {@code docs/results.md} describes every field. */
final class ResultsDocument {

    /** Changes whenever a reader of older documents would misunderstand a newer one. */
    static final int SCHEMA = 1;

    private ResultsDocument() {}

    /**
     * The document.
     *
     * @param precision of the device
     * @param command what a person typed to get it
     * @param checksum of the files that the images and labels are from
     * @param skipped files that could not be used, each with the reason
     */
    static JsonValue of(EvaluationResult result, Precision precision, String command,
            Optional<String> checksum, List<String> skipped) {
        return JsonValue.object()
                .put("schema", JsonValue.of(SCHEMA))
                .put("topple", JsonValue.of(Main.version()))
                .put("command", JsonValue.of(command))
                .put("model", JsonValue.of(result.model()))
                .put("data", JsonValue.of(result.data()))
                .put("dataChecksum", checksum.map(JsonValue::of).orElseGet(JsonValue.JsonNull::new))
                .put("labels", JsonValue.of(result.labels()))
                .put("device", JsonValue.of(result.device()))
                .put("precision", JsonValue.of(precision.label()))
                .put("seed", JsonValue.of(result.seed()))
                .put("images", JsonValue.of(result.images()))
                .put("skipped", JsonValue.strings(skipped))
                .put("clean", metrics(result.clean().metrics(), ResultsDocument::number))
                .put("cleanIntervals", metrics(result.clean().intervals(), ResultsDocument::interval))
                .put("cleanReleased", metrics(result.clean().released(), ResultsDocument::number))
                .put("cleanMeanLogLoss", number(result.clean().meanLogLoss()))
                .put("cleanMeanLogLossInterval", interval(result.clean().meanLogLossInterval()))
                .put("attacks", JsonValue.array(result.attacks().stream().map(ResultsDocument::attack).toList()))
                .put("leads", JsonValue.array(result.leads().stream().map(ResultsDocument::lead).toList()))
                .put("controls", JsonValue.array(result.controls().stream().map(ResultsDocument::control).toList()))
                .put("transfers", JsonValue.array(result.transfers().stream().map(ResultsDocument::transfer).toList()))
                .put("warnings", JsonValue.array(result.warnings().stream().map(ResultsDocument::warning).toList()))
                .build();
    }

    private static JsonValue attack(AttackOutcome attack) {
        return JsonValue.object()
                .put("attack", JsonValue.of(attack.attack()))
                .put("balancer", JsonValue.of(attack.balancer()))
                .put("norm", JsonValue.of(attack.budget().norm().label()))
                .put("eps", number(attack.budget().epsilon()))
                .put("masked", JsonValue.of(attack.aim().masked()))
                .put("quantized", JsonValue.of(attack.aim().quantized()))
                .put("steps", JsonValue.of(attack.steps()))
                .put("alpha", number(attack.stepSize().orElse(Double.NaN)))
                .put("restarts", JsonValue.of(attack.restarts()))
                .put("randomStart", JsonValue.of(attack.randomStart()))
                .put("tasks", metrics(attack.tasks(), ResultsDocument::change))
                .put("arp", number(attack.arp()))
                .put("arpInterval", interval(attack.arpInterval()))
                .put("broken", broken(attack.broken()))
                .put("released", released(attack.released()))
                .put("meanLogLoss", number(attack.meanLogLoss()))
                .put("meanLogLossInterval", interval(attack.meanLogLossInterval()))
                .put("audit", audit(attack.audit()))
                .put("forwards", JsonValue.of(attack.passes().forwards()))
                .put("backwards", JsonValue.of(attack.passes().backwards()))
                .put("seconds", number(attack.seconds()))
                .build();
    }

    private static JsonValue change(Change change) {
        return JsonValue.object()
                .put("clean", number(change.clean()))
                .put("attacked", number(change.attacked()))
                .put("relative", number(change.relative()))
                .put("attackedInterval", interval(change.attackedInterval()))
                .put("relativeInterval", interval(change.relativeInterval()))
                .build();
    }

    private static JsonValue broken(Broken broken) {
        var tasks = JsonValue.object();
        broken.tasks().forEach((task, share) -> tasks.put(task, JsonValue.object().put("share", number(share))
                .put("interval", interval(broken.intervals().get(task))).build()));
        return JsonValue.object().put("tasks", tasks.build()).put("all", number(broken.all()))
                .put("allInterval", interval(broken.allInterval())).build();
    }

    /** As the authors' released code counts: there are no intervals. */
    private static JsonValue released(ReleasedOutcome released) {
        return JsonValue.object()
                .put("arp", number(released.arp()))
                .put("tasks", metrics(released.tasks(), change -> JsonValue.object()
                        .put("clean", number(change.clean()))
                        .put("attacked", number(change.attacked()))
                        .put("relative", number(change.relative()))
                        .build()))
                .build();
    }

    private static JsonValue lead(Lead lead) {
        return JsonValue.object()
                .put("attack", JsonValue.of(lead.attack()))
                .put("norm", JsonValue.of(lead.budget().norm().label()))
                .put("eps", number(lead.budget().epsilon()))
                .put("balancer", JsonValue.of(lead.balancer()))
                .put("over", JsonValue.of(lead.over()))
                .put("arp", number(lead.arp()))
                .put("interval", interval(lead.interval()))
                .build();
    }

    private static JsonValue control(Control control) {
        return JsonValue.object()
                .put("norm", JsonValue.of(control.budget().norm().label()))
                .put("eps", number(control.budget().epsilon()))
                .put("tasks", metrics(control.tasks(), ResultsDocument::change))
                .put("arp", number(control.arp()))
                .put("arpInterval", interval(control.arpInterval()))
                .put("meanLogLoss", number(control.meanLogLoss()))
                .put("meanLogLossInterval", interval(control.meanLogLossInterval()))
                .build();
    }

    private static JsonValue transfer(Transfer transfer) {
        return JsonValue.object()
                .put("attack", JsonValue.of(transfer.attack()))
                .put("norm", JsonValue.of(transfer.budget().norm().label()))
                .put("eps", number(transfer.budget().epsilon()))
                .put("drops", metrics(transfer.drops(), drop -> JsonValue.object().put("drop", number(drop.percent()))
                        .put("interval", interval(drop.interval())).build()))
                .put("ratio", number(transfer.ratio()))
                .put("ratioInterval", interval(transfer.ratioInterval()))
                .build();
    }

    private static JsonValue warning(Warning warning) {
        return JsonValue.object()
                .put("check", JsonValue.of(warning.check()))
                .put("attack", JsonValue.of(warning.attack()))
                .put("balancer", JsonValue.of(warning.balancer()))
                .put("norm", JsonValue.of(warning.budget().norm().label()))
                .put("eps", number(warning.budget().epsilon()))
                .put("finding", JsonValue.of(warning.finding()))
                .put("explanation", JsonValue.of(warning.explanation()))
                .build();
    }

    private static JsonValue audit(Audit audit) {
        return JsonValue.object()
                .put("largestPerturbation", number(audit.largestPerturbation()))
                .put("minimumPixel", number(audit.minimumPixel()))
                .put("maximumPixel", number(audit.maximumPixel()))
                .put("nanPixels", JsonValue.of(audit.nanPixels()))
                .put("notWorse", JsonValue.of(audit.notWorse()))
                .put("zeroWeightTasks", JsonValue.of(audit.zeroWeightTasks()))
                .put("undefinedGradients", JsonValue.of(audit.undefinedGradients()))
                .put("outOfBudget", JsonValue.of(audit.outOfBudget()))
                .put("zeroGradients", JsonValue.of(audit.zeroGradients()))
                .put("belowBest", JsonValue.of(audit.belowBest()))
                .put("roundedOutOfBudget", JsonValue.of(audit.roundedOutOfBudget()))
                .put("roundedAway", JsonValue.of(audit.roundedAway()))
                .put("firstRise", number(audit.firstRise()))
                .put("rise", number(audit.rise()))
                .build();
    }

    private static <T> JsonValue metrics(Map<String, Map<String, T>> metrics, Function<T, JsonValue> json) {
        var tasks = JsonValue.object();
        metrics.forEach((task, values) -> {
            var object = JsonValue.object();
            values.forEach((metric, value) -> object.put(metric, json.apply(value)));
            tasks.put(task, object.build());
        });
        return tasks.build();
    }

    private static JsonValue interval(Interval interval) {
        return interval.defined() ? JsonValue.array(List.of(number(interval.low()), number(interval.high())))
                : new JsonValue.JsonNull();
    }

    /** JSON has no NaN: what is undefined is null. */
    private static JsonValue number(double value) {
        return Double.isFinite(value) ? JsonValue.of(value) : new JsonValue.JsonNull();
    }
}
