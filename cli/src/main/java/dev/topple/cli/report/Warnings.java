// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import dev.topple.engine.io.JsonView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What attacks failed of the checks: each check once, with what it means and who failed it. */
final class Warnings {

    private final Results results;

    Warnings(Results results) {
        this.results = results;
    }

    /** Nothing, where nothing failed, or the document is from before there were checks. */
    void write(Html html) {
        List<JsonView> warnings = results.json().optional("warnings").map(JsonView::elements).orElse(List.of());
        if (warnings.isEmpty()) {
            return;
        }
        Map<String, List<JsonView>> byCheck = new LinkedHashMap<>();
        warnings.forEach(each -> byCheck.computeIfAbsent(each.field("check").asString(), check -> new ArrayList<>())
                .add(each));
        html.open("section").element("h2", "Warnings");
        byCheck.forEach((check, failed) -> {
            html.open("p").element("span", title(check), "class", "alarm").text(" "
                    + failed.getFirst().field("explanation").asString()).closeLine();
            html.open("details").element("summary", Words.count(failed.size(), "attack")).open("ul");
            failed.forEach(each -> html.element("li", who(each) + ": " + each.field("finding").asString()));
            html.close().closeLine();
        });
        html.closeLine();
    }

    private String who(JsonView warning) {
        String name = results.name(warning.field("attack").asString(), warning.field("balancer").asString());
        return results.epsilons().size() > 1
                ? name + ", " + Words.epsilon(warning.field("eps").asDouble()) : name;
    }

    private static String title(String check) {
        return switch (check) {
            case "gradients" -> "Gradients that say nothing.";
            case "near-zero-loss" -> "Losses near zero.";
            case "control" -> "No more than noise.";
            case "masking" -> "Masked gradients.";
            case "black-box" -> "Beaten without gradients.";
            case "monotone-eps" -> "Less damage with a larger budget.";
            case "monotone-steps" -> "Less damage with more steps.";
            case "final-iterate" -> "The last iterate is not the best.";
            case "rounding" -> "Not for 8-bit files.";
            default -> check + ".";
        };
    }
}
