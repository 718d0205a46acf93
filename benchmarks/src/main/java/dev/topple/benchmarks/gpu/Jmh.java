// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.gpu;

import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What JMH measured of {@link dev.topple.benchmarks.NetworkStepBenchmark}: whole attacks, of which a step is made. */
final class Jmh {

    private Jmh() {}

    /**
     * The facts of steps: of attacks that differ in the number of steps alone, those with the most and the fewest; the
     * difference of their median times over that of their steps.
     */
    static List<JsonView> steps(JsonView results) {
        Map<Map<String, String>, TreeMap<Integer, Double>> attacks = new LinkedHashMap<>();
        for (JsonView result : results.elements()) {
            Map<String, String> parameters = new LinkedHashMap<>();
            result.field("params").fields().forEach((name, value) -> parameters.put(name, value.asString()));
            int steps = Integer.parseInt(parameters.remove("steps"));
            List<Double> times = new ArrayList<>();
            result.field("primaryMetric").field("rawData").elements()
                    .forEach(fork -> fork.elements().forEach(time -> times.add(time.asDouble())));
            times.sort(null);
            attacks.computeIfAbsent(parameters, all -> new TreeMap<>()).put(steps, times.get(times.size() / 2));
        }
        List<JsonView> facts = new ArrayList<>();
        attacks.forEach((parameters, times) -> {
            if (times.size() > 1) {
                double milliseconds = (times.lastEntry().getValue() - times.firstEntry().getValue())
                        / (times.lastKey() - times.firstKey());
                if (!(milliseconds > 0)) {
                    facts.add(JsonView.of(Skipped.fact("the time of a step, " + parameters,
                            "attacks with more steps took no longer: the machine was busy"), "JMH"));
                    return;
                }
                facts.add(JsonView.of(JsonValue.object().put("kind", "step").put("side", "topple")
                        .put("device", parameters.get("device")).put("network", parameters.get("network"))
                        .put("images", Long.parseLong(parameters.get("images"))).put("size", parameters.get("size"))
                        .put("precision", parameters.get("precision")).put("ms", milliseconds)
                        .put("attackMs", times.lastEntry().getValue()).put("attackSteps", (long) times.lastKey())
                        .build(), "JMH"));
            }
        });
        return facts;
    }
}
