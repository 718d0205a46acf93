// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static dev.topple.cli.Runs.run;
import static dev.topple.cli.Runs.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonValue.JsonArray;
import dev.topple.engine.io.JsonValue.JsonObject;
import dev.topple.engine.io.JsonView;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code topple attack} on rendered scenes. */
class AttackCommandTest {

    private static final String SMALL = "attack --size 17x23 --steps 2 --limit 4 --json";

    @TempDir
    private static Path shared;
    private static Path model;
    private static Runs.Outcome all;

    @TempDir
    private Path folder;

    @BeforeAll
    static void attackOnce() {
        model = Runs.model(shared);
        all = run(words(SMALL + " --model", model, "--out", shared.resolve("all"))).succeeded();
    }

    private Runs.Outcome attack(String options) {
        return run(words(SMALL + " " + options + " --model", model, "--out", folder.resolve("out")));
    }

    @Test
    void standardOutputIsTheDocumentAlone() throws IOException {
        JsonView document = all.json();
        assertTrue(all.out().startsWith("{") && all.out().endsWith("}" + System.lineSeparator()));
        assertEquals(document.value(), Json.read(shared.resolve("all/results.json")));
        assertEquals(List.of("preview.png", "report.html", "results.json"), Runs.names(shared.resolve("all")));
        assertTrue(ImageIO.read(shared.resolve("all/preview.png").toFile()).getWidth() > 9 * 128);
    }

    @Test
    void theDocumentHasTheFieldsOfItsDescriptionAndNoOthers() throws IOException {
        List<Set<String>> tables = documented();
        assertEquals(8, tables.size());
        JsonView document = all.json();
        assertEquals(tables.get(0), document.fields().keySet());
        List<JsonView> attacks = document.field("attacks").elements();
        assertEquals(6, attacks.size());
        for (JsonView attack : attacks) {
            assertEquals(tables.get(1), attack.fields().keySet());
            assertEquals(tables.get(4), attack.field("audit").fields().keySet());
            for (JsonView task : attack.field("tasks").fields().values()) {
                task.fields().values().forEach(metric -> assertEquals(tables.get(2), metric.fields().keySet()));
            }
            JsonView broken = attack.field("broken");
            assertEquals(attack.field("tasks").fields().keySet(), broken.field("tasks").fields().keySet());
            double least = 1;
            for (JsonView task : broken.field("tasks").fields().values()) {
                assertEquals(2, task.field("interval").elements().size());
                least = Math.min(least, task.field("share").asDouble());
            }
            assertTrue(broken.field("all").asDouble() >= 0 && broken.field("all").asDouble() <= least);
        }
        List<JsonView> leads = document.field("leads").elements();
        assertEquals(5, leads.size());
        leads.forEach(lead -> assertEquals(tables.get(3), lead.fields().keySet()));
        List<JsonView> controls = document.field("controls").elements();
        assertEquals(1, controls.size());
        controls.forEach(control -> assertEquals(tables.get(5), control.fields().keySet()));
        List<JsonView> warnings = document.field("warnings").elements();
        assertFalse(warnings.isEmpty(), "weights of chance and four images tell no attack apart from noise");
        List<JsonView> transfers = document.field("transfers").elements();
        assertEquals(1, transfers.size());
        transfers.forEach(transfer -> assertEquals(tables.get(6), transfer.fields().keySet()));
        warnings.forEach(warning -> assertEquals(tables.get(7), warning.fields().keySet()));
    }

