// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.cli;

import static dev.topple.cli.AttackCommandTest.withoutCommand;
import static dev.topple.cli.AttackCommandTest.withoutTime;
import static dev.topple.cli.Runs.run;
import static dev.topple.cli.Runs.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.attacks.balance.Balancers;
import dev.topple.attacks.budget.Budget;
import dev.topple.attacks.budget.Budgets;
import dev.topple.attacks.evaluate.Evaluation;
import dev.topple.attacks.evaluate.Plan;
import dev.topple.attacks.evaluate.Protocol;
import dev.topple.attacks.evaluate.ResultSink;
import dev.topple.attacks.step.Pgd;
import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.engine.io.JsonValue;
import dev.topple.engine.io.JsonView;
import dev.topple.mtl.data.Dataset;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.model.ModelFile;
import dev.topple.mtl.model.MultiTaskModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code topple attack} that was killed and is started again. */
class ResumedAttackTest {

    private static final String COMMAND =
            "attack --size 17x23 --steps 2 --limit 4 --batch 1 --balance total,dgba --pictures 0 --json";

    @TempDir
    private static Path shared;
    private static Path model;
    private static JsonValue whole;

    @TempDir
    private Path folder;

    @BeforeAll
    static void attackOnce() {
        model = Runs.model(shared);
        whole = withoutCommand(attack(shared.resolve("whole"), "").succeeded().json().value());
    }

    private static Runs.Outcome attack(Path out, String more) {
        List<String> words = words(COMMAND + " --model", model, "--out", out);
        words.addAll(Stream.of(more.split(" ")).filter(word -> !word.isEmpty()).toList());
        return run(words);
    }

    private Runs.Outcome attack() {
        return attack(folder, "");
    }

    private Path partial() {
        return folder.resolve("partial");
    }

    private static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Does what the command does, until so many images of the second attack are done. */
    private void interrupt(int images) {
        Budget budget = Budgets.parse("linf", "8/255");
        MultiTaskModel target = ModelFile.load(model).model();
        Dataset data = RoomsDataset.heldOut(4, 17, 23);
        List<Plan> plans = Balancers.parse("total,dgba", target.tasks()).stream()
                .map(balancer -> new Plan(budget, Pgd.steps(2), balancer)).toList();
        try (Device device = Devices.open("cpu", new DeviceOptions(1))) {
            PartialResults partial = new PartialResults(folder, target, data, device, 0, 1, plans,
                    new PrintWriter(new StringWriter()));
            Evaluation evaluation = new Evaluation(target, data, device, new Protocol(0, 1, 4), plans);
            assertThrows(Killed.class, () -> evaluation.run((stage, index, stages, done, count) -> {
                if (index == 2 && done == images) {
                    throw new Killed();
                }
            }, new ResultSink() {}, partial));
        }
    }

