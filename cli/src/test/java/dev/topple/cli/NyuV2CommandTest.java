// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static dev.topple.cli.Runs.run;
import static dev.topple.cli.Runs.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.JsonView;
import dev.topple.mtl.model.ModelFile;
import dev.topple.mtl.task.Segmentation;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --data nyuv2:FOLDER}, with a folder of a few pictures of nothing. */
class NyuV2CommandTest {

    @TempDir
    private static Path shared;

    private static Path images;
    private static Path model;
    private static Runs.Outcome training;

    @TempDir
    private Path folder;

    @BeforeAll
    static void train() throws IOException {
        images = write(shared.resolve("nyu"), 4, 3);
        model = shared.resolve("model.safetensors");
        training = run(words("train --steps 2 --batch 2 --size 16x20 --data", "nyuv2:" + images, "--out", model,
                "--cache", shared.resolve("cache")));
    }

    private static Path write(Path root, int train, int test) throws IOException {
        for (String part : List.of("rgb", "depth8", "seg40")) {
            Files.createDirectories(root.resolve(part));
        }
        Files.write(root.resolve("classes40.txt"), IntStream.range(0, 40).mapToObj(c -> "fine " + c).toList());
        Files.write(root.resolve("classes13.txt"), IntStream.range(0, 13).mapToObj(c -> "coarse " + c).toList());
        Files.write(root.resolve("map40to13.txt"), IntStream.range(0, 40).mapToObj(c -> c + " " + c % 13).toList());
        List<String> ids = IntStream.range(1, 1 + train + test).mapToObj(n -> "000" + n).toList();
        Files.write(root.resolve("train.txt"), ids.subList(0, train));
        Files.write(root.resolve("test.txt"), ids.subList(train, train + test));
        for (String id : ids) {
            int n = Integer.parseInt(id);
            ImageIO.write(picture(BufferedImage.TYPE_INT_RGB, 80 + n, 200 - n), "jpeg",
                    root.resolve("rgb/" + id + ".jpg").toFile());
            ImageIO.write(picture(BufferedImage.TYPE_BYTE_GRAY, 50, 90 + n), "png",
                    root.resolve("depth8/" + id + ".png").toFile());
            ImageIO.write(picture(BufferedImage.TYPE_BYTE_GRAY, n, 255), "png",
                    root.resolve("seg40/" + id + ".png").toFile());
        }
        return root;
    }

    private static BufferedImage picture(int type, int left, int right) {
        BufferedImage picture = new BufferedImage(320, 240, type);
        for (int y = 0; y < 240; y++) {
            for (int x = 0; x < 320; x++) {
                for (int band = 0; band < picture.getRaster().getNumBands(); band++) {
                    picture.getRaster().setSample(x, y, band, x < 160 ? left : right);
                }
            }
        }
        return picture;
    }

    private List<String> on(String command, String data, Object... more) {
        List<String> words = words(command + " --data", data, "--cache", shared.resolve("cache"));
        words.addAll(words("--size 16x20"));
        for (Object word : more) {
            words.add(word.toString());
        }
        return words;
    }

    @Test
    void aModelIsTrainedForTheClassesOfTheFolder() {
        training.succeeded();
        assertTrue(training.out().contains("3 images"), training.out());
        ModelFile file = ModelFile.load(model);
        assertTrue(file.model().tasks().get(0) instanceof Segmentation s && s.classes().get(12).equals("coarse 12"));
        assertEquals("topple train --data nyuv2:" + images + " --steps 2 --batch 2 --seed 1 --size 16x20",
                file.provenance().command());
    }

    @Test
    void derivedNormalsAreKept() throws IOException {
        // All pictures for training have other depths.
        assertEquals(7, Runs.names(Files.list(shared.resolve("cache")).findFirst().orElseThrow()).size());
    }

    @Test
    void theTestImagesJudgeUnlessOthersAreAskedFor() {
        Runs.Outcome test = run(on("evaluate --json --model " + model, "nyuv2:" + images)).succeeded();
        assertEquals(3, test.json().field("images").asInt());
        assertTrue(test.json().field("data").asString().contains("classes=13,split=test"));
        Runs.Outcome train = run(on("evaluate --json --model " + model, "nyuv2:" + images + ",split=train"));
        assertEquals(4, train.succeeded().json().field("images").asInt());
    }

    @Test
    void realLabelsAreAttacked() {
        run(on("attack --steps 1 --balance dgba --limit 2 --model " + model, "nyuv2:" + images, "--out",
                folder.resolve("out"))).succeeded();
        assertTrue(Files.exists(folder.resolve("out/results.json")));
    }

