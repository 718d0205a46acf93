// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonNull;
import dev.topple.mtl.task.Depth;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Task;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the page says of a document of results. */
class ResultsTest {

    private static final List<Task> TASKS = List.of(new Depth());

    private static JsonValue attack(String balancer, double arp, JsonValue interval, long nanPixels) {
        var metrics = JsonValue.object();
        for (Metric metric : TASKS.getFirst().metrics().list()) {
            metrics.put(metric.name(), JsonValue.object().put("clean", JsonValue.of(1)).put("attacked", JsonValue.of(2))
                    .put("relative", metric.name().equals("rel_err") || Double.isNaN(arp) ? new JsonNull()
                            : JsonValue.of(arp / 100))
                    .build());
        }
        JsonValue audit = JsonValue.object().put("largestPerturbation", JsonValue.of(4 / 255.0))
                .put("minimumPixel", JsonValue.of(0)).put("maximumPixel", JsonValue.of(1))
                .put("nanPixels", JsonValue.of(nanPixels)).put("outOfBudget", JsonValue.of(0)).build();
        return JsonValue.object().put("attack", JsonValue.of("pgd")).put("balancer", JsonValue.of(balancer))
                .put("norm", JsonValue.of("Linf")).put("eps", JsonValue.of(4 / 255.0)).put("steps", JsonValue.of(10))
                .put("restarts", JsonValue.of(1)).put("tasks", JsonValue.object().put("depth", metrics.build()).build())
                .put("arp", Double.isNaN(arp) ? new JsonNull() : JsonValue.of(arp)).put("arpInterval", interval)
                .put("audit", audit).build();
    }

    private static JsonValue lead(String over, double low, double high) {
        return JsonValue.object().put("attack", JsonValue.of("pgd")).put("balancer", JsonValue.of("dgba"))
                .put("eps", JsonValue.of(4 / 255.0)).put("over", JsonValue.of(over))
                .put("interval", JsonValue.numbers(low, high)).build();
    }

    private static Results results(List<JsonValue> attacks, List<JsonValue> leads) {
        var clean = JsonValue.object();
        TASKS.getFirst().metrics().list().forEach(metric -> clean.put(metric.name(), JsonValue.of(1)));
        return Results.of(JsonValue.object().put("model", JsonValue.of("models/my model.safetensors"))
                .put("data", JsonValue.of("rooms")).put("labels", JsonValue.of("data")).put("images", JsonValue.of(8))
                .put("seed", JsonValue.of(3)).put("clean", JsonValue.object().put("depth", clean.build()).build())
                .put("attacks", JsonValue.array(attacks)).put("leads", JsonValue.array(leads)).build(), TASKS);
    }

    private static String summary(Results results) {
        Html html = new Html();
        new Summary(results).write(html);
        return html.document();
    }

    private static Results compared(double dgba, List<JsonValue> leads) {
        return results(List.of(attack("total", 50, new JsonNull(), 0), attack("signsum", 60, new JsonNull(), 0),
                attack("dgba", dgba, JsonValue.numbers(30, 70.04), 0)), leads);
    }

    @Test
    void theSummarySaysWhatIntervalsAllow() {
        String page = summary(compared(55, List.of(lead("total", 1, 9), lead("signsum", -9, -1))));
        assertTrue(page.contains("<strong>55.0\u00A0%</strong> on average"), page);
        assertTrue(page.contains("it does more damage than Total; it does less damage than SignSum. "), page);
        page = summary(compared(55, List.of(lead("total", -1, 9), lead("signsum", -9, 1))));
        assertTrue(page.contains("it cannot be told apart from Total and SignSum. "), page);
        assertTrue(page.contains("within 4/255"), page);
        assertTrue(page.contains("<bdi>my model.safetensors</bdi>"), page);
    }

    @Test
    void withoutIntervalsItNamesTheStrongest() {
        assertTrue(summary(compared(55, List.of())).contains("The strongest attack here is SignSum"));
        assertFalse(summary(compared(65, List.of())).contains("The strongest attack here"));
    }

