// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static dev.topple.cli.Runs.run;
import static dev.topple.cli.Runs.words;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.io.JsonView;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.InMemory;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.model.ModelFile;
import dev.topple.mtl.model.MultiTaskModel;
import dev.topple.mtl.task.Task;
import dev.topple.mtl.train.DefaultRecipe;
import dev.topple.mtl.train.Trainer;
import dev.topple.mtl.train.TrainingListener;
import dev.topple.mtl.train.TrainingProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code topple train}. */
class TrainCommandTest {

    private static final String TINY = "train --scenes 3 --steps 3 --batch 2 --size 16x17 --held-out 2";

    @TempDir
    private static Path shared;
    private static Path trained;
    private static Runs.Outcome training;

    @TempDir
    private Path folder;

    @BeforeAll
    static void trainOnce() {
        trained = shared.resolve("whole.safetensors");
        training = run(words(TINY + " --out", trained)).succeeded();
    }

    private Path out() {
        return folder.resolve("model.safetensors");
    }

    private Path checkpoint() {
        return folder.resolve("model.safetensors.checkpoint");
    }

    @Test
    void aTrainingWritesAModelAndNothingElse() throws IOException {
        assertEquals(List.of("whole.safetensors"), Runs.names(shared));
        assertTrue(training.out().contains("Written: " + trained), training.out());
        assertTrue(training.out().contains("constant"), training.out());
        ModelFile file = ModelFile.load(trained);
        assertEquals(1, file.provenance().seed());
        assertEquals("topple train --scenes 3 --steps 3 --batch 2 --seed 1 --size 16x17 --held-out 2",
                file.provenance().command());
        JsonView metrics = JsonView.of(file.provenance().metrics(), "metrics");
        assertTrue(metrics.field("data").asString().contains("count=2,size=16x17"));
        assertFalse(metrics.field("model").fields().isEmpty());
        assertFalse(metrics.field("constant").fields().isEmpty());
    }

    @Test
    void theCommandInTheFileMakesTheSameFile() throws IOException {
        String command = ModelFile.load(trained).provenance().command().substring("topple ".length());
        run(words(command + " --out", out())).succeeded();
        assertArrayEquals(Files.readAllBytes(trained), Files.readAllBytes(out()));
    }

    @Test
    void theModelCanBeEvaluatedAndAttacked() {
        JsonView evaluation = run(words("evaluate --json --size 16x17 --limit 2 --model", trained)).succeeded().json();
        assertEquals(2, evaluation.field("images").asInt());
        // The file was judged as it is stored, so its own word and a later judgement are one.
        assertEquals(ModelFile.load(trained).provenance().metrics().members().get("model"),
                evaluation.field("metrics").value());
        run(words("attack --size 16x17 --limit 2 --steps 1 --balance dgba --model", trained, "--out", folder))
                .succeeded();
    }

