// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static dev.topple.cli.Runs.run;
import static dev.topple.cli.Runs.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code topple study}. */
class StudyCommandTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"study", "study exactness", "study grid", "study gradient-free", "study catalogue"})
    void everyStudyHasHelp(String command) {
        Runs.Outcome outcome = run(words(command + " --help")).succeeded();
        assertTrue(outcome.out().startsWith("Usage: topple " + command), outcome.out());
        assertFalse(outcome.out().contains("DEFAULT-VALUE"), outcome.out());
        outcome.out().lines().forEach(line -> assertTrue(line.length() <= 80, line));
    }

    @Test
    void noNameShowsWhatThereIs() {
        String out = run("study").succeeded().out();
        for (String study : List.of("exactness", "grid", "gradient-free", "catalogue")) {
            assertTrue(out.contains("  " + study + " "), out);
        }
    }

    private List<String> study(String options) {
        return words("study " + options + " --size 16x16 --limit 3 --batch 2 --model", Runs.model(folder), "--out",
                folder.resolve("out"));
    }

    @Test
    void theExactnessIsATableAndAFile() {
        Runs.Outcome table = run(study("exactness --eps 1/255,8/255")).succeeded();
        JsonView written = JsonView.read(folder.resolve("out/exactness.json"));
        assertEquals(2, written.field("summary").elements().size());
        assertEquals(6, written.field("perImage").elements().size());
        for (JsonView each : written.field("perImage").elements()) {
            double gap = each.field("gap").asDouble();
            // The budget's margin is 2^-24; of 1/255 that are 15 millionths.
            assertTrue(gap >= -1e-9 && gap < 1e-4, "gap " + gap);
            assertEquals(each.field("optimum").asDouble(), each.field("dualBound").asDouble(), 1e-9);
        }
        JsonView first = written.field("summary").element(0);
        String reached = Figures.decimal(100 * first.field("reached").asDouble(), 2);
        assertTrue(table.out().lines().anyMatch(line -> line.startsWith("reached by the step (%)")
                && line.contains(reached)), table.out());
        List<String> words = study("exactness --eps 1/255,8/255");
        words.add("--json");
        assertEquals(Json.compact(written.value()), Json.compact(run(words).succeeded().json().value()));
    }

    @Test
    void theGridHasEveryPointAndDgba() {
        Runs.Outcome table = run(study("grid --parts 1 --steps 2")).succeeded();
        JsonView written = JsonView.read(folder.resolve("out/grid.json"));
        assertEquals(3, written.field("grid").elements().size());
        assertEquals(3 * written.field("dgba").field("backwards").asInt(),
                written.field("bestPerImage").field("backwards").asInt());
        assertEquals(3, written.field("grid").elements().stream()
                .mapToInt(each -> each.field("bestForImages").asInt()).sum());
        assertTrue(table.out().contains("best for each image") && table.out().contains("MiB"), table.out());
    }

    @Test
    void gradientFreeAttacksGiveCurves() {
        Runs.Outcome table = run(study("gradient-free --queries 12 --at 4,8 --attack square")).succeeded();
        JsonView curves = JsonView.read(folder.resolve("out/gradient-free.json")).field("curves");
        assertEquals(5, curves.elements().size());
        assertEquals(List.of(4, 8, 12), curves.element(3).field("points").elements().stream()
                .map(point -> point.field("queries").asInt()).toList());
        assertTrue(table.out().contains("square dgba less square total: "), table.out());
    }

    @Test
    void aCatalogueIsWrittenFromAnAttacksResults() throws IOException {
        Path out = folder.resolve("attack");
        run(words("attack --attack fgsm,pgd --steps 2 --balance total,dgba --size 16x16 --limit 2 --pictures 1 --model",
                Runs.model(folder), "--out", out)).succeeded();
        Path kept = folder.resolve("kept.json");
        Path page = folder.resolve("page.md");
        run(words("study catalogue --results", out.resolve("results.json"), "--keep", kept, "--page", page))
                .succeeded();
        assertEquals(4, JsonView.read(kept).field("attacks").elements().size());
        String text = Files.readString(page);
        assertTrue(text.contains("| `dgba` | losses | `sum g_i / L_i` |"), text);
        assertEquals(text, run(words("study catalogue --results", kept)).succeeded().out());
    }

    @Test
    void badInputIsRefusedInALine() {
        run(study("exactness --eps 0")).refusedLate("with an epsilon of 0 no image changes");
        run(study("exactness --eps 8")).refused("did you mean 8/255?");
        run(study("grid --parts 0")).refused("--parts must be at least 1");
        run(study("gradient-free --attack pgd")).refused("--attack must be square, nes");
        run(study("gradient-free --at 5,x")).refused("--at must be numbers of queries");
        run("study", "catalogue", "--results", folder.resolve("none.json").toString()).refused("none.json");
        run("study", "exactnes").refused("exactnes");
    }
}
