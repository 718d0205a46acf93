// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.topple.engine.Device;
import dev.topple.engine.DeviceOptions;
import dev.topple.engine.Devices;
import dev.topple.mtl.data.RoomsDataset;
import dev.topple.mtl.model.MultiTaskModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that trains is killed again and again at arbitrary instants. */
@Tag("slow")
class KilledTrainingTest {

    private static final int STEPS = 120;

    @TempDir
    private Path folder;

    /** The program that is killed. */
    static final class Program {

        private Program() {}

        public static void main(String[] arguments) {
            try (Device device = Devices.open("cpu", new DeviceOptions(2))) {
                new Trainer(device, MultiTaskModel.create("tiny", TrainerTest.TINY, 1),
                        RoomsDataset.training(10, 32, 40), TrainerTest.configuration(STEPS, 1), Path.of(arguments[0]),
                        TrainingListener.silent()).run();
            }
        }
    }

    private static Process start(Path checkpoint) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules",
                "jdk.incubator.vector", "-cp", System.getProperty("java.class.path"), Program.class.getName(),
                checkpoint.toString())
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    }

    @Test
    void whatSurvivesIsAlwaysWhole() throws IOException, InterruptedException {
        Path whole = folder.resolve("whole");
        assertEquals(0, start(whole).waitFor());
        Path killed = folder.resolve("killed");
        int kills = 0;
        for (int attempt = 0; attempt < 8; attempt++) {
            Process process = start(killed);
            // Rising waits: the first kills come before the first checkpoint, later ones amid writing.
            if (process.waitFor(600 + 137L * attempt, TimeUnit.MILLISECONDS)) {
                break;
            }
            process.destroyForcibly().waitFor();
            kills++;
        }
        assertTrue(kills > 1, "the training ended before it could be killed");
        Process last = start(killed);
        assertEquals(0, last.waitFor());
        assertArrayEquals(Files.readAllBytes(whole), Files.readAllBytes(killed), kills + " kills");
    }
}
