// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static dev.topple.cli.Runs.run;
import static dev.topple.cli.Runs.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.JsonView;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code topple attack --data images:FOLDER}. */
class PhotographsTest {

    private static final String SMALL = "attack --steps 2 --balance total,dgba --longer-side 40";

    @TempDir
    private static Path shared;
    private static Path model;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeModel() {
        model = Runs.model(shared);
    }

    private Runs.Outcome attack(Path photographs, String... more) {
        List<String> words = words(SMALL + " --model", model, "--out", folder.resolve("out"), "--data",
                "images:" + photographs);
        words.addAll(List.of(more));
        return run(words);
    }

    private static void paint(Path file, int type, int height, int width) throws IOException {
        BufferedImage image = new BufferedImage(width, height, type);
        Random random = new Random(height * 1000L + width);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, 0xC0000000 | (x * 7 << 16 & 0xFF0000) | (y * 5 << 8 & 0xFF00) | random.nextInt(64));
            }
        }
        String format = file.toString().endsWith("png") ? "png" : "jpg";
        assertTrue(ImageIO.write(image, format, file.toFile()));
    }

    private static Path photographs(Path folder) throws IOException {
        Path photographs = Files.createDirectory(folder.resolve("my photographs"));
        paint(photographs.resolve("a.png"), BufferedImage.TYPE_INT_RGB, 17, 23);
        paint(photographs.resolve("b.jpg"), BufferedImage.TYPE_INT_RGB, 31, 19);
        paint(photographs.resolve("c.JPEG"), BufferedImage.TYPE_BYTE_GRAY, 33, 57);
        paint(photographs.resolve("d.png"), BufferedImage.TYPE_INT_ARGB, 21, 21);
        paint(photographs.resolve("e.png"), BufferedImage.TYPE_BYTE_GRAY, 17, 23);
        byte[] whole = Files.readAllBytes(photographs.resolve("b.jpg"));
        Files.write(photographs.resolve("f.jpg"), Arrays.copyOf(whole, whole.length / 2));
        Files.writeString(photographs.resolve("g.png"), "not a picture");
        Files.writeString(photographs.resolve("notes.txt"), "not a picture either, and nobody says so");
        return photographs;
    }

    @Test
    void photographsOfAllKindsAreAttacked() throws IOException {
        Runs.Outcome outcome = attack(photographs(folder), "--json").succeeded();
        JsonView document = outcome.json();
        assertEquals(5, document.field("images").asInt());
        assertEquals("predictions", document.field("labels").asString());
        List<String> skipped = document.field("skipped").elements().stream().map(JsonView::asString).toList();
        assertEquals(2, skipped.size());
        assertTrue(skipped.get(0).contains("f.jpg: ") && skipped.get(1).contains("g.png: "), skipped.toString());
        skipped.forEach(each -> assertTrue(outcome.errLines().contains("topple: skipped " + each), outcome.err()));
        assertEquals(1, document.field("clean").field("segmentation").field("Pixel Acc").asDouble());
        for (JsonView attack : document.field("attacks").elements()) {
            assertEquals(0, attack.field("audit").field("outOfBudget").asInt());
            // A random model predicts positive distances, so its clean errors are 0 and have no relative change.
            assertTrue(attack.field("tasks").field("depth").field("abs_err").field("relative").isNull());
            assertFalse(attack.field("arp").isNull());
        }
        assertTrue(Files.size(folder.resolve("out/preview.png")) > 1000);
    }

    @Test
    void theTableSaysWhereLabelsComeFrom() throws IOException {
        Runs.Outcome outcome = attack(photographs(folder), "--limit", "2").succeeded();
        assertTrue(outcome.out().contains("clean predictions"), outcome.out());
        assertTrue(outcome.out().contains("2 images"), outcome.out());
        assertFalse(outcome.err().contains("skipped"), "files beyond the limit are nobody's business");
    }

    @Test
    void resultsDoNotDependOnTheBatch() throws IOException {
        Path photographs = photographs(folder);
        List<Double> expected = arps(attack(photographs, "--json", "--batch", "1"));
        assertEquals(expected, arps(attack(photographs, "--json", "--batch", "8")));
    }

    private static List<Double> arps(Runs.Outcome outcome) {
        return outcome.succeeded().json().field("attacks").elements().stream()
                .map(attack -> attack.field("arp").asDouble()).toList();
    }

    @Test
    void foldersWithoutPhotographsAreRefused() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        attack(empty).refused(empty.toString(), "no JPEG or PNG");
        attack(folder.resolve("missing")).refused("missing", "no such folder");
        attack(Files.writeString(folder.resolve("file"), "text")).refused("file", "no folder");
        Files.writeString(empty.resolve("broken.png"), "not a picture");
        attack(empty).refused("broken.png", "neither JPEG nor PNG");
    }

    @Test
    void namesCannotFakeLines() throws IOException {
        Path photographs = photographs(folder);
        Files.writeString(photographs.resolve("x\ntopple: all is well\u001b[2K.png"), "not a picture");
        Runs.Outcome outcome = attack(photographs).succeeded();
        assertFalse(outcome.errLines().contains("topple: all is well"), outcome.err());
        assertFalse(outcome.err().contains("\u001b"), outcome.err());
    }

    @Test
    void photographsCannotBeEvaluated() throws IOException {
        run(words("evaluate --model", model, "--data", "images:" + photographs(folder))).refusedLate("no labels");
    }

    @Test
    void photographsCanBePreviewed() throws IOException {
        Path sheet = folder.resolve("sheet.png");
        run(words("data preview --rows 3 --out", sheet, "--data", "images:" + photographs(folder))).succeeded();
        assertTrue(ImageIO.read(sheet.toFile()).getHeight() > 3 * 17);
    }
}
