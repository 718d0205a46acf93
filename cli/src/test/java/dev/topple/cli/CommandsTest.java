// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static dev.topple.cli.Runs.run;
import static dev.topple.cli.Runs.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.DeviceProvider;
import dev.topple.engine.Devices;
import dev.topple.engine.io.JsonView;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.task.Metric;
import dev.topple.mtl.task.Task;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands beside attack and train, and what all have in common. */
class CommandsTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", "attack", "train", "evaluate", "data", "data list", "data preview", "model",
        "model describe", "model convert", "devices"})
    void everyCommandHasHelp(String command) {
        Runs.Outcome outcome = run(words((command + " --help").strip())).succeeded();
        assertEquals("", outcome.err());
        assertTrue(outcome.out().startsWith("Usage: " + ("topple " + command).strip()), outcome.out());
        assertFalse(outcome.out().contains("DEFAULT-VALUE"), outcome.out());
        outcome.out().lines().forEach(line -> assertTrue(line.length() <= 80, line));
    }

    @Test
    void noCommandShowsWhatThereIs() {
        String out = run(List.of()).succeeded().out();
        for (String command : List.of("attack", "train", "evaluate", "data", "model", "devices")) {
            assertTrue(out.contains("  " + command + " "), out);
        }
    }

    @Test
    void theVersionSaysWhatRuns() {
        String out = run("--version").succeeded().out();
        assertTrue(out.matches("topple \\S+ \\(commit \\S+\\), Java 2[5-9].*\\R"), out);
        assertFalse(out.contains("null") || out.contains("${"), out);
    }

    @Test
    void devicesAreListedWithTheReasonWhereTheyCannotRun() {
        List<String> lines = run("devices").succeeded().out().lines().toList();
        List<DeviceProvider> providers = Devices.providers();
        assertEquals(providers.size(), lines.size());
        for (int i = 0; i < lines.size(); i++) {
            DeviceProvider.Availability availability = providers.get(i).availability();
            assertTrue(lines.get(i).startsWith(providers.get(i).name()), lines.get(i));
            assertTrue(lines.get(i).contains(availability.available() ? " yes " : " no "), lines.get(i));
            assertTrue(lines.get(i).endsWith(availability.description()), lines.get(i));
        }
    }

    @Test
    void dataSetsAreListed() {
        String out = run("data", "list").succeeded().out();
        assertTrue(out.contains("rooms ") && out.contains("images:FOLDER "), out);
        assertTrue(out.contains("segmentation, depth, normals, keypoints, edges"), out);
    }

    @Test
    void scenesArePreviewed() throws IOException {
        Path file = folder.resolve("sheet.png");
        run(words("data preview --rows 2 --size 17x23 --out", file)).succeeded();
        BufferedImage sheet = ImageIO.read(file.toFile());
        int zoom = Math.ceilDiv(128, 23);
        // The picture and the labels of five tasks.
        assertEquals(6 * (23 * zoom + 4) + 4, sheet.getWidth());
        assertEquals(18 + 2 * (17 * zoom + 4), sheet.getHeight());
        float[] planes = RoomsDataset.heldOut(1, 17, 23).sample(0).image().floats();
        int shown = sheet.getRGB(4 + 5 * zoom + zoom / 2, 18 + 7 * zoom + zoom / 2);
        for (int plane = 0; plane < 3; plane++) {
            assertEquals(Math.round(255 * planes[(plane * 17 + 7) * 23 + 5]), shown >> 16 - 8 * plane & 255);
        }
    }

    @Test
    void aMachineWithoutFontsPaintsPicturesWithoutCaptions() throws Exception {
        Path fonts = Files.writeString(folder.resolve("none.conf"), "<?xml version=\"1.0\"?><fontconfig></fontconfig>");
        Path file = folder.resolve("sheet.png");
        // Java remembers fonts that it found earlier in the person's folder.
        Process process = Runs.process(words("data preview --rows 1 --size 16x16 --out", file),
                List.of("-Duser.home=" + folder), "FONTCONFIG_FILE", fonts.toString());
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), err);
        assertEquals(6 * (128 + 4) + 4, ImageIO.read(file.toFile()).getWidth());
        List<String> remarks = err.lines().filter(line -> !line.startsWith("WARNING: Using incubator")).toList();
        assertTrue(remarks.size() <= 1 && remarks.stream().allMatch(line -> line.contains("no captions")), err);
    }

    @Test
    void anEvaluationShowsModelAndConstant() {
        List<String> words = words("evaluate --size 17x23 --limit 3 --batch 2 --model", Runs.model(folder));
        Runs.Outcome table = run(words).succeeded();
        words.add("--json");
        JsonView document = run(words).succeeded().json();
        assertEquals(3, document.field("images").asInt());
        for (Task task : RoomsDataset.tasks()) {
            for (Metric metric : task.metrics().list()) {
                for (String judged : List.of("metrics", "constant")) {
                    JsonView metrics = document.field(judged).field("tasks").field(task.name());
                    double value = metrics.field(metric.name()).asDouble();
                    String shown = Figures.decimal(value, Figures.decimals(metric));
                    assertTrue(table.out().lines().anyMatch(line -> line.startsWith("  " + metric.name() + " ")
                            && line.contains(shown)), metric.name() + " " + shown + "\n" + table.out());
                }
            }
        }
    }

    @Test
    void anEvaluationDoesNotDependOnTheBatch() {
        Path model = Runs.model(folder);
        List<String> outs = List.of("1", "2", "1000000000").stream()
                .map(batch -> run(words("evaluate --json --size 16x16 --limit 3 --model", model, "--batch", batch))
                        .succeeded().out())
                .distinct().toList();
        assertEquals(1, outs.size());
    }
}
