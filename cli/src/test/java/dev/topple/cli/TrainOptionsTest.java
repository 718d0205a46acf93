// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static dev.topple.cli.Runs.run;
import static dev.topple.cli.Runs.words;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.io.JsonView;
import dev.topple.engine.io.Safetensors;
import dev.topple.engine.tensor.Tensor;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.model.DecoderSettings;
import dev.topple.mtl.model.LightDecoder;
import dev.topple.mtl.model.MobileNetV2Encoder;
import dev.topple.mtl.model.ModelDescription;
import dev.topple.mtl.model.ModelFile;
import dev.topple.mtl.model.MultiTaskModel;
import dev.topple.mtl.model.Norm;
import dev.topple.mtl.model.Normalisation;
import dev.topple.mtl.model.Padding;
import dev.topple.mtl.train.TrainingCurve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models, weights and trainings that {@code topple train} is asked for. */
class TrainOptionsTest {

    private static final String TINY = "train --scenes 4 --steps 3 --batch 2 --size 16x17 --held-out 2";
    private static final MobileNetV2Encoder.Settings ENCODER =
            new MobileNetV2Encoder.Settings(0.1, true, Padding.KERAS, 2, Norm.FOLDED);

    @TempDir
    private Path folder;

    private Path out() {
        return folder.resolve("model.safetensors");
    }

    /** An encoder's weights as others write them. */
    private Map<String, Tensor> encoder(Path file) {
        DecoderSettings decoder = new LightDecoder.Settings(4);
        MultiTaskModel model = MultiTaskModel.create("given",
                new ModelDescription(ENCODER, decoder, Normalisation.USUAL, RoomsDataset.tasks()), 77);
        Map<String, Tensor> tensors = new HashMap<>();
        model.encoderVariables().forEach((variable, name) -> tensors.put(name, variable.initial()));
        Safetensors.write(file, tensors, Map.of("input", "RGB, x/127.5-1"));
        return tensors;
    }

    @Test
    void anyEncoderDecoderLayoutAndStart() {
        Path init = folder.resolve("encoder.safetensors");
        Map<String, Tensor> tensors = encoder(init);
        String options = " --encoder mobilenetv2,width=0.1,levels=2,keras --decoder light,width=4 --share share-1"
                + " --init " + init
                + " --optimiser sgd --momentum 0.8 --rate 0.05 --encoder-rate 0 --schedule poly,0.5 --float32";
        Runs.Outcome outcome = run(words(TINY + options + " --out", out())).succeeded();
        assertTrue(outcome.err().contains("weights of the encoder from " + init), outcome.err());
        ModelFile file = ModelFile.load(out());
        ModelDescription description = file.model().description();
        assertEquals(ENCODER, description.encoder());
        assertEquals("share-1", description.sharing().name());
        assertEquals(List.of(0.5f, 0.5f, 0.5f), description.normalisation().deviation());
        // The encoder's rate is 0 times that of the rest, so it is as it was; a penalty of 0 times anything, too.
        file.model().encoderVariables().forEach((variable, name) -> assertTrue(
                variable.initial().sameBits(tensors.get(name)), variable.name()));
        JsonView training = JsonView.of(file.provenance().training(), "training");
        assertEquals("sgd", training.field("configuration").field("optimiser").field("kind").asString());
        assertEquals(64, training.field("init").field("sha256").asString().length());
        assertEquals(4, training.field("data").field("images").asInt());
        TrainingCurve curve = TrainingCurve.fromJson(training.field("curve"));
        assertEquals(3, curve.training().size());
        assertEquals(List.of("segmentation", "depth", "normals"),
                List.copyOf(curve.training().getFirst().losses().keySet()));
        assertTrue(file.provenance().command().contains("--share share-1 --init " + init));
        run(words("attack --size 16x17 --limit 2 --steps 1 --balance dgba --model", out(), "--out",
                folder.resolve("results"))).succeeded();
    }

