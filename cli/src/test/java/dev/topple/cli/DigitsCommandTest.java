// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static dev.topple.cli.Runs.run;
import static dev.topple.cli.Runs.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.Json;
import dev.topple.engine.io.JsonView;
import dev.topple.mtl.model.ModelFile;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks of the whole image through the program, with a folder of pictures that a very small model can tell apart. */
class DigitsCommandTest {

    @TempDir
    private static Path shared;

    private static Path digits;
    private static Path model;
    private static Runs.Outcome training;

    @TempDir
    private Path folder;

    @BeforeAll
    static void train() throws IOException {
        digits = Files.createDirectories(shared.resolve("digits"));
        write("train", 60);
        write("t10k", 30);
        model = shared.resolve("model.safetensors");
        training = run(words("train --steps 30 --batch 8 --encoder digits,widths=4+8,convolutions=1 --data",
                "multimnist:" + digits, "--out", model));
    }

    /** Class c is a bar in rows 2 c + 4 and 2 c + 5. */
    private static void write(String prefix, int count) throws IOException {
        try (DataOutputStream images = new DataOutputStream(Files.newOutputStream(
                digits.resolve(prefix + "-images-idx3-ubyte")));
                DataOutputStream labels = new DataOutputStream(Files.newOutputStream(
                        digits.resolve(prefix + "-labels-idx1-ubyte")))) {
            for (int number : new int[] {0x803, count, 28, 28}) {
                images.writeInt(number);
            }
            labels.writeInt(0x801);
            labels.writeInt(count);
            for (int i = 0; i < count; i++) {
                labels.writeByte(i % 10);
                for (int p = 0; p < 28 * 28; p++) {
                    images.writeByte(p / 56 == i % 10 + 2 ? 250 : 0);
                }
            }
        }
    }

    @Test
    void trainingWritesAModelOfTwoClasses() {
        training.succeeded();
        assertTrue(training.out().contains("Accuracy"), training.out());
        ModelFile file = ModelFile.load(model);
        assertEquals(List.of("left", "right"), file.model().tasks().stream().map(task -> task.name()).toList());
        assertTrue(file.provenance().command().contains("--data multimnist:" + digits), file.provenance().command());
        assertTrue(!file.provenance().command().contains("--size"), file.provenance().command());
    }

    @Test
    void evaluationComparesWithTheMostFrequentClass() {
        training.succeeded();
        JsonView json = run(words("evaluate --json --limit 20 --model", model, "--data", "multimnist:" + digits))
                .succeeded().json();
        for (String task : List.of("left", "right")) {
            JsonView metrics = json.field("metrics").field("tasks").field(task);
            assertTrue(metrics.field("Accuracy").asDouble() >= 0);
        }
        assertTrue(json.field("data").asString().endsWith(",split=test,seed=0,count=20,of=30"));
    }

    @Test
    void anAttackWritesNumbersAndPictures() throws IOException {
        training.succeeded();
        Path out = folder.resolve("out");
        Runs.Outcome outcome = run(words("attack --limit 10 --steps 2 --eps 32/255 --balance total,dgba --pictures 2"
                + " --model", model, "--data", "multimnist:" + digits, "--out", out)).succeeded();
        assertTrue(outcome.out().contains("broken (%)") && outcome.out().contains("all tasks broken (%)"),
                outcome.out());
        JsonView json = JsonView.of(Json.read(out.resolve("results.json")), "results");
        assertEquals(64, json.field("dataChecksum").asString().length());
        for (JsonView attack : json.field("attacks").elements()) {
            assertEquals(Set.of("left", "right"), attack.field("broken").field("tasks").fields().keySet());
            double clean = json.field("clean").field("left").field("Accuracy").asDouble();
            double attacked = attack.field("tasks").field("left").field("Accuracy").field("attacked").asDouble();
            double broken = attack.field("broken").field("tasks").field("left").field("share").asDouble();
            assertTrue(broken >= clean - attacked - 1e-9, "what is lost was broken");
        }
        assertTrue(ImageIO.read(out.resolve("preview.png").toFile()).getWidth() > 9 * 128);
        String page = Files.readString(out.resolve("report.html"));
        assertTrue(page.contains("Colours of the classes of left") && page.contains("label: "), "classes in words");
        assertTrue(page.contains("broken (%)"));
    }

    @Test
    void previewsAreDrawn() throws IOException {
        Path out = folder.resolve("preview.png");
        run(words("data preview --rows 2 --data", "multifashion:" + digits + ",split=train", "--out", out)).succeeded();
        assertTrue(ImageIO.read(out.toFile()).getWidth() > 3 * 128);
    }

    @Test
    void mistakesAreNamed() {
        run(words("evaluate --data multimnist:" + shared)).refused("there is no t10k-images-idx3-ubyte");
        run(words("attack --data multimnist:" + digits)).refused("the model default has the task segmentation, for"
                + " which multimnist:");
        run(words("train --data", "multimnist:" + digits + ",split=test", "--out", folder.resolve("m.safetensors")))
                .refused("leave the split out of --data");
        training.succeeded();
        run(words("attack --data", "multifashion:" + digits, "--model", model)).refused("predicts another left");
    }
}
