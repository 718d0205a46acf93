// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static dev.topple.cli.Runs.run;
import static dev.topple.cli.Runs.words;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.JsonView;
import dev.topple.engine.io.Npy;
import dev.topple.engine.io.SafetensorsFile;
import dev.topple.engine.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code topple attack --save}. */
class SavedImagesTest {

    @TempDir
    private Path folder;

    private Runs.Outcome attack(String options) {
        return run(words("attack --size 17x23 --steps 2 --limit 4 --pictures 0 --json " + options + " --model",
                Runs.model(folder), "--out", folder.resolve("out")));
    }

    private static Map<String, Tensor> read(Path file) {
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            return Map.copyOf(opened.readAll());
        }
    }

    @Test
    void savedPicturesHoldExactlyWhatWasMeasured() throws IOException {
        JsonView png = attack("--save png --balance dgba --eps 2.5/255 --batch 3").succeeded().json();
        JsonView attack = png.field("attacks").element(0);
        assertTrue(attack.field("quantized").asBoolean());
        assertEquals(2 / 255.0, attack.field("audit").field("largestPerturbation").asDouble(), 1e-12);
        assertEquals(0, attack.field("audit").field("outOfBudget").asInt());
        Path folders = folder.resolve("out/adversarial");
        assertEquals(List.of("pgd-dgba-0.00980392156862745"), Runs.names(folders));
        Path pictures = folders.resolve("pgd-dgba-0.00980392156862745");
        assertEquals(List.of("000000.png", "000001.png", "000002.png", "000003.png"), Runs.names(pictures));
        assertEquals(attack.field("meanLogLoss").value(), attack("--save npy --quantize --balance dgba --eps 2.5/255")
                .succeeded().json().field("attacks").element(0).field("meanLogLoss").value());
        attack("--save safetensors --quantize --balance dgba --eps 2.5/255").succeeded();
        for (int i = 0; i < 4; i++) {
            float[] floats = Npy.read(pictures.resolve("00000" + i + ".npy")).floats();
            Map<String, Tensor> both = read(pictures.resolve("00000" + i + ".safetensors"));
            assertArrayEquals(floats, both.get("adversarial").floats());
            BufferedImage picture = ImageIO.read(pictures.resolve("00000" + i + ".png").toFile());
            float[] clean = both.get("clean").floats();
            boolean moved = false;
            for (int at = 0; at < 17 * 23; at++) {
                int rgb = picture.getRGB(at % 23, at / 23);
                for (int c = 0; c < 3; c++) {
                    float pixel = floats[c * 17 * 23 + at];
                    assertEquals((float) ((rgb >> 8 * (2 - c) & 255) / 255.0), pixel);
                    moved |= pixel != clean[c * 17 * 23 + at];
                }
            }
            assertTrue(moved);
        }
        attack("--save jpeg").refused("--save takes png, npy or safetensors");
        attack("--save png --eps 0.5/255").refused("steps of 1/255");
    }
}
