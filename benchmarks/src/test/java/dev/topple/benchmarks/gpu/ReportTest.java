// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.benchmarks.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonView;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the table says of facts. */
class ReportTest {

    private static List<Row> rows(String... facts) {
        return new Rows(
                Stream.of(facts).map(fact -> JsonView.of(Json.parse(fact.replace('\'', '"'), "a fact"), "a fact"))
                        .toList())
                .all();
    }

    private static Row row(List<Row> rows, String what) {
        return rows.stream().filter(row -> (row.part() + ": " + row.what()).contains(what)).findFirst().orElseThrow();
    }

    private static String step(String side, double milliseconds) {
        return "{'kind':'step','side':'" + side + "','network':'resnet34-light','images':1,'size':'288x384',"
                + "'precision':'fast','ms':" + milliseconds + "}";
    }

    @Test
    void theFloorIsTheLargerOfTwoTimes() {
        // 2 * 1000^3 operations in 1 ms are 2 TFLOP/s; 12 MB at 2 GB/s take 6 ms.
        List<Row> rows = rows("{'kind':'copy','bytes':2e9,'ms':1000}",
                "{'kind':'product','size':1000,'precision':'exact','by':'own','ms':1.25,'difference':0}",
                "{'kind':'product','size':1000,'precision':'exact','by':'cublas','ms':1,'difference':0}");
        assertEquals("6.000 ms (FLOPs 1.000, bytes 6.000): 0.21 times", row(rows, "own").floor());
        assertEquals(Optional.of(true), row(rows, "own").ok());
        assertTrue(row(rows, "own").wanted().contains("0.80"), row(rows, "own")::toString);
    }

    @Test
    void whatIsMissedIsSaid() {
        List<Row> rows = rows(step("topple", 10), step("torch released", 25), step("torch eager", 14),
                step("torch graph", 5));
        assertEquals(Optional.of(true), row(rows, "beside: resnet34-light 1x288x384 tf32, torch released").ok());
        assertEquals(Optional.of(false), row(rows, "beside: resnet34-light 1x288x384 tf32, torch eager").ok());
    }

    @Test
    void jmhsAttacksBecomeSteps() {
        String attack = "{\"params\":{\"network\":\"resnet34-light\",\"images\":\"8\",\"size\":\"288x384\","
                + "\"device\":\"cuda\",\"precision\":\"fast\",\"steps\":\"%d\"},"
                + "\"primaryMetric\":{\"rawData\":[[%s]]}}";
        String json = "[" + attack.formatted(5, "30,20,90") + "," + attack.formatted(25, "70,50,60") + "]";
        List<JsonView> steps = Jmh.steps(JsonView.of(Json.parse(json, "JMH"), "JMH"));
        assertEquals(1, steps.size());
        assertEquals(1.5, steps.get(0).field("ms").asDouble());
    }

    @Test
    void skippedTestsAreNotFine() {
        assertEquals(Optional.of(false), row(rows("{'kind':'tests','name':'GpuOpTest','passed':0,'failed':0,"
                + "'skipped':4,'seconds':1,'reason':'no GPU'}"), "GpuOpTest").ok());
    }
}
