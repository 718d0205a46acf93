// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static dev.topple.cli.Runs.run;
import static dev.topple.cli.Runs.words;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.cli.pytorch.TorchFiles;
import dev.topple.cli.pytorch.TorchFiles.Stored;
import dev.topple.cli.pytorch.TorchFiles.View;
import dev.topple.engine.io.JsonView;
import dev.topple.engine.io.SafetensorsFile;
import dev.topple.engine.io.StoredType;
import dev.topple.engine.tensor.Shape;
import dev.topple.mtl.model.ModelFile;
import dev.topple.mtl.model.Normalisation;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code topple model}. */
class ModelCommandTest {

    private static final String PAPER =
            "model describe --encoder resnet34,stride=8,ceil --heads aspp-sum --tasks segmentation,normals,depth";

    @TempDir
    private Path folder;

    @Test
    void theModelThatComesWithTopple() {
        List<String> lines = run(words("model describe default --size 96x128")).succeeded().out().lines().toList();
        assertTrue(lines.getFirst().startsWith("Trained by: topple train"), lines.toString());
        assertTrue(lines.contains("Layout: all-shared (number 0)"), lines.toString());
        assertTrue(lines.getLast().matches("all +769,265 +0\\.289 G"), lines.getLast());
    }

    /** The numbers of the paper's table, of a layout that is no ladder. */
    @Test
    void thePapersModelIsDrawn() {
        String out = run(words(PAPER + " --size 321x321 --share 10")).succeeded().out();
        assertTrue(out.startsWith("Layout: {0,2}{1}/{0,2}{1}/{0,2}{1}/{0}{1}{2}/{0}{1}{2} (number 10)"), out);
        List<String> picture = out.lines().dropWhile(line -> !line.isEmpty()).skip(2).takeWhile(line -> !line.isEmpty())
                .map(line -> line.replaceAll("[│├┤┬┴┼╭╮╰╯+]", "|")).toList();
        picture.forEach(line -> assertTrue(line.length() <= 80, line));
        assertEquals(List.of("", "stem  64x81x81", "layer1  64x81x81", "layer2  128x41x41", "", "layer3  256x41x41",
                "layer4  512x41x41", "", "decoder", ""),
                picture.stream().map(line -> line.substring(0, line.indexOf('|')).strip()).toList());
        assertEquals(3, walls(picture.get(1)));
        assertEquals(4, walls(picture.get(5)));
        assertTrue(picture.get(1).contains("9.54 k parameters, 244 M MACs"), picture.get(1));
        assertTrue(out.contains("62,506,112"), out);
        assertTrue(run(words(PAPER + " --size 321x321")).succeeded().out().contains("21,284,672   37.058 G"));
    }

    private static long walls(String line) {
        return line.chars().filter(c -> c == '|').count();
    }

    @Test
    void layoutsByNumber() {
        List<String> lines = run(words(PAPER + " --share list")).succeeded().out().lines().toList();
        assertEquals("s = segmentation, n = normals, d = depth", lines.getFirst());
        assertEquals(2 + 51, lines.size());
        assertTrue(lines.get(2).matches(" +0 +snd snd snd snd snd +90\\.7 M .* all-shared"), lines.get(2));
        assertTrue(lines.get(4).matches(" +2 +s\\|n\\|d .* independent"), lines.get(4));
        assertTrue(lines.get(33).matches(" +31 +snd snd s\\|n\\|d s\\|n\\|d s\\|n\\|d .* share-2"), lines.get(33));
        JsonView json = run(words(PAPER + " --share list --json")).succeeded().json();
        assertEquals(51, json.field("layouts").elements().size());
        assertEquals("share-4", json.field("layouts").element(48).field("name").asString());
    }

    @Test
    void machinesReadTheSame() {
        JsonView json = run(words(PAPER + " --size 321x321 --share share-3 --json")).succeeded().json();
        assertEquals(41, json.field("number").asInt());
        assertEquals(1, json.field("levels").element(2).field("copies").elements().size());
        assertEquals(3, json.field("levels").element(3).field("copies").elements().size());
        assertEquals(23_240_864, json.field("decoders").element(0).field("parameters").asInt());
        assertEquals(512, json.field("levels").element(4).field("result").element(0).asInt());
    }