    @Test
    void barsStayInTheirFrame() {
        for (double arp : new double[] {-20, 0, 1e9, Double.NaN}) {
            String page = summary(results(List.of(attack("dgba", arp, JsonValue.numbers(arp < 0 ? -30 : 0, 40), 0),
                    attack("total", 10, new JsonNull(), 0)), List.of()));
            assertEquals(Double.isNaN(arp) ? 1 : 2, page.split("<rect ", -1).length - 1, page);
            for (String rect : page.split("<rect ")) {
                if (rect.startsWith("x=")) {
                    double x = Double.parseDouble(rect.split("\"")[1]);
                    double width = Double.parseDouble(rect.split("\"")[5]);
                    assertTrue(x >= 0 && width >= 0 && x + width <= 100, rect);
                }
            }
        }
    }

    @Test
    void theTableHasTheDropsThatMakeTheArp() {
        Html html = new Html();
        new Tables(results(List.of(attack("dgba", 80, JsonValue.numbers(70, 90), 0)), List.of())).metrics(html);
        String page = html.document();
        for (Metric metric : TASKS.getFirst().metrics().list()) {
            assertTrue(page.contains(metric.name()), page);
        }
        assertEquals(3, page.split("<b>80.0</b>", -1).length, "the drop of the task and the ARP: " + page);
    }

    @Test
    void namesKeepApart() {
        assertArrayEquals(new double[] {10, 50}, Curve.apart(new double[] {10, 50}, 20, 0, 100));
        assertArrayEquals(new double[] {20, 40, 80}, Curve.apart(new double[] {29, 31, 80}, 20, 0, 100), 1e-9);
        assertArrayEquals(new double[] {60, 80, 100}, Curve.apart(new double[] {95, 95, 99}, 20, 0, 100), 1e-9);
        assertArrayEquals(new double[] {0, 20, 40}, Curve.apart(new double[] {-5, 1, 2}, 20, 0, 100), 1e-9);
        // Where there is no room for all they stay apart, and in order.
        assertArrayEquals(new double[] {0, 20, 40}, Curve.apart(new double[] {5, 5, 5}, 20, 0, 30), 1e-9);
    }

    @Test
    void aFailedAuditIsSaid() {
        List<String> pages = new ArrayList<>();
        for (long nan : new long[] {0, 1}) {
            Html html = new Html();
            Results results = results(List.of(attack("dgba", 80, new JsonNull(), nan)), List.of());
            new Tables(results).audit(html);
            pages.add(html.document() + summary(results));
        }
        assertFalse(pages.get(0).contains("alarm"));
        assertTrue(pages.get(1).contains("The audit failed under DGBA"), pages.get(1));
        assertTrue(pages.get(0).contains("Every pixel stays") && !pages.get(1).contains("Every pixel stays"));
    }

    @Test
    void numbersAreWrittenForPeople() {
        assertEquals("0.293", Words.loss(0.2931));
        assertEquals("4.53", Words.loss(4.531));
        assertEquals("45.3", Words.loss(45.31));
        assertEquals("4531", Words.loss(4531.2));
        assertEquals(Words.UNDEFINED, Words.loss(Double.NaN));
        assertEquals("\u22121.50", Words.decimal(-1.5, 2));
        assertEquals("a, b and c", Words.list(List.of("a", "b", "c")));
        assertEquals("Single depth", Words.balancer("single:depth"));
        assertEquals("DGBA released", Words.balancer("dgba:released"));
        assertEquals("0.5/255", Words.stepSize(0.5 / 255));
        assertEquals("2/255", Words.stepSize(2 / 255.0));
        assertEquals("c.st", Words.fileName("a/b\\c.st"));
    }

    @Test
    void checksumsAreThoseOfTheStandard() {
        assertEquals("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                Checksum.of("abc", "abc".getBytes(StandardCharsets.US_ASCII)).sha256());
    }
}
