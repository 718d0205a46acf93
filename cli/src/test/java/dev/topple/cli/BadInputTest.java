// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static dev.topple.cli.Runs.run;
import static dev.topple.cli.Runs.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.topple.engine.DeviceProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.ServiceLoader.Provider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every mistake on the command line gives one line that helps, exit status 2, and changes nothing. */
class BadInputTest {

    @TempDir
    private static Path shared;
    private static Path model;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeModel() {
        model = Runs.model(shared);
    }

    private Runs.Outcome attack(String options) {
        List<String> words = words("attack --model", model);
        words.addAll(options.isEmpty() ? List.of() : words(options));
        if (!options.contains("--out")) {
            words.addAll(words("--out", folder.resolve("out")));
        }
        return run(words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--eps 8            | did you mean 8/255?",
        "--eps -1           | epsilon must be at least 0",
        "--eps nan          | 'nan' is not a number",
        "--eps inf          | 'inf' is not a number",
        "--blas mkl         | blas mkl: use auto, cublas or own",
        "--eps abc          | 'abc' is not a number",
        "--eps 8/0          | '8/0' is not a finite number",
        "--eps=             | is not a number",
        "--eps              | --eps",
        "--alpha 0          | alpha must be a number above 0",
        "--alpha -1/255     | alpha must be a number above 0",
        "--alpha 2          | did you mean 2/255?",
        "--steps 0          | at least 1 of its steps",
        "--steps -3         | at least 1 of its steps",
        "--steps ten        | 'ten' is not an int",
        "--restarts 0       | at least 1 of its restarts",
        "--restarts 2 --random-start=false | random start",
        "--random-start=so  | 'so' is not a boolean",
        "--attack foo       | no attack 'foo'; choose one of fgsm, ifgsm, pgd",
        "--attack fgsm --alpha 0.01 | 'fgsm' has no alpha",
        "--attack pgd,      | no attack ''",
        "--balance foo      | no balancer 'foo'; choose from single, total, weighted, signsum, dgba",
        "--balance single:foo | no task 'foo'; it has segmentation, depth, normals",
        "--balance=         | no balancer ''",
        "--norm l7          | no norm 'l7'; choose one of linf, l2",
        "--objective foo    | no objective 'foo'; choose one of loss, segpgd, cospgd",
        "--queries 9        | --queries is for square and nes; this run has neither",
        "--attack square --balance mgda | sees losses alone",
        "--limit 0          | --limit must be at least 1",
        "--batch 0          | --batch must be at least 1",
        "--size 5           | --size must be HEIGHTxWIDTH",
        "--size 8x8         | from 16x16",
        "--size 99999x99999 | to 4096x4096",
        "--longer-side 3 --data images:. | --longer-side must be from 16",
        "--threads -1       | threads must be from 1 to 1024",
        "--device foo       | no device 'foo'; choose one of cpu",
        "--precision foo    | precision foo: use fast, exact or direct",
        "--seed 1e9         | '1e9' is not a long",
        "--data foo         | --data must be rooms, images:FOLDER, nyuv2:FOLDER, ",
        "--data .           | did you mean images:.?",
        "--data images:     | --data must be rooms, images:FOLDER, nyuv2:FOLDER, ",
        "--stpes 3          | did you mean --steps?",
        "--limit 3 --limit 4 | only once",
        "foo                | what is 'foo' for?"})
    void mistakesInOptions(String options, String help) throws IOException {
        attack(options).refused(help);
        assertFalse(Files.exists(folder.resolve("out")), "a refused run leaves nothing");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "attakc         | did you mean attack?",
        "frobnicate     | no command topple frobnicate",
        "--jsn          | no option --jsn",
        "data           | list, preview or import",
        "data lst       | did you mean list?",
        "data preview --rows 0 | --rows must be from 1 to 100",
        "data preview --out /nowhere/at/all.png | there is no folder /nowhere/at",
        "evaluate --batch 0 | --batch must be at least 1",
        "devices cpu    | what is 'cpu' for?"})
    void mistakesInCommands(String line, String help) {
        run(words(line)).refused(help);
    }

    @Test
    void anUnavailableDeviceSaysWhy() {
        Optional<DeviceProvider> cuda = ServiceLoader.load(DeviceProvider.class).stream().map(Provider::get)
                .filter(provider -> provider.name().equals("cuda")).findFirst();
        assumeFalse(cuda.orElseThrow().availability().available(), "there is a GPU here");
        attack("--device cuda").refused("use the device cpu");
    }

    @Test
    void resultsThatCouldNotBeWrittenAreRefusedBeforeTheWork() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "mine");
        attack("--out " + file).refused(file.toString(), "is a file");
        attack("--out " + file.resolve("below")).refused("cannot create the folder " + file.resolve("below"));
        Path taken = Files.createDirectories(folder.resolve("taken/results.json")).getParent();
        attack("--out " + taken).refused("results.json is a folder");
        assertEquals("mine", Files.readString(file));
        assertEquals(List.of("results.json"), Runs.names(taken));
    }

    @Test
    void anExistingResultSurvivesAFailedRun() throws IOException {
        Path out = Files.createDirectories(folder.resolve("out"));
        Files.writeString(out.resolve("results.json"), "the last result");
        Path broken = Runs.changed(model, "loud.safetensors", tensors -> tensors.forEach((name, tensor) -> {
            if (name.contains("output")) {
                Arrays.fill(tensor.floats(), 3e38f);
            }
        }), metadata -> {});
        List<String> words = new ArrayList<>(words("attack --size 16x16 --limit 2 --steps 1 --balance dgba"));
        words.addAll(words("--model", broken, "--out", out));
        run(words).refusedLate("some loss of the model is", "unusable");
        assertEquals("the last result", Files.readString(out.resolve("results.json")));
        assertEquals(List.of("results.json"), Runs.names(out));
        run(words("evaluate --size 16x16 --limit 2 --model", broken)).refusedLate("unusable");
    }
}