    @Test
    void tasksOfTheWholeImage() {
        String out = run(words("model describe --encoder digits --decoder linear,grid=3 --tasks left:10,right:10"))
                .succeeded().out();
        assertTrue(out.contains("left") && out.contains("decoder of right"), out);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--size 9x9                        | from 16x16",
        "--share 99                        | 0 to 50",
        "none.safetensors                  | none.safetensors",
        "--tasks pose                      | there is no task 'pose'",
        "--tasks depth,depth               | each once",
        "--encoder vgg                     | there is no encoder 'vgg'",
        "--encoder digits,folded=1,x=2     | has no 'x'"})
    void mistakes(String options, String help) {
        run(words("model describe " + options)).refused(help);
    }

    @Test
    void stateDictsAreConverted() throws IOException {
        Path file = folder.resolve("weights.pth");
        try (var in = TorchFiles.class.getResourceAsStream("zip-checkpoint.pth")) {
            Files.copy(in, file);
        }
        Path out = folder.resolve("weights.safetensors");
        run(words("model convert", file, out)).succeeded();
        try (SafetensorsFile converted = SafetensorsFile.open(out)) {
            assertEquals(7, converted.names().size());
            assertArrayEquals(new float[] {0.9f, 0.9f, 0.9f}, converted.read("1.running_var").floats());
        }
        run(words("model convert", file, out)).refused("exists already");
        Path half = folder.resolve("half.safetensors");
        run(words("model convert --float16", out, half)).succeeded();
        try (SafetensorsFile converted = SafetensorsFile.open(half)) {
            assertEquals(StoredType.F16, converted.stored("0.weight"));
        }
        run(words("model convert --fold", file, folder.resolve("no.safetensors")))
                .refused("has no batch normalisation");
        assertTrue(run(words("model describe", file)).succeeded().out().contains("0.weight  f32[3x2x1x1]"));
        run(words("model convert", folder.resolve("none.pth"), folder.resolve("x"))).refused("none.pth");
    }

    /** The first level of a MobileNetV2 of width 0.05 as torchvision names it, in a file of PyTorch. */
    private Path mobileNet() {
        List<View> views = new ArrayList<>();
        layer(views, "features.0.0", "features.0.1", 8, 3, 3);
        layer(views, "features.1.conv.0.0", "features.1.conv.0.1", 8, 1, 3);
        layer(views, "features.1.conv.1", "features.1.conv.2", 8, 8, 1);
        layer(views, "features.2.conv.0.0", "features.2.conv.0.1", 48, 8, 1);
        layer(views, "features.2.conv.1.0", "features.2.conv.1.1", 48, 1, 3);
        layer(views, "features.2.conv.2", "features.2.conv.3", 8, 48, 1);
        layer(views, "features.3.conv.0.0", "features.3.conv.0.1", 48, 8, 1);
        layer(views, "features.3.conv.1.0", "features.3.conv.1.1", 48, 1, 3);
        layer(views, "features.3.conv.2", "features.3.conv.3", 8, 48, 1);
        tensor(views, "classifier.1.weight", 0.1f, 10, 8);
        return TorchFiles.write(folder.resolve("mobilenet.pth"), TorchFiles.zip(views));
    }

    private static void layer(List<View> views, String convolution, String norm, int out, int in, int side) {
        tensor(views, convolution + ".weight", 0.25f, out, in, side, side);
        tensor(views, norm + ".weight", 2, out);
        tensor(views, norm + ".bias", 0.5f, out);
        tensor(views, norm + ".running_mean", 1, out);
        tensor(views, norm + ".running_var", 4, out);
    }

    private static void tensor(List<View> views, String name, float value, int... dims) {
        Shape shape = Shape.of(dims);
        float[] values = new float[shape.size()];
        Arrays.fill(values, value);
        List<Integer> strides = Arrays.stream(shape.strides()).boxed().toList();
        views.add(new View(name, Stored.floats(Integer.toString(views.size()), ByteOrder.LITTLE_ENDIAN, values), 0,
                Arrays.stream(dims).boxed().toList(), strides));
    }

    /** Kept and folded: a weight of 0.25 times 2 / sqrt(4) is 0.25 again, its bias 0.5 - 1. */
    @Test
    void trainingStartsFromPyTorch() {
        Path file = mobileNet();
        String line = "train --scenes 2 --steps 1 --batch 2 --size 32x32 --held-out 2 --float32"
                + " --encoder mobilenetv2,width=0.05,levels=1";
        for (boolean folded : List.of(false, true)) {
            Path out = folder.resolve(folded + ".safetensors");
            Runs.Outcome outcome = run(words(line + (folded ? ",folded" : "")
                    + " --decoder pyramid,width=4 --init", file, "--out", out)).succeeded();
            String count = folded ? "starting with 18 of 18 weights" : "starting with 45 of 45 weights";
            assertTrue(outcome.err().contains(count), outcome.err());
            assertTrue(outcome.err().contains("; not used: fc.weight"), outcome.err());
            assertEquals(Normalisation.IMAGENET, ModelFile.load(out).model().description().normalisation());
        }
        Path out = folder.resolve("folded.safetensors");
        run(words("model convert --fold", file, out)).succeeded();
        try (SafetensorsFile converted = SafetensorsFile.open(out)) {
            assertEquals(0.25f, converted.read("block1.dw.weight").floats()[0], 1e-5);
            assertEquals(-0.5f, converted.read("block1.dw.bias").floats()[0], 1e-5);
            assertEquals("RGB, (x/255-[0.485,0.456,0.406])/[0.229,0.224,0.225]",
                    converted.metadata("input").orElseThrow());
        }
        Runs.Outcome again = run(words(line + " --decoder pyramid,width=4 --init", out,
                "--out", folder.resolve("again.safetensors"))).succeeded();
        assertTrue(again.err().contains("starting with 18 of 18 weights"), again.err());
    }
}