    /** The fields that each table of docs/results.md names, in its first column, in backticks. */
    private static List<Set<String>> documented() throws IOException {
        Path file = Path.of("docs/results.md").toAbsolutePath();
        for (Path up = file.getParent().getParent(); !Files.exists(file); up = up.getParent()) {
            file = up.getParent().resolve("docs/results.md");
        }
        List<Set<String>> tables = new ArrayList<>();
        boolean inside = false;
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("| `")) {
                if (!inside) {
                    tables.add(new HashSet<>());
                }
                for (String name : line.split("\\|")[1].split(",")) {
                    assertTrue(tables.getLast().add(name.strip().replace("`", "")), line);
                }
            }
            inside = line.startsWith("| `");
        }
        return tables;
    }

    @Test
    void theDocumentSaysWhatWasDone() {
        JsonView document = all.json();
        assertEquals(1, document.field("schema").asInt());
        assertEquals(Main.version(), document.field("topple").asString());
        assertTrue(document.field("command").asString().startsWith("topple " + SMALL + " --model "));
        assertEquals(model.toString(), document.field("model").asString());
        assertTrue(document.field("data").asString().contains("size=17x23"));
        assertEquals("data", document.field("labels").asString());
        assertEquals("cpu", document.field("device").asString());
        assertEquals("fast", document.field("precision").asString());
        assertEquals(0, document.field("seed").asInt());
        assertEquals(4, document.field("images").asInt());
        assertEquals(List.of(), document.field("skipped").elements());
        assertEquals(
                List.of("single:segmentation", "single:depth", "single:normals", "total", "signsum", "dgba"),
                document.field("attacks").elements().stream().map(a -> a.field("balancer").asString()).toList());
        for (JsonView attack : document.field("attacks").elements()) {
            assertEquals("pgd", attack.field("attack").asString());
            assertEquals("Linf", attack.field("norm").asString());
            assertEquals(8 / 255.0, attack.field("eps").asDouble());
            assertEquals(2, attack.field("steps").asInt());
            assertEquals(1, attack.field("restarts").asInt());
            assertEquals(2 / 255.0, attack.field("alpha").asDouble());
            assertTrue(attack.field("randomStart").asBoolean());
            JsonView audit = attack.field("audit");
            assertEquals(0, audit.field("outOfBudget").asInt());
            assertEquals(0, audit.field("nanPixels").asInt());
            assertTrue(audit.field("largestPerturbation").asDouble() <= 8 / 255.0);
            assertTrue(audit.field("largestPerturbation").asDouble() > 7 / 255.0);
            assertTrue(attack.field("seconds").asDouble() > 0);
        }
    }

    @Test
    void changesAndArpAreWhatTheDescriptionSays() {
        JsonView document = all.json();
        for (JsonView attack : document.field("attacks").elements()) {
            List<Double> means = new ArrayList<>();
            for (Task task : RoomsDataset.tasks()) {
                List<Double> changes = new ArrayList<>();
                for (Metric metric : task.metrics().list()) {
                    JsonView change = attack.field("tasks").field(task.name()).field(metric.name());
                    double clean = document.field("clean").field(task.name()).field(metric.name()).asDouble();
                    assertEquals(clean, change.field("clean").asDouble());
                    if (clean == 0) {
                        assertTrue(change.field("relative").isNull());
                        continue;
                    }
                    double attacked = change.field("attacked").asDouble();
                    double expected = (metric.higherIsBetter() ? clean - attacked : attacked - clean) / Math.abs(clean);
                    assertEquals(expected, change.field("relative").asDouble(), 1e-12);
                    changes.add(expected);
                }
                OptionalDouble mean = changes.stream().mapToDouble(Double::doubleValue).average();
                mean.ifPresent(means::add);
            }
            double arp = 100 * means.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
            assertEquals(arp, attack.field("arp").asDouble(), 1e-9);
        }
    }

    @Test
    void everyNumberHasAnInterval() {
        JsonView document = all.json();
        Map<String, Double> arps = new LinkedHashMap<>();
        for (JsonView attack : document.field("attacks").elements()) {
            assertAround(attack.field("arp"), attack.field("arpInterval"));
            assertAround(attack.field("meanLogLoss"), attack.field("meanLogLossInterval"));
            arps.put(attack.field("balancer").asString(), attack.field("arp").asDouble());
            for (Task task : RoomsDataset.tasks()) {
                for (Metric metric : task.metrics().list()) {
                    JsonView change = attack.field("tasks").field(task.name()).field(metric.name());
                    assertInterval(change.field("attackedInterval"));
                    assertEquals(change.field("relative").isNull(), change.field("relativeInterval").isNull());
                    assertInterval(document.field("cleanIntervals").field(task.name()).field(metric.name()));
                }
            }
        }
        for (JsonView lead : document.field("leads").elements()) {
            assertEquals("dgba", lead.field("balancer").asString());
            assertEquals(arps.get("dgba") - arps.get(lead.field("over").asString()), lead.field("arp").asDouble());
            assertAround(lead.field("arp"), lead.field("interval"));
        }
        JsonView one = run(words("attack --size 17x23 --steps 1 --limit 1 --balance dgba --json --model", model,
                "--out", folder.resolve("out"))).succeeded().json();
        assertTrue(one.field("attacks").element(0).field("arpInterval").isNull());
    }

    private static void assertInterval(JsonView interval) {
        assertEquals(2, interval.elements().size(), interval.path());
        assertTrue(interval.element(0).asDouble() <= interval.element(1).asDouble(), interval.path());
    }

    private static void assertAround(JsonView value, JsonView interval) {
        assertInterval(interval);
        assertTrue(interval.element(0).asDouble() <= value.asDouble()
                && value.asDouble() <= interval.element(1).asDouble(), value.path());
    }

    @Test
    void aSecondRunGivesTheSameDocumentButForTheTime() {
        JsonView again = run(words(SMALL + " --model", model, "--out", shared.resolve("all"))).succeeded().json();
        assertEquals(withoutTime(all.json().value()), withoutTime(again.value()));
        assertFalse(withoutTime(all.json().value()).equals(all.json().value()));
    }

    @Test
    void numbersDoNotDependOnBatchAndThreads() {
        JsonValue expected = withoutReleased(all.json().value());
        for (String options : List.of("--batch 1 --threads 1", "--batch 3 --threads 2", "--batch 64")) {
            assertEquals(expected, withoutReleased(attack(options).succeeded().json().value()), options);
        }
        // Released numbers may depend on the batch, but on nothing else.
        assertEquals(withoutCommand(all.json().value()),
                withoutCommand(attack("--threads 2").succeeded().json().value()));
    }

    private static JsonValue withoutReleased(JsonValue value) {
        return without(value, Set.of("seconds", "command", "released", "cleanReleased"));
    }

    @Test
    void severalBudgetsAreAsGoodAsSeveralRuns() {
        JsonView both = attack("--eps 2/255,8/255,2/255 --balance total,dgba").succeeded().json();
        List<JsonView> attacks = both.field("attacks").elements();
        assertEquals(List.of(2, 2, 8, 8), attacks.stream()
                .map(each -> (int) Math.round(255 * each.field("eps").asDouble())).toList());
        for (int i = 0; i < 2; i++) {
            JsonView one = attack((i == 0 ? "--eps 2/255" : "--eps 8/255") + " --balance total,dgba").succeeded()
                    .json();
            for (int j = 0; j < 2; j++) {
                assertEquals(withoutTime(one.field("attacks").element(j).value()),
                        withoutTime(attacks.get(2 * i + j).value()));
            }
            assertEquals(one.field("leads").element(0).value(), both.field("leads").element(i).value());
            assertEquals(one.field("clean").value(), both.field("clean").value());
        }
        assertEquals(0.5 / 255, attacks.get(0).field("alpha").asDouble());
        assertEquals(2.0 / 255, attacks.get(3).field("alpha").asDouble());
    }

    @Test
    void stepSizesFollowTheBudgetsOrAreAsAsked() {
        List<List<Double>> expected = List.of(List.of(0.2, 0.8), List.of(1.0, 1.0), List.of(2.0, 8.0));
        List<String> options = List.of("--alpha eps/10", "--alpha 1/255", "--alpha EPS/1");
        for (int i = 0; i < options.size(); i++) {
            List<JsonView> attacks = attack("--eps 2/255,8/255 --balance dgba " + options.get(i)).succeeded().json()
                    .field("attacks").elements();
            for (int j = 0; j < 2; j++) {
                assertEquals(expected.get(i).get(j), 255 * attacks.get(j).field("alpha").asDouble(), 1e-9);
            }
        }
        JsonView others = attack("--attack fgsm,ifgsm --balance dgba").succeeded().json();
        assertEquals(8 / 255.0, others.field("attacks").element(0).field("alpha").asDouble());
        assertEquals(4 / 255.0, others.field("attacks").element(1).field("alpha").asDouble());
        assertFalse(others.field("attacks").element(0).field("randomStart").asBoolean());
        attack("--eps 2/255,8/255 --alpha 4/255").refused("--alpha 4/255 is above the smallest --eps, 2/255",
                "--alpha eps/4");
        attack("--eps 2/255 --balance dgba --alpha 4/255").succeeded();
        attack("--alpha eps/0").refused("--alpha eps/0");
        attack("--alpha eps/x").refused("'x' is not a number");
        attack("--eps 2/255,,8/255").refused("epsilon ''");
        attack("--eps 2/255,8").refused("did you mean 8/255?");
    }

    @Test
    void severalBudgetsHaveARowEach() {
        List<String> words = words("attack --size 17x23 --steps 1 --limit 2 --eps 2/255,8/255 --balance total,dgba"
                + " --released --model", model, "--out", folder.resolve("out"));
        List<String> lines = run(words).succeeded().out().lines().toList();
        JsonView document = run(jsonOf(words)).succeeded().json();
        for (JsonView attack : document.field("attacks").elements()) {
            String budget = Math.round(255 * attack.field("eps").asDouble()) + "/255";
            for (JsonView form : List.of(attack, attack.field("released"))) {
                String arp = form.field("arp").isNull() ? "-" : Figures.decimal(form.field("arp").asDouble(), 2);
                assertTrue(lines.stream().anyMatch(line -> line.startsWith("  " + budget) && line.contains(arp)), arp);
            }
        }
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("At 2/255, by ARP, DGBA is ")));
        assertTrue(lines.contains("As the released code counts:"));
        assertTrue(lines.stream().allMatch(line -> line.length() <= 120 || line.startsWith("Written")));
    }

    private static List<String> jsonOf(List<String> words) {
        List<String> json = new ArrayList<>(words);
        json.add("--json");
        return json;
    }

    @Test
    void releasedBalancersAreAttacksLikeOthers() {
        JsonView document = attack("--balance total,total:released,dgba,dgba:released").succeeded().json();
        List<JsonView> attacks = document.field("attacks").elements();
        assertEquals(List.of("total", "total:released", "dgba", "dgba:released"),
                attacks.stream().map(each -> each.field("balancer").asString()).toList());
        // All pixels of scenes have labels, so the images of a batch weigh the same in it, and no loss is 0.
        assertEquals(attacks.get(0).field("arp").asDouble(), attacks.get(1).field("arp").asDouble(), 0.5);
        assertEquals(attacks.get(2).field("arp").asDouble(), attacks.get(3).field("arp").asDouble(), 0.5);
        assertEquals(3, document.field("leads").elements().size());
        List<String> words = words("attack --size 17x23 --steps 1 --limit 2 --balance total:released,dgba:released"
                + " --model", model, "--out", folder.resolve("out"));
        List<String> lines = run(words).succeeded().out().lines().toList();
        assertEquals(List.of("clean", "total", "dgba"), List.of(lines.get(1).strip().split(" +")));
        assertEquals(List.of("released", "released"), List.of(lines.get(2).strip().split(" +")));
    }

    @Test
    void theSeedMatters() {
        JsonValue other = withoutCommand(attack("--seed 1").succeeded().json().value());
        assertFalse(withoutCommand(all.json().value()).equals(other));
    }

    @Test
    void severalAttacksTakeTheSettingsThatTheyHave() {
        JsonView document = attack("--attack fgsm,ifgsm,pgd,fgsm --balance dgba --alpha 1/255 --restarts 2")
                .succeeded().json();
        List<String> names = new ArrayList<>();
        List<Integer> steps = new ArrayList<>();
        List<Integer> restarts = new ArrayList<>();
        for (JsonView attack : document.field("attacks").elements()) {
            names.add(attack.field("attack").asString());
            steps.add(attack.field("steps").asInt());
            restarts.add(attack.field("restarts").asInt());
        }
        assertEquals(List.of("fgsm", "ifgsm", "pgd"), names);
        assertEquals(List.of(1, 2, 2), steps);
        assertEquals(List.of(1, 1, 2), restarts);
        attack("--attack fgsm,ifgsm --alpha 1/255").refused("alpha");
    }

    @Test
    void noBudgetMeansNoChange() {
        JsonView attack = attack("--eps 0 --balance dgba").succeeded().json().field("attacks").element(0);
        assertEquals(0, attack.field("audit").field("largestPerturbation").asDouble());
        assertEquals(4, attack.field("audit").field("notWorse").asInt());
        assertEquals(0, attack.field("arp").asDouble());
    }

    @Test
    void theTableShowsTheNumbersOfTheDocument() {
        List<String> options = new ArrayList<>(words(SMALL + " --model", model, "--out", shared.resolve("all")));
        options.remove("--json");
        String table = run(options).succeeded().out();
        JsonView document = all.json();
        for (JsonView attack : document.field("attacks").elements()) {
            assertTrue(table.contains(Figures.decimal(attack.field("arp").asDouble(), 2)), table);
            assertTrue(table.contains(Figures.decimal(attack.field("meanLogLoss").asDouble(), 4)), table);
        }
        assertTrue(table.contains("By ARP, DGBA is "), table);
        for (JsonView lead : document.field("leads").elements()) {
            assertTrue(table.contains(Figures.decimal(lead.field("arp").asDouble(), 2)), table);
            assertTrue(table.contains(Figures.decimal(lead.field("interval").element(0).asDouble(), 2)), table);
            assertTrue(table.contains(Figures.decimal(lead.field("interval").element(1).asDouble(), 2)), table);
        }
        for (Task task : RoomsDataset.tasks()) {
            assertTrue(table.contains(task.name() + " in " + task.lossUnit()), table);
            task.metrics().list().forEach(metric -> assertTrue(table.contains("  " + metric.name() + " "), table));
        }
        assertTrue(table.contains("Written: "), table);
        table.lines().forEach(line -> assertTrue(line.length() <= 120 || line.startsWith("Written"), line));
    }

    static JsonValue withoutTime(JsonValue value) {
        return without(value, Set.of("seconds"));
    }

    static JsonValue withoutCommand(JsonValue value) {
        return without(value, Set.of("seconds", "command"));
    }

    private static JsonValue without(JsonValue value, Set<String> names) {
        return switch (value) {
            case JsonObject(Map<String, JsonValue> members) -> {
                Map<String, JsonValue> kept = new LinkedHashMap<>();
                members.forEach((name, member) -> {
                    if (!names.contains(name)) {
                        kept.put(name, without(member, names));
                    }
                });
                yield new JsonObject(kept);
            }
            case JsonArray(List<JsonValue> elements) ->
                    new JsonArray(elements.stream().map(element -> without(element, names)).toList());
            default -> value;
        };
    }
}