    @Test
    void anExistingFileIsNotTouched() throws IOException {
        Files.writeString(out(), "mine");
        run(words(TINY + " --out", out())).refused("exists already");
        assertEquals("mine", Files.readString(out()));
        assertEquals(List.of("model.safetensors"), Runs.names(folder));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--steps 0      | --steps must be at least 1",
        "--batch 0      | --batch must be at least 1",
        "--scenes 1     | --scenes 1 is fewer than a batch",
        "--held-out 0   | --held-out must be at least 1",
        "--size 5x5     | from 16x16",
        "--out nowhere/at/all/m.safetensors | there is no folder",
        "--out /        | exists already",
        "--device foo   | no device 'foo'"})
    void mistakes(String options, String help) throws IOException {
        List<String> words = words("train " + options);
        if (!options.contains("--out")) {
            words.addAll(words("--out", out()));
        }
        run(words).refused(help);
        assertEquals(List.of(), Runs.names(folder));
    }

    @Test
    void aTrainingThatEndedBeforeItsModelWasWrittenGoesOn() throws IOException {
        train(checkpoint());
        Runs.Outcome outcome = run(words(TINY + " --out", out())).succeeded();
        assertTrue(outcome.err().contains("going on after step 3"), outcome.err());
        assertArrayEquals(Files.readAllBytes(trained), Files.readAllBytes(out()));
        assertEquals(List.of("model.safetensors"), Runs.names(folder));
    }

    /** The part of {@code topple train} before the model is judged and written. */
    private static void train(Path checkpoint) {
        MultiTaskModel model = MultiTaskModel.create("trained", DefaultRecipe.description(), DefaultRecipe.SEED);
        try (Device device = Devices.open("cpu", new DeviceOptions(1))) {
            Dataset scenes = InMemory.of(RoomsDataset.training(3, 16, 17), 1, done -> {});
            new Trainer(device, model, scenes,
                    DefaultRecipe.configuration(DefaultRecipe.SEED, 3, 2), checkpoint, new TrainingListener() {
                        @Override
                        public void resumed(int step) {}

                        @Override
                        public void step(TrainingProgress progress) {}

                        @Override
                        public void checkpoint(int step, Path file) {}
                    }).run();
        }
    }

    @Test
    void aCheckpointThatDoesNotFitIsRefusedAndKept() throws IOException {
        train(checkpoint());
        byte[] whole = Files.readAllBytes(checkpoint());
        refusedAndKept(TINY + " --seed 2", whole, "seed 1 instead of 2");
        refusedAndKept(TINY.replace("--steps 3", "--steps 4"), whole, "steps 3 instead of 4");
        refusedAndKept(TINY + " --tasks depth", whole, "tasks [\"segmentation\",\"depth\",\"normals\"] instead of");
        refusedAndKept(TINY.replace("--scenes 3", "--scenes 4"), whole, "data ");
        refusedAndKept(TINY, Arrays.copyOf(whole, whole.length / 2), "truncated");
        refusedAndKept(TINY, new byte[0], "too short");
        refusedAndKept(TINY, Files.readAllBytes(trained), "no checkpoint");
    }

    /** In a single line, so before anything was rendered. */
    private void refusedAndKept(String line, byte[] checkpoint, String help) throws IOException {
        Files.write(checkpoint(), checkpoint);
        run(words(line + " --out", out())).refused("model.safetensors.checkpoint", help, "to start anew, remove");
        assertArrayEquals(checkpoint, Files.readAllBytes(checkpoint()));
        assertEquals(List.of("model.safetensors.checkpoint"), Runs.names(folder));
    }

    @Test
    void fiveTasksAreTrainedEvaluatedAndAttacked() {
        String tasks = "keypoints,Depth,edges,segmentation,normals";
        Runs.Outcome five = run(words(TINY + " --tasks " + tasks + " --out", out())).succeeded();
        ModelFile file = ModelFile.load(out());
        List<String> names = List.of("segmentation", "depth", "normals", "keypoints", "edges");
        assertEquals(names, file.model().tasks().stream().map(Task::name).toList());
        assertTrue(file.provenance().command().endsWith(" --held-out 2 --tasks " + tasks));
        assertTrue(five.out().contains("key_err") && five.out().contains("edge_err"), five.out());
        JsonView evaluation = run(words("evaluate --json --size 16x17 --limit 2 --model", out())).succeeded().json();
        assertEquals(Set.copyOf(names), evaluation.field("metrics").field("tasks").fields().keySet());
        assertEquals(file.provenance().metrics().members().get("constant"), evaluation.field("constant").value());
        JsonView attack = run(words("attack --json --size 16x17 --limit 2 --steps 1 --model", out(), "--out",
                folder.resolve("results"))).succeeded().json();
        assertEquals("data", attack.field("labels").asString());
        assertTrue(attack.field("data").asString().endsWith(",tasks=segmentation+depth+normals+keypoints+edges"));
        assertEquals(5 + 3, attack.field("attacks").elements().size());
        JsonView keypoints = attack.field("attacks").element(7).field("tasks").field("keypoints").field("key_err");
        assertTrue(keypoints.field("attacked").asDouble() > 0);
        assertTrue(keypoints.field("relative").asDouble() > -1);
    }

    @Test
    void someTasksAreEnough() {
        run(words(TINY + " --tasks edges --out", out())).succeeded();
        run(words("attack --size 16x17 --limit 2 --steps 1 --balance dgba,single:edges --model", out(), "--out",
                folder.resolve("results"))).succeeded();
        run(words(TINY + " --tasks depth,pose --out", folder.resolve("other"))).refused("'pose'",
                "segmentation, depth, normals, keypoints, edges");
        run(words(TINY + " --tasks depth, --out", folder.resolve("other"))).refused("the task ''");
    }

    /** What a training prints beside its model is what every evaluation prints. */
    @Test
    void allConstantsAreTheSame() {
        JsonView evaluation = run(words("evaluate --json --size 16x17 --limit 2 --model", trained)).succeeded().json();
        assertEquals(ModelFile.load(trained).provenance().metrics().members().get("constant"),
                evaluation.field("constant").value());
    }

    @Tag("slow")
    @Test
    void aTrainingThatIsKilledGoesOnWithTheSameBits() throws Exception {
        String line = "train --scenes 2 --steps 130 --batch 1 --size 16x16 --held-out 1 --float32";
        Process process = Runs.process(words(line + " --out", out()), List.of());
        while (!Files.exists(checkpoint()) && process.isAlive()) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        process.destroyForcibly().waitFor();
        assertFalse(Files.exists(out()), "killed too late");
        Runs.Outcome outcome = run(words(line + " --out", out())).succeeded();
        assertTrue(outcome.err().contains("going on after step 100"), outcome.err());
        Path whole = folder.resolve("whole.safetensors");
        run(words(line + " --out", whole)).succeeded();
        assertArrayEquals(Files.readAllBytes(whole), Files.readAllBytes(out()));
    }
}
