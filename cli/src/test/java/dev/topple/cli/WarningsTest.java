// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static dev.topple.cli.Runs.run;
import static dev.topple.cli.Runs.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.JsonView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code topple attack} warns of. */
class WarningsTest {

    @TempDir
    private Path folder;

    @Test
    void warningsAreInTheTableAndInTheReport() throws IOException {
        List<String> words = words("attack --size 17x23 --limit 4 --balance total,dgba --attack mi-fgsm --steps 2"
                + " --eps 8/255,1.7/255 --alpha eps/1 --model",
                Runs.model(folder), "--out", folder.resolve("out"));
        String table = String.join(" ", run(words).succeeded().out().lines().toList());
        String page = Files.readString(folder.resolve("out/report.html"));
        List<JsonView> warnings = JsonView.read(folder.resolve("out/results.json")).field("warnings").elements();
        List<JsonView> rounding = warnings.stream().filter(each -> each.field("check").asString().equals("rounding"))
                .toList();
        assertEquals(2, rounding.size());
        for (JsonView warning : rounding) {
            assertEquals(1.7 / 255, warning.field("eps").asDouble());
            assertTrue(table.contains("mi-fgsm " + warning.field("balancer").asString() + " "), table);
        }
        for (JsonView warning : warnings) {
            assertTrue(table.contains("WARNING " + warning.field("check").asString() + ": "), table);
            assertTrue(table.contains(warning.field("finding").asString()), table);
            assertTrue(table.contains(warning.field("explanation").asString()), table);
            assertTrue(page.contains(warning.field("finding").asString()), page);
            assertTrue(page.contains(warning.field("explanation").asString()), page);
        }
        assertTrue(table.contains("Random noise of the same size: ARP "), table);
    }
}
