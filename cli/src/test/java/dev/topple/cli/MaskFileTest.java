// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static dev.topple.cli.Runs.run;
import static dev.topple.cli.Runs.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.JsonView;
import dev.topple.engine.io.SafetensorsFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code topple attack --mask}. */
class MaskFileTest {

    @TempDir
    private Path folder;

    private Path picture(String name, int rgb) throws IOException {
        BufferedImage mask = new BufferedImage(4, 2, BufferedImage.TYPE_INT_RGB);
        mask.setRGB(0, 0, rgb);
        Path file = folder.resolve(name);
        ImageIO.write(mask, "png", file.toFile());
        return file;
    }

    private Runs.Outcome attack(Object... more) {
        List<String> words = words("attack --size 16x32 --steps 2 --limit 2 --pictures 1 --balance dgba --json"
                + " --save safetensors", more);
        words.addAll(List.of("--model", Runs.model(folder).toString(), "--out", folder.resolve("out").toString()));
        return run(words);
    }

    @Test
    void onlyWhatTheMaskAllowsChangesAndNoiseKeepsToItToo() throws IOException {
        JsonView all = attack().succeeded().json();
        JsonView masked = attack("--mask", picture("mask.png", 0xFFFFFF)).succeeded().json();
        assertTrue(masked.field("attacks").element(0).field("masked").asBoolean());
        for (int i = 0; i < 2; i++) {
            Path file = folder.resolve("out/adversarial/pgd-dgba-8_255/00000" + i + ".safetensors");
            try (SafetensorsFile both = SafetensorsFile.open(file)) {
                float[] clean = both.readAll().get("clean").floats();
                float[] after = both.readAll().get("adversarial").floats();
                int inside = 0;
                for (int at = 0; at < clean.length; at++) {
                    boolean open = at / 32 % 16 < 8 && at % 32 < 8;
                    assertTrue(open || clean[at] == after[at], "pixel " + at);
                    inside += clean[at] == after[at] ? 0 : 1;
                }
                assertTrue(inside > 100, inside + " of 192");
            }
        }
        assertNotEquals(all.field("controls").element(0).field("meanLogLoss").asDouble(),
                masked.field("controls").element(0).field("meanLogLoss").asDouble());
    }

    @Test
    void whatIsNoMaskIsRefused() throws IOException {
        attack("--mask", folder.resolve("none.png")).refused("--mask", "is no file");
        attack("--mask", Files.writeString(folder.resolve("text.png"), "text")).refused("is no picture");
        attack("--mask", picture("black.png", 0)).refused("lets no pixel change");
        assertEquals(List.of(), Files.exists(folder.resolve("out")) ? Runs.names(folder.resolve("out")) : List.of());
    }
}
