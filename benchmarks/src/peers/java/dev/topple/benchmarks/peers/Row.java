// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.peers;

import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A line of the results.
 *
 * @param part what was measured
 * @param name the case
 * @param peer what Topple is compared with
 * @param threads of both
 * @param unit {@code ms}, {@code MiB} or another; it ends the names of the numbers in JSON
 * @param topple of Topple
 * @param other of the peer
 * @param ratio how many times better Topple is: the median over the rounds of the peer's number over Topple's
 * @param load the highest load average of the machine meanwhile
 * @param algorithm how Topple computed it
 * @param share of the machine's measured peak of fused multiplications and additions, direct convolution counted; or
 *     NaN
 * @param remark what else there is to say
 */
record Row(Part part, String name, String peer, int threads, String unit, Spread topple, Spread other, Spread ratio,
        double load, String algorithm, double share, String remark) {

    /** A median and its extremes. */
    record Spread(double median, double low, double high) {

        static Spread of(List<Double> values) {
            return new Spread(Statistics.median(values), Statistics.least(values), Statistics.most(values));
        }

        /** The ratios of the rounds. */
        static Spread ofRatios(List<Double> numerators, List<Double> denominators) {
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round < numerators.size(); round++) {
                ratios.add(numerators.get(round) / denominators.get(round));
            }
            return of(ratios);
        }
    }

    /** A line of numbers that belong together round by round. */
    static Row of(Part part, String name, String peer, int threads, String unit, List<Double> topple,
            List<Double> other, double load) {
        return new Row(part, name, peer, threads, unit, Spread.of(topple), Spread.of(other),
                Spread.ofRatios(other, topple), load, "", Double.NaN, "");
    }

    Row withAlgorithm(String text, double shareOfPeak) {
        return new Row(part, name, peer, threads, unit, topple, other, ratio, load, text, shareOfPeak, remark);
    }

    Row withRemark(String text) {
        return new Row(part, name, peer, threads, unit, topple, other, ratio, load, algorithm, share, text);
    }

    JsonObject toJson() {
        String suffix = "_" + unit.toLowerCase(Locale.ROOT);
        JsonValue.Builder json = JsonValue.object().put("part", part.text()).put("case", name).put("peer", peer)
                .put("threads", threads).put("unit", unit);
        spread(json, "topple" + suffix, topple);
        spread(json, "peer" + suffix, other);
        spread(json, "ratio", ratio);
        json.put("load", load).put("algorithm", algorithm);
        if (!Double.isNaN(share)) {
            json.put("share_of_peak", share);
        }
        return json.put("remark", remark).build();
    }

    private static void spread(JsonValue.Builder json, String name, Spread spread) {
        json.put(name, spread.median()).put(name + "_low", spread.low()).put(name + "_high", spread.high());
    }

    static Row fromJson(JsonView json) {
        String unit = json.field("unit").asString();
        String suffix = "_" + unit.toLowerCase(Locale.ROOT);
        return new Row(Part.of(json.field("part").asString()), json.field("case").asString(),
                json.field("peer").asString(), json.field("threads").asInt(), unit, spread(json, "topple" + suffix),
                spread(json, "peer" + suffix), spread(json, "ratio"), json.field("load").asDouble(),
                json.field("algorithm").asString(),
                json.optional("share_of_peak").map(JsonView::asDouble).orElse(Double.NaN),
                json.field("remark").asString());
    }

    private static Spread spread(JsonView json, String name) {
        return new Spread(json.field(name).asDouble(), json.field(name + "_low").asDouble(),
                json.field(name + "_high").asDouble());
    }
}