    @Test
    void imagesThatJudgeAndAPageWithTheCurve() throws IOException {
        Path page = folder.resolve("curve.html");
        Runs.Outcome outcome = run(words("train --scenes 5 --steps 4 --batch 2 --size 16x17 --held-out 1 --validate 1"
                + " --validate-every 2 --patience 3 --accumulate 2 --curve", page, "--out", out())).succeeded();
        assertTrue(outcome.err().contains("step 4 judged: segmentation"), outcome.err());
        String html = Files.readString(page);
        assertTrue(html.contains("loss in metres") && html.contains("<circle"), html);
        assertFalse(html.contains("NaN"));
        ModelFile file = ModelFile.load(out());
        assertTrue(file.provenance().command().contains("--validate 1 --validate-every 2 --patience 3"));
        JsonView training = JsonView.of(file.provenance().training(), "training");
        assertTrue(training.field("data").field("name").asString().endsWith(",without=1"));
        assertEquals(4, training.field("data").field("images").asInt());
        assertEquals(1, training.field("validation").field("images").asInt());
    }

    @Test
    void optionsFromAFile() throws IOException {
        Path config = folder.resolve("config.json");
        Files.writeString(config, "{\"scenes\": 4, \"steps\": 9, \"batch\": 2, \"size\": \"16x17\", \"held-out\": 2,"
                + " \"tasks\": [\"depth\", \"normals\"], \"loss-weights\": {\"depth\": 2.5}, \"float32\": true}");
        run(words("train --config " + config + " --steps 3 --out", out())).succeeded();
        Path typed = folder.resolve("typed.safetensors");
        run(words(TINY + " --tasks depth,normals --loss-weights depth=2.5 --float32 --out", typed)).succeeded();
        assertArrayEquals(Files.readAllBytes(typed), Files.readAllBytes(out()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"step\": 1}            | no option 'step'",
        "{\"config\": \"x\"}      | no option 'config'",
        "{\"float32\": 1}         | true or false",
        "{\"steps\": true}        | wants a value",
        "{\"steps\": null}        | leave an option out",
        "{\"steps\": \"many\"}    | many",
        "[1]                      | object",
        "{                        | config.json"})
    void filesThatMakeNoSense(String json, String help) throws IOException {
        Path config = folder.resolve("config.json");
        Files.writeString(config, json);
        run(words("train --config", config, "--out", out())).refused(help, "config.json");
        assertFalse(Files.exists(out()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--encoder vgg                  | no encoder 'vgg'; choose from residual, resnet18",
        "--encoder resnet18,stride=7    | output stride of 8, 16 or 32",
        "--encoder resnet18,deep        | resnet18 has no 'deep'",
        "--encoder digits,widths=a      | whole numbers with plus signs",
        "--encoder mobilenetv2,width=x  | width must be a number, not 'x'",
        "--decoder unet                 | no decoder 'unet'; choose from pyramid",
        "--decoder linear               | one thing of a whole image",
        "--share some                   | say all-shared, independent, share-K with K from 0 to 5",
        "--share 51                     | numbers 0 to 50",
        "--init none.safetensors        | none.safetensors",
        "--optimiser lion               | adamw, adam or sgd",
        "--betas 0.9                    | two numbers",
        "--schedule linear              | cosine, poly",
        "--schedule stairs,a,b          | there must be numbers",
        "--accumulate 0                 | --accumulate must be at least 1",
        "--accumulate 9                 | fewer than a step's 18",
        "--validate 4                   | one be left to train on",
        "--patience 2                   | --validate",
        "--rate 0                       | learning rate must be positive",
        "--loss-weights pose=1          | names the task pose"})
    void mistakes(String options, String help) throws IOException {
        run(words(TINY + " " + options + " --out", out())).refused(help);
        assertEquals(List.of(), Runs.names(folder));
    }
}