    @Test
    void aLimitSpreadsOverTheSplit() throws IOException {
        Path many = write(folder.resolve("many"), 2, 7);
        Runs.Outcome outcome = run(on("attack --json --steps 1 --balance dgba --limit 3 --pictures 3 --model " + model,
                "nyuv2:" + many, "--out", folder.resolve("out"))).succeeded();
        assertTrue(outcome.json().field("data").asString().contains(",split=test,count=3,of=7,"));
        String page = Files.readString(folder.resolve("out/report.html"));
        for (String id : List.of("0003", "0005", "0007")) {
            assertTrue(page.contains("<bdi>" + id + "</bdi>"), id);
        }
        assertEquals(4, page.split("<article ").length);
    }

    @Test
    void fiveTasksAreTrainedAndAttacked() {
        Path five = folder.resolve("five.safetensors");
        run(on("train --steps 1 --batch 2 --tasks segmentation,depth,normals,keypoints,edges", "nyuv2:" + images,
                "--out", five)).succeeded();
        JsonView attack = run(on("attack --json --steps 1 --balance dgba --limit 2 --model " + five, "nyuv2:" + images,
                "--out", folder.resolve("out"))).succeeded().json();
        assertEquals("data", attack.field("labels").asString());
        assertEquals(5, attack.field("clean").fields().size());
        Path one = folder.resolve("one.safetensors");
        run(on("train --steps 1 --batch 2 --tasks depth", "nyuv2:" + images, "--out", one)).succeeded();
        assertEquals(1, ModelFile.load(one).model().tasks().size());
        run(on("evaluate --model " + one, "nyuv2:" + images)).succeeded();
    }

    @Test
    void aModelForOtherClassesIsRefused() throws IOException {
        run(on("evaluate --model " + model, "nyuv2:" + images + ",classes=40")).refused("predicts 13 classes",
                "has 40", "classes=13");
        run(on("evaluate --model " + Runs.model(folder), "nyuv2:" + images)).refused("predicts");
        Path other = write(folder.resolve("other"), 2, 2);
        Files.write(other.resolve("classes13.txt"), IntStream.range(0, 13).mapToObj(c -> "room " + c).toList());
        run(on("evaluate --model " + model, "nyuv2:" + other)).refused("of other names", "coarse 0", "room 0");
    }

    @Test
    void whatCannotBeUsedIsNamedAndCounted() throws IOException {
        Path broken = write(folder.resolve("broken"), 2, 3);
        Files.delete(broken.resolve("depth8/0004.png"));
        Files.write(broken.resolve("rgb/0003.jpg"), new byte[] {1, 2, 3});
        Runs.Outcome outcome = run(on("evaluate --model " + model, "nyuv2:" + broken)).succeeded();
        assertTrue(outcome.err().contains("skipped " + broken.resolve("rgb/0003.jpg") + ": it is neither JPEG nor PNG"),
                outcome.err());
        assertTrue(outcome.err().contains("0004.png: there is no such file"), outcome.err());
        assertTrue(outcome.err().contains("2 images of the split test left out, 1 used"), outcome.err());
    }

    @Test
    void anotherModelsWeightsAreAStart() {
        Path second = folder.resolve("second.safetensors");
        Runs.Outcome outcome = run(on("train --steps 1 --batch 2", "nyuv2:" + images + ",classes=40", "--start", model,
                "--out", second)).succeeded();
        // All but the last layer of the segmentation, which has other classes: its weights and its bias.
        int all = ModelFile.load(model).model().variables().size();
        assertTrue(outcome.err().contains("starting with " + (all - 2) + " of " + all + " weights"), outcome.err());
        assertTrue(ModelFile.load(second).provenance().command().endsWith(" --start " + model));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "nyuv2:                | needs the folder",
        "nyuv2:none            | none: there is no such folder",
        "nyuv2:.,classes=12    | classes=13 or classes=40, not '12'",
        "nyuv2:.,split=all     | split=train and split=test, not 'all'",
        "nyuv2:.,size=3x4      | but not 'size'",
        "nyuv2:.               | there is no rgb here"})
    void mistakesAreExplained(String data, String problem) {
        run(on("evaluate --model " + model, data)).refused(problem);
        run(on("data preview --out " + folder.resolve("a.png"), data)).refused(problem);
        run(on("train --out " + folder.resolve("b.safetensors"), data)).refused(problem);
    }

    @Test
    void trainingTakesTheOfficialSplit() {
        run(on("train --out " + folder.resolve("b"), "nyuv2:" + images + ",split=test")).refused("leave the split out");
        run(on("train --out " + folder.resolve("b"), "nyuv2:" + images)).refused("fewer than a batch", "4", "16");
        run(words("train --data photos --out", folder.resolve("b"))).refused("rooms, nyuv2:FOLDER", "'photos'");
    }

    @Test
    void labelsArePreviewed() throws IOException {
        Path sheet = folder.resolve("sheet.png");
        run(on("data preview --rows 2 --out " + sheet, "nyuv2:" + images)).succeeded();
        // The picture and five labels.
        assertTrue(ImageIO.read(sheet.toFile()).getWidth() > 6 * 128);
        assertTrue(run("data", "list").succeeded().out().contains("nyuv2:FOLDER"));
    }
}