    /** The files of batches. */
    private List<Path> batches() {
        while (true) {
            try (Stream<Path> files = Files.walk(partial())) {
                return files.filter(file -> file.toString().endsWith(".batch")).sorted().toList();
            } catch (UncheckedIOException e) {
                // A process that is at work renames its temporary files under our eyes: look again.
                if (!(e.getCause() instanceof NoSuchFileException)) {
                    throw e;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void itGoesOnAndEndsWithTheSameBits() throws IOException {
        interrupt(3);
        assertEquals(7, batches().size());
        Runs.Outcome resumed = attack().succeeded();
        assertEquals(whole, withoutCommand(resumed.json().value()));
        assertEquals(List.of("going on with pgd total after 4 of 4 images",
                "going on with pgd dgba after 3 of 4 images"), goingOn(resumed));
        assertEquals(List.of("preview.png", "report.html", "results.json"), Runs.names(folder));
        assertEquals(List.of(), goingOn(attack().succeeded()));
    }

    private static List<String> goingOn(Runs.Outcome outcome) {
        return outcome.errLines().stream().filter(line -> line.startsWith("going on")).toList();
    }

    @Test
    void damagedFilesAreNamedAndComputedAgain() throws IOException {
        interrupt(3);
        List<Path> batches = batches();
        byte[] bytes = Files.readAllBytes(batches.get(0));
        bytes[bytes.length / 2] ^= 4;
        Files.write(batches.get(0), bytes);
        Files.write(batches.get(2), new byte[0]);
        // What a kill can leave behind of a file that was being written.
        Files.writeString(batches.get(1).resolveSibling("." + batches.get(1).getFileName() + ".1-1.tmp"), "half");
        Runs.Outcome resumed = attack().succeeded();
        assertEquals(whole, withoutCommand(resumed.json().value()));
        List<String> dropped = resumed.errLines().stream().filter(line -> line.contains("damaged")).toList();
        assertEquals(2, dropped.size(), resumed.err());
        for (int i = 0; i < 2; i++) {
            Path file = batches.get(2 * i);
            assertTrue(dropped.stream().anyMatch(line -> line.contains(file.toString())), resumed.err());
        }
        assertEquals(2, goingOn(resumed).size());
        assertFalse(Files.exists(partial()));
    }

    @Test
    void otherSettingsStartAnewAndSaySo() throws IOException {
        interrupt(3);
        List<Path> before = batches();
        Runs.Outcome other = attack(folder, "--eps 4/255").succeeded();
        assertEquals(List.of(), goingOn(other));
        List<String> remarks = other.errLines().stream().filter(line -> line.contains("unfinished")).toList();
        assertEquals(1, remarks.size(), other.err());
        assertTrue(remarks.get(0).contains("2 unfinished attacks with other settings (eps 8/255 instead of 4/255),"
                + " left alone"), remarks.get(0));
        assertEquals(withoutCommand(attack(shared.resolve("other"), "--eps 4/255").succeeded().json().value()),
                withoutCommand(other.json().value()));
        assertEquals(before, batches());
        for (String settings : List.of("--seed 1", "--steps 3", "--limit 3", "--size 18x23", "--device reference")) {
            List<String> words = words("attack --pictures 0 --batch 1 --balance dgba --json --model", model, "--out",
                    folder);
            for (String usual : List.of("--size 17x23", "--steps 2", "--limit 4", settings)) {
                boolean changed = settings.startsWith(usual.split(" ")[0]) && !usual.equals(settings);
                words.addAll(changed ? List.of() : words(usual));
            }
            Runs.Outcome outcome = run(words).succeeded();
            assertEquals(List.of(), goingOn(outcome), settings);
            String name = settings.split(" ")[0].substring(2).replace("size", "data").replace("limit", "data")
                    .replace("steps", "attack");
            assertTrue(outcome.err().contains("other settings (" + name + " "), outcome.err());
        }
        assertEquals(before, batches());
        assertEquals(2, goingOn(attack().succeeded()).size());
        assertFalse(Files.exists(partial()));
    }

    @Test
    void anotherModelStartsAnew() {
        interrupt(3);
        Path other = Runs.changed(model, "other.safetensors", tensors -> {
            float[] weights = tensors.values().iterator().next().floats();
            weights[0] = Math.nextUp(weights[0]);
        }, metadata -> {});
        Runs.Outcome outcome = run(words(COMMAND + " --model", other, "--out", folder)).succeeded();
        assertEquals(List.of(), goingOn(outcome));
        assertTrue(outcome.err().contains("other settings (another model), left alone"), outcome.err());
        // The file's name does not matter, its content does.
        Path copy = Runs.changed(model, "copy.safetensors", tensors -> {}, metadata -> {});
        assertEquals(2, goingOn(run(words(COMMAND + " --model", copy, "--out", folder)).succeeded()).size());
    }

    @Test
    void otherBalancersAndBatchesGoOnWithWhatIsThere() {
        interrupt(3);
        Runs.Outcome outcome = run(words("attack --size 17x23 --steps 2 --limit 4 --balance dgba,signsum --pictures 0"
                + " --threads 2 --json --model", model, "--out", folder)).succeeded();
        assertEquals(List.of("going on with pgd dgba after 3 of 4 images"), goingOn(outcome));
        JsonView expected = JsonView.of(whole, "whole").field("attacks").element(1);
        assertEquals("dgba", expected.field("balancer").asString());
        assertEquals(expected.value(), withoutTime(outcome.json().field("attacks").element(0).value()));
    }

    @Test
    void anotherBudgetMoreGoesOnWithTheFirst() {
        interrupt(3);
        Runs.Outcome outcome = attack(folder, "--eps 4/255,8/255").succeeded();
        assertEquals(List.of("going on with pgd total 8/255 after 4 of 4 images",
                "going on with pgd dgba 8/255 after 3 of 4 images"), goingOn(outcome));
        List<JsonView> attacks = outcome.json().field("attacks").elements();
        for (int i = 0; i < 2; i++) {
            assertEquals(withoutTime(JsonView.of(whole, "whole").field("attacks").element(i).value()),
                    withoutTime(attacks.get(i + 2).value()));
        }
        assertFalse(Files.exists(partial()));
    }

    /** Its images influence each other, so that outcomes of other batches are others. */
    @Test
    void totalAsReleasedGoesOnInWholeBatches() throws IOException {
        List<String> words = words("attack --size 17x23 --steps 2 --limit 4 --batch 2 --balance total:released"
                + " --pictures 0 --json --model", model, "--out", folder);
        JsonValue expected = withoutTime(run(words).succeeded().json().value());
        Budget budget = Budgets.parse("linf", "8/255");
        MultiTaskModel target = ModelFile.load(model).model();
        Dataset data = RoomsDataset.heldOut(4, 17, 23);
        List<Plan> plans = List.of(new Plan(budget, Pgd.steps(2),
                Balancers.parse("total:released", target.tasks()).getFirst()));
        try (Device device = Devices.open("cpu", new DeviceOptions(1))) {
            PartialResults partial = new PartialResults(folder, target, data, device, 0, 2, plans,
                    new PrintWriter(new StringWriter()));
            Evaluation evaluation = new Evaluation(target, data, device, new Protocol(0, 2, 4), plans);
            assertThrows(Killed.class, () -> evaluation.run((stage, index, stages, done, count) -> {
                if (index == 1 && done == 2) {
                    throw new Killed();
                }
            }, new ResultSink() {}, partial));
        }
        assertEquals(1, batches().size());
        List<String> other = new ArrayList<>(words);
        other.set(other.indexOf("--batch") + 1, "1");
        Runs.Outcome anew = run(other).succeeded();
        assertEquals(List.of(), goingOn(anew));
        assertTrue(anew.err().contains("(batch 2 instead of 1)"), anew.err());
        Runs.Outcome resumed = run(words).succeeded();
        assertEquals(List.of("going on with pgd total:released after 2 of 4 images"), goingOn(resumed));
        assertEquals(expected, withoutTime(resumed.json().value()));
    }

    @Test
    void whatIsInTheWayIsRefusedBeforeTheAttack() throws IOException {
        Files.writeString(partial(), "mine");
        attack().refused("partial is a file");
        assertEquals("mine", Files.readString(partial()));
    }

    @Test
    @Tag("slow")
    void aKilledProcessLosesNoBatch() throws IOException, InterruptedException {
        String command = "attack --size 33x47 --steps 10 --limit 12 --batch 1 --balance total,signsum,dgba --pictures 0"
                + " --json --threads 1 --model " + model + " --out " + folder;
        int saved = 0;
        for (int kills = 0; kills < 2; kills++) {
            Process process = Runs.process(words(command), List.of("-XX:TieredStopAtLevel=1"));
            try {
                int enough = saved + 4;
                while (process.isAlive() && (!Files.exists(partial()) || batches().size() < enough)) {
                    Thread.sleep(5);
                }
                assertTrue(process.isAlive(), "it ended before it could be killed");
            } finally {
                process.destroyForcibly();
            }
            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
            assertTrue(batches().size() > saved);
            saved = batches().size();
        }
        Runs.Outcome resumed = run(words(command)).succeeded();
        assertFalse(goingOn(resumed).isEmpty());
        List<String> anew = new ArrayList<>(words(command));
        anew.set(anew.size() - 1, folder.resolve("anew").toString());
        assertEquals(withoutCommand(run(anew).succeeded().json().value()),
                withoutCommand(resumed.json().value()));
        assertFalse(Files.exists(partial()));
    }
}
