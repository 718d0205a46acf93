// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.topple.engine.io.FormatException;
import dev.topple.engine.random.RandomSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Damages files at random and looks what a loader makes of them: a refusal in a line that names a file, or data. */
final class Damage {

    private Damage() {}

    /**
     * Cuts a file off or changes some of its bits, loads, and restores it.
     *
     * @param load reads everything; gives whatever is to be checked
     * @param check refuses data that no file could mean
     */
    static <T> void everyTime(Path file, int times, long seed, Supplier<T> load, Consumer<T> check)
            throws IOException {
        byte[] whole = Files.readAllBytes(file);
        RandomSource random = new RandomSource(seed);
        for (int i = 0; i < times; i++) {
            byte[] damaged = random.nextBoolean() ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            int flips = damaged.length == whole.length ? 1 + random.nextInt(4) : 0;
            for (int flip = 0; flip < flips; flip++) {
                // Half of the damage hits the head of the file, where its form is.
                int at = random.nextInt(random.nextBoolean() ? Math.min(64, damaged.length) : damaged.length);
                damaged[at] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(file, damaged);
            try {
                check.accept(load.get());
            } catch (FormatException | IllegalArgumentException | UncheckedIOException e) {
                String message = String.valueOf(e.getMessage());
                assertTrue(message.contains(file.getParent().getFileName().toString()) || message.contains(
                        file.getFileName().toString()), message);
                assertTrue(message.lines().count() == 1, message);
            } catch (RuntimeException e) {
                fail("damage " + i + " of " + file, e);
            }
        }
        Files.write(file, whole);
    }
}
