// Copyright 2026 the Topple authors
// SPDX-License-Identifier: Apache-2.0

package dev.topple.mtl.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CIFAR-100 from files in its binary form. */
class Cifar100Test {

    private static final int RECORD = 3074;

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.write(folder.resolve("test.bin"), records(12));
        Files.write(folder.resolve("train.bin"), records(30));
        Files.write(folder.resolve("coarse_label_names.txt"), names(20));
        // The original ends with an empty line.
        Files.writeString(folder.resolve("fine_label_names.txt"), String.join("\n", names(100)) + "\n\n");
    }

    private static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "class_" + i).toList();
    }

    private static byte level(int i, int pixel) {
        return (byte) (i * 37 + pixel * 11);
    }

    private static byte[] records(int count) {
        byte[] bytes = new byte[count * RECORD];
        for (int i = 0; i < count; i++) {
            bytes[i * RECORD] = (byte) (i * 7 % 100 / 5);
            bytes[i * RECORD + 1] = (byte) (i * 7 % 100);
            for (int p = 0; p < RECORD - 2; p++) {
                bytes[i * RECORD + 2 + p] = level(i, p);
            }
        }
        return bytes;
    }

    @Test
    void everyByteArrives() {
        Cifar100 data = Cifar100.open(folder, Split.TEST, 99);
        assertEquals(12, data.size());
        assertEquals(List.of(20, 100), data.available().stream().map(task -> task.channels()).toList());
        for (int i = 0; i < data.size(); i++) {
            Sample sample = data.sample(i);
            assertArrayEquals(new int[] {i * 7 % 100 / 5}, sample.labels().get("coarse").ints());
            assertArrayEquals(new int[] {i * 7 % 100}, sample.labels().get("fine").ints());
            float[] pixels = sample.image().floats();
            for (int p = 0; p < pixels.length; p++) {
                assertEquals((level(i, p) & 255) / 255f, pixels[p]);
            }
        }
        assertEquals("cifar100:" + folder + ",split=train,count=4,of=30",
                Cifar100.open(folder, Split.TRAIN, 4).name());
        assertEquals(64, data.checksum().orElseThrow().length());
        Cifar100 fine = data.withTasks(data.available().subList(1, 2));
        assertEquals(Set.of("fine"), fine.sample(0).labels().keySet());
    }

    @Test
    void badFilesAreNamed() throws IOException {
        Path test = folder.resolve("test.bin");
        byte[] whole = records(12);
        Files.write(test, Arrays.copyOf(whole, whole.length - 1));
        refused("no multiple of 3074", test);
        byte[] stray = whole.clone();
        stray[5 * RECORD + 1] = 100;
        Files.write(test, stray);
        refused("image 5 has the classes", test);
        byte[] other = records(101);
        other[100 * RECORD] = 1;
        Files.write(test, other);
        refused("image 100 of the fine class 0 has the coarse class 1, an image before it has 0", test);
        Files.delete(test);
        refused("there is no such file", test);
        Files.write(test, whole);
        Path names = folder.resolve("fine_label_names.txt");
        Files.write(names, names(99));
        refused("it must name 100 classes", names);
    }

    private void refused(String expected, Path file) {
        String message = assertThrows(RuntimeException.class, () -> Cifar100.open(folder, Split.TEST, 99)).getMessage();
        assertTrue(message.contains(expected) && message.startsWith(file.toString()), message);
    }

    @Test
    void damageIsNoticedOrHarmless() throws IOException {
        for (String name : List.of("test.bin", "fine_label_names.txt")) {
            Damage.everyTime(folder.resolve(name), 300, 5, () -> Cifar100.open(folder, Split.TEST, 99), data -> {
                for (int i = 0; i < data.size(); i++) {
                    assertTrue(data.sample(i).labels().get("fine").ints()[0] < 100);
                }
            });
        }
    }

    @Test
    void aFileThatShrinksIsNamed() throws IOException {
        Cifar100 data = Cifar100.open(folder, Split.TEST, 99);
        Files.write(folder.resolve("test.bin"), records(2));
        assertEquals("image 1", data.sample(1).id());
        assertTrue(assertThrows(UncheckedIOException.class, () -> data.sample(2)).getMessage()
                .contains("test.bin: the file has become shorter"));
    }
}
